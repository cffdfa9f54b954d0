"""Accounts from the command line: warnings about courses, JSON, errors that say what to do."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from studium.cli import main
from studium.serve.rights import Role
from tests.serve.conftest import ONE, PASSWORD, Campus

Capture = pytest.CaptureFixture[str]


class Shell:
    """Runs commands of a workspace; `error` is what the last one wrote to stderr."""

    def __init__(self, root: Path, capture: Capture, patch: pytest.MonkeyPatch) -> None:
        self._root, self._capture, self._patch = root, capture, patch
        self.code, self.error = 0, ""

    def __call__(self, *words: str, typed: str = PASSWORD) -> str:
        self._patch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        self._capture.readouterr()
        self.code = main(["--workspace", str(self._root), *words])
        out, self.error = self._capture.readouterr()
        return out

    def json(self, *words: str, typed: str = PASSWORD) -> Any:
        return json.loads(self(*words, "--json", typed=typed))


@pytest.fixture
def shell(own_campus: Campus, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(own_campus.workspace.root, capsys, monkeypatch)


def test_a_course_that_no_release_has_is_warned_of_and_granted(shell: Shell) -> None:
    misspelt = ONE.replace("One", "Onne")
    told = shell("user", "add", "bob", "--role", "course_staff", "--course", misspelt)
    assert (shell.code, told) == (0, "Added     bob, course_staff\n")
    assert shell.error == (
        f"Warning: the current release has no course {misspelt}: did you mean {ONE}?\n"
    )
    facts = shell.json("user", "courses", "bob", "--course", ONE, "--course", "Else/Where/2030")
    assert facts["courses"] == ["Else/Where/2030", ONE]
    assert facts["unknown_courses"] == ["Else/Where/2030"]
    assert "it counts as soon as there is one" in shell.error
    shell("user", "courses", "bob", "--course", ONE)
    assert shell.error == ""


def test_courses_of_a_role_that_sees_all_are_remarked(shell: Shell) -> None:
    shell("user", "add", "eve", "--role", "analyst", "--course", ONE)
    assert shell.code == 0
    assert "courses count for course_staff and researcher alone" in shell.error


def test_without_a_release_courses_cannot_be_looked_for(shell: Shell, own_campus: Campus) -> None:
    shutil.rmtree(own_campus.workspace.releases)
    own_campus.workspace.current.unlink()
    shell("user", "add", "bob", "--role", "course_staff", "--course", ONE)
    assert shell.code == 0
    assert "no release yet" in shell.error


def test_the_page_of_accounts_names_courses_that_no_release_has(own_campus: Campus) -> None:
    own_campus.desk.people.set_courses(Role.COURSE_STAFF.value, [ONE, "Else/Where/2030"])
    page = own_campus.browser(Role.ADMINISTRATOR).get("/accounts").text
    assert 'The release has no course <span class="key">Else/Where/2030</span> (yet)' in page
    assert page.count("The release has no course") == 1


def test_every_account_command_answers_as_json(shell: Shell) -> None:
    added = shell.json("user", "add", "bob", "--role", "researcher")
    assert added["username"] == "bob"
    assert shell.json("user", "role", "bob", "analyst")["role"] == "analyst"
    assert shell.json("user", "password", "bob")["has_password"] is True
    assert "bob" in {account["username"] for account in shell.json("user", "list")}
    made = shell.json("token", "create", "bob", "--label", "x", "--scope", "read")
    assert made["token"].startswith("studium_")
    (token,) = shell.json("token", "list", "bob")
    assert (token["token_id"], token["state"]) == (made["token_id"], "valid")
    assert shell.json("token", "revoke", made["token_id"])["state"] == "revoked"
    assert shell.json("user", "remove", "bob")["username"] == "bob"
    newest = shell.json("audit", "list", "--limit", "1")[0]
    assert (newest["action"], newest["subject"]) == ("account removed", "bob")
    assert shell.json("audit", "verify")["records"] > 0


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("user", "add", "a b", "--role", "analyst"), PASSWORD, "Use 1 to 150 characters"),
        (("user", "add", "analyst", "--role", "analyst"), PASSWORD, "studium user role"),
        (("user", "add", "bob", "--role", "boss"), PASSWORD, "studium user add --help"),
        (("user", "add", "bob", "--role", "analyst"), "short", "Choose one of 12"),
        (("user", "add", "bob", "--role", "analyst"), "", "No password"),
        (("user", "password", "analyst"), "", "No password"),
        (("user", "password", "analist"), PASSWORD, "Did you mean analyst?"),
        (("user", "role", "nobody", "analyst"), PASSWORD, "studium user list"),
        (("user", "courses", "nobody", "--course", ONE), PASSWORD, "studium user list"),
        (("user", "remove", "nobody"), PASSWORD, "studium user list"),
        (("token", "create", "nobody", "--label", "x"), PASSWORD, "studium user list"),
        (("token", "create", "analyst", "--label", ""), PASSWORD, "needs a label"),
        (("token", "list", "nobody"), PASSWORD, "studium user list"),
        (("token", "revoke", "none"), PASSWORD, "studium token list"),
        (("audit", "list", "--user", "nobody"), PASSWORD, ""),
    ],
)
def test_errors_say_what_to_do(shell: Shell, words: tuple[str, ...], typed: str, said: str) -> None:
    shell(*words, typed=typed)
    if not said:
        assert shell.code == 0, "an account that is gone may still be in the log"
        return
    assert shell.code == 2
    lines = shell.error.strip().splitlines()
    assert [line.split()[0] for line in lines] == ["Error:", "Where:", "Next:"]
    assert said in shell.error
    fault = shell.json(*words, typed=typed)["error"]
    assert set(fault) == {"problem", "where", "fix"}
