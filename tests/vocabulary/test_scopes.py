"""Kinds of scopes lie in each other as the architecture says."""

import pytest

from studium.vocabulary import KINDS, SITE, Scope, lies_within


def test_every_kind_lies_within_the_site_and_the_site_in_nothing_else() -> None:
    assert all(lies_within(kind, "site") for kind in KINDS)
    assert [kind for kind in KINDS if lies_within("site", kind)] == ["site"]


def test_sections_lie_in_schools_and_districts_and_courses_in_none_of_them() -> None:
    assert [kind for kind in KINDS if lies_within("section", kind)] == [
        "site",
        "district",
        "school",
        "section",
    ]
    assert [kind for kind in KINDS if lies_within("course", kind)] == [
        "site",
        "institution",
        "course",
    ]


@pytest.mark.parametrize(("kind", "id_"), [("galaxy", "x"), ("site", "x"), ("course", "")])
def test_a_scope_that_means_nothing_is_refused(kind: str, id_: str) -> None:
    with pytest.raises(ValueError, match=r"there is no scope|the site has no id"):
        Scope(kind, id_)


def test_scopes_are_written_as_people_read_them() -> None:
    assert str(SITE) == "site"
    assert str(Scope("district", "salem")) == "district salem"
