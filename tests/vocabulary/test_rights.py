"""Rights say by which column rows belong to scopes; releases from before scopes are understood."""

from pathlib import Path

import msgspec
import pytest

from studium.vocabulary import ROLES, Belonging, Rights, Role, TokenScope


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (
            b'{"level":"course","course":"pipeline_video_id","course_until":"|","learner":[]}',
            Rights("course", Belonging("course", "pipeline_video_id", "|")),
        ),
        (
            b'{"level":"learner","course":"course_id","course_until":"","learner":["username"]}',
            Rights("learner", Belonging("course", "course_id"), ["username"]),
        ),
        (b'{"level":"institution","course":null,"course_until":""}', Rights("institution")),
    ],
)
def test_manifests_from_before_scopes_keep_their_rights(written: bytes, meant: Rights) -> None:
    rights = msgspec.json.decode(written, type=Rights)
    assert rights == meant
    again = msgspec.json.encode(rights)
    assert set(msgspec.json.decode(again)) == {
        "level",
        "scope",
        "learner",
        "personal",
        "beyond",
        "traits",
        "groups",
    }
    assert msgspec.json.decode(again, type=Rights) == meant


@pytest.mark.parametrize(
    "scope",
    [
        {"kind": "galaxy", "column": "id"},
        {"kind": "site", "column": "id"},
        {"kind": "course", "column": "id", "within": {"school": "school_id"}},
        {"kind": "course", "column": "id", "within": {"course": "other"}},
    ],
)
def test_rows_belong_to_kinds_that_there_are(scope: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"belong to no scope|does not lie within"):
        msgspec.convert({"level": "course", "scope": scope}, Rights)


def test_every_role_has_its_row_and_one_alone_administers() -> None:
    assert set(ROLES) == set(Role)
    assert [role for role, powers in ROLES.items() if powers.administers] == [Role.ADMINISTRATOR]
    assert [role for role, powers in ROLES.items() if powers.is_pseudonymous] == [Role.RESEARCHER]
    assert [role for role, powers in ROLES.items() if not powers.sees_site] == [
        Role.COURSE_STAFF,
        Role.RESEARCHER,
    ]
    assert {str(scope) for scope in TokenScope} == {"read", "learners", "export", "administer"}


def test_the_docs_have_a_row_for_each_role_that_says_what_it_may() -> None:
    lines = Path("docs/serve.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    told = {row[0].strip("`"): row[1:] for row in rows if len(row) == 5 and row[0].startswith("`")}
    assert list(told) == [role.value for role in ROLES]
    for role, powers in ROLES.items():
        courses, learners, few, operations = told[role]
        assert (courses == "all") == powers.sees_site, role
        assert learners.split(",")[0] == (
            "by name" if powers.sees_names else "by pseudonym" if powers.sees_learners else "never"
        )
        assert few == ("hidden" if powers.hides_small else "shown"), role
        assert (operations != "") == ("operations" in powers.levels), role
        assert (operations == "both") == powers.administers, role
