"""One changes one's own password on the account's page: with the old one, and everything made with it ends."""

from fastapi.testclient import TestClient

from studium.serve.rights import Role, TokenScope
from tests.serve.conftest import PASSWORD, Campus, form_token_of, sign_in

NEW = "four quiet herons by the lake"


def change(client: TestClient, old: str, new: str) -> int:
    data = {"old": old, "new": new, "form_token": form_token_of(client, "/account")}
    return int(client.post("/account/password", data=data, follow_redirects=False).status_code)


def test_another_password_ends_what_the_old_one_opened(campus: Campus) -> None:
    client, elsewhere = campus.browser(Role.ANALYST), campus.browser(Role.ANALYST)
    analyst = campus.desk.people.find("analyst")
    _, token = campus.desk.tokens.create(analyst.user_id, "t", [TokenScope.READ], 1)
    assert change(client, "not the old one", NEW) == 403
    assert change(client, PASSWORD, "short") == 422
    assert elsewhere.get("/api/v1/courses").status_code == 200
    assert change(client, PASSWORD, NEW) == 303
    sent = {"Authorization": f"Bearer {token}"}
    assert campus.client().get("/api/v1/courses", headers=sent).status_code == 401
    assert {it.get("/api/v1/courses").status_code for it in (client, elsewhere)} == {401}
    assert sign_in(campus.client(), "analyst", PASSWORD).status_code == 401
    assert sign_in(campus.client(), "analyst", NEW).status_code == 303
    acts = [entry.record.action for entry in campus.desk.audit.list(50)]
    assert {"password changed", "password change refused"} <= set(acts)


def test_guessing_the_old_password_locks_as_at_the_sign_in(campus: Campus) -> None:
    client = campus.browser(Role.COURSE_STAFF)
    codes = [change(client, f"guess number {number}", NEW) for number in range(12)]
    assert 429 in codes
    assert change(client, PASSWORD, NEW) == 429
