"""The OpenAPI document: what each address takes, answers and refuses, and what it needs.

Enters: the application. Leaves: the document; whatever FastAPI cannot know is added from the routes' rules.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from studium.serve.protocol import CSV, offers_of
from studium.serve.rights import Rule, TokenScope, rule_of

_INTRODUCTION = """
Datasets about learning, as the current release has them and as your account may see them.

- **Sign in** with a token: `Authorization: Bearer studium_…`, made on your account's page or by `studium token`.
- **Releases**: every answer names its release and the day before which events count (`Studium-Release`,
  `Studium-As-Of`). Send its `ETag` as `If-None-Match`: 304 until the release or your rights change.
- **Lists** have `items`, `total` and `next`; send `next` as `cursor` for the next page, `limit` for its size.
- **CSV**: `Accept: text/csv`, or `format=csv`. Texts that a spreadsheet would run have an apostrophe before them.
  Every file is an export: it is in the audit log, and a token needs the scope `export` for it.
- **Errors** are `application/problem+json` with what is wrong and what to do. What does not exist and what you
  may not see are the same 404.
- An empty list where the release has no such dataset; `/api/v1/datasets` lists those that it has.
"""
_TAGS = {
    "courses": "Courses and their figures.",
    "enrolment": "Learners by day, mode, gender, age, education and country.",
    "activity": "Active learners by week, and what counts as engaged.",
    "videos": "Who started and finished videos, and each part of them.",
    "problems": "Attempts, scores, item statistics, and the answers that were given.",
    "chapters": "Chapters as a funnel.",
    "funnels": "How far people come in each subsection, page by page.",
    "forum": "Posts by day.",
    "learners": "Learners of a course, by name or, for researchers, by pseudonym.",
    "institution": "Figures over all courses.",
    "events": "How often any type of event is used, by device, time or any field.",
    "datasets": "The dictionary of datasets with lineage, and their rows as files.",
    "operations": "Releases and health.",
    "edX Analytics Data API": "Paths and fields of that API, version 0, for programs written for it.",
}
_PATHS = {
    "course_id": ("Key of a course, with its `/`, `:` and `+`.", "course-v1:Uni+Data101+2024"),
    "video_id": ("A video's module, as the list of videos has it.", "block-v1:…+block@v1"),
    "problem_id": ("A problem's url_name or module.", "p1"),
    "module_id": ("A module's usage key.", "block-v1:…+block@p1"),
    "node_id": ("A node of the tree of content, as lists have it.", "block-v1:…+block@s1"),
    "username": ("Name of an account, or a pseudonym.", "learner1"),
    "name": ("Name of a dataset.", "course_enrollment_daily"),
    "report_name": ("Name of a report.", "problem_response"),
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "fix"],
    "properties": {
        "type": {"type": "string", "examples": ["about:blank"]},
        "title": {"type": "string", "examples": ["Not found"]},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string", "description": "What is wrong."},
        "fix": {"type": "string", "description": "What to do."},
    },
}
_INSIGHTS_PROBLEM = {
    "type": "object",
    "properties": {
        "developer_message": {"type": "string"},
        "error_code": {"type": "string", "examples": ["course_key_malformed"]},
        "detail": {"type": "string"},
    },
}
_REFUSALS = {
    "400": "A value does not fit, or a cursor is of another list.",
    "401": "No token, or one that is over, revoked or of another server.",
    "403": "The role does not reach this, or the token lacks a scope, which is named.",
    "404": "There is no such thing, or you may not see it.",
    "406": "The Accept header takes nothing that is written here.",
    "422": "A parameter is not valid, or there is none of that name.",
    "503": "There is no release, or the answer takes more than a query may.",
}
_HEADERS = {
    "Studium-Release": {"schema": {"type": "string"}, "description": "The release of the answer."},
    "Studium-As-Of": {
        "schema": {"type": "string"},
        "description": "Events before this day count.",
    },
    "ETag": {"schema": {"type": "string"}, "description": "Of release, rights and address."},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of all addresses below /api; made once."""
    if app.openapi_schema:
        return app.openapi_schema
    routes = [
        route
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and (route.path or "").startswith("/api/")
    ]
    document = get_openapi(
        title="Studium",
        version=app.version,
        summary="Learning data: courses, learners, datasets",
        description=_INTRODUCTION.strip(),
        routes=routes,
        tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    parts = document.setdefault("components", {})
    parts["schemas"] = {
        name: schema
        for name, schema in parts.get("schemas", {}).items()
        if name not in {"HTTPValidationError", "ValidationError"}
    } | {"Problem": _PROBLEM, "InsightsProblem": _INSIGHTS_PROBLEM}
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of an account."},
        "insightsToken": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token studium_…`, as clients of the edX Analytics Data API send it.",
        },
    }
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format or "", {}).get(method.lower())
            if operation is not None:
                _complete(operation, route)
    app.openapi_schema = document
    return document


def _complete(operation: dict[str, Any], route: RouteContext) -> None:
    rule = rule_of(route.endpoint)
    is_insights = (route.path or "").startswith("/api/v0/")
    operation["operationId"] = f"{'v0_' if is_insights else ''}{route.name}"
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and parameter["name"] in _PATHS:
            text, example = _PATHS[parameter["name"]]
            parameter.setdefault("description", text)
            parameter["schema"].setdefault("examples", [example])
    responses = operation["responses"]
    responses.pop("422", None)
    for status in _statuses(rule, is_insights):
        responses[status] = _refusal(status, is_insights)
    if rule is not Rule.PUBLIC and "GET" in (route.methods or ()):
        responses["304"] = {"description": "You have this answer already."}
    answer = responses.get("200", {})
    answer["headers"] = dict(_HEADERS)
    if CSV in offers_of(route.original_route):
        answer.get("content", {})[CSV] = {"schema": {"type": "string"}}
    _say_needs(operation, rule, is_insights)


def _say_needs(operation: dict[str, Any], rule: Rule | None, is_insights: bool) -> None:
    if rule is None or rule is Rule.PUBLIC:
        operation["security"] = []
        return
    operation["security"] = [{"token": []}, *([{"insightsToken": []}] if is_insights else [])]
    roles = "every role" if rule.roles is None else ", ".join(sorted(rule.roles))
    needs = f"For: {roles}. TokenScope of the token: `{rule.scope}`"
    content = operation["responses"].get("200", {}).get("content", {})
    gives_files = rule.scope is not TokenScope.EXPORT and CSV in content
    needs += f"; for CSV `{TokenScope.EXPORT}` too." if gives_files else "."
    operation["description"] = f"{operation.get('description', '')}\n\n{needs}".strip()


def _statuses(rule: Rule | None, is_insights: bool) -> list[str]:
    wanted = ["400", "404", "406", "503"] if is_insights else list(_REFUSALS)
    if is_insights and rule is not Rule.PUBLIC:
        wanted += ["401", "403"]
    return wanted


def _refusal(status: str, is_insights: bool) -> dict[str, Any]:
    name, kind = ("InsightsProblem", "application/json") if is_insights else ("Problem", "")
    content = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    answer: dict[str, Any] = {"description": _REFUSALS[status]}
    answer["content"] = {kind or "application/problem+json": content}
    if is_insights:  # also what no route takes, or no handler sees
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        answer["content"]["application/problem+json"] = problem
    return answer
