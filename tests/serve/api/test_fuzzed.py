"""schemathesis asks every address of the OpenAPI document whatever its types allow: no fault of ours, ever.

Bounded: a fixed seed, and some examples for each operation.
"""

import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi import checks

from studium.serve.rights import Role
from tests.serve.api.marts import PROBLEM, VIDEO
from tests.serve.conftest import ONE, Campus

EXAMPLES = int(os.environ.get("STUDIUM_TEST_EXAMPLES", "12"))
CHECKED: list[Any] = [
    schemathesis.checks.not_a_server_error,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
KNOWN = {
    "course_id": ONE,
    "video_id": VIDEO,
    "problem_id": "p1",
    "module_id": PROBLEM,
    "username": "learner1",
    "name": "video",
    "event_type": "play_video",
    "report_name": "problem_response",
}
OF_OTHERS = ("/api/v1/accounts", "/api/v1/tokens", "/api/v1/audit")  # change what tests share


def operations_of(campus: Campus) -> list[Any]:
    """Operations of the document, those of reading and those of /api/v0."""
    document = schemathesis.openapi.from_asgi("/api/v1/openapi.json", campus.app)
    found: list[Any] = [result.ok() for result in document.get_all_operations()]  # type: ignore[union-attr]
    return [it for it in found if not it.path.startswith(OF_OTHERS)]


def ask(operation: Any, header: dict[str, str]) -> list[int]:
    """Statuses of the answers to many requests of one operation; every answer is checked."""
    statuses: list[int] = []

    cases = operation.as_strategy() | operation.as_strategy(generation_mode=_NEGATIVE)

    @given(case=cases, is_known=st.sampled_from([True, True, False]))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Any, is_known: bool) -> None:
        if is_known:  # else nearly every path is a 404, and what stands behind it is never reached
            given_names = set(case.path_parameters or ()) & set(KNOWN)
            case.path_parameters.update({name: KNOWN[name] for name in given_names})
        answer = case.call_and_validate(headers=header, checks=CHECKED)
        statuses.append(answer.status_code)

    run()
    return statuses


_NEGATIVE = schemathesis.GenerationMode.NEGATIVE


def test_no_request_is_a_fault_of_ours(rich: Campus) -> None:
    header = {"Authorization": f"Bearer {rich.tokens[Role.ADMINISTRATOR]}"}
    operations = operations_of(rich)
    assert len(operations) > 50
    seen = {operation.label: ask(operation, header) for operation in operations}
    answered = [label for label, statuses in seen.items() if 200 in statuses]
    assert len(answered) > 40, sorted(set(seen) - set(answered))
