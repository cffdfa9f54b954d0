"""studium.toml and the environment: what is wrong is named with its place and the way out."""

from pathlib import Path

import msgspec
import pytest

from studium.config import (
    SETTINGS_FILE,
    Settings,
    Workspace,
    list_settings,
    open_workspace,
    write_default_settings,
)
from studium.errors import MisuseError, StudiumError


def read(folder: Path, text: str, **environment: str) -> Settings:
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
    return open_workspace(folder, environment).settings


def refuse(folder: Path, text: str, **environment: str) -> StudiumError:
    with pytest.raises(StudiumError) as caught:
        read(folder, text, **environment)
    return caught.value


def test_default_file_gives_the_defaults(tmp_path: Path) -> None:
    write_default_settings(tmp_path)
    assert open_workspace(tmp_path, {}).settings == Settings()


def test_default_file_shows_every_setting_with_a_valid_value(tmp_path: Path) -> None:
    file = write_default_settings(tmp_path, [Path("/data/logs"), Path('odd "name"')])
    text = file.read_text(encoding="utf-8")
    shown = "\n".join(
        line.removeprefix("# ") if " = " in line and "STUDIUM_" not in line else line
        for line in text.splitlines()
    ).replace("events_from = 2024-03-01", "events_from = 2024-02-01")
    settings = read(tmp_path, shown)
    assert [source.path for source in settings.sources] == ["/data/logs", 'odd "name"']
    for setting in list_settings():
        assert setting.name in text or setting.name == "sources"


def test_settings_are_never_overwritten(tmp_path: Path) -> None:
    write_default_settings(tmp_path)
    with pytest.raises(MisuseError, match="is a workspace already"):
        write_default_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem", "line", "fix"),
    [
        (
            "version = 1\n[publish]\nkeep_relases = 3",
            "`publish.keep_relases`",
            3,
            "`keep_releases`?",
        ),
        ("[publish]\n\nkeep_releases = 0", "is 0, but must be", 3, "of at least 1"),
        (
            "[serve]\nsecret = 12345678",
            "`serve.secret` is no text, but must be",
            2,
            "Set it to a text",
        ),
        ("[publish]\nkeep_releases = 'x'", "is 'x'", 2, "a whole number"),
        ("[publish]\nmaximum_drop_percent = 101", "is 101", 2, "from 0 to 100"),
        ("[publish]\nmaximum_drop_percent = nan", "is nan", 2, "from 0 to 100"),
        (
            "[publish]\nof_areas = ['a.minimum_rows = 1.5']",
            "`a.minimum_rows` is 1.5",
            2,
            "a whole number of at least 0",
        ),
        ("[publish]\nof_areas = ['a.rows = 1']", "publish.of_areas[0]", 2, "Set it to"),
        ("[publsh]\nkeep_releases = 3", "no setting `publsh`", 1, "`publish`?"),
        ("publish = 3", "must be a table", 1, "headed [publish]"),
        ("[[sources]]\nname = 'a'", "has no `path`", 1, "path ="),
        ("[[sources]]\nname='a'\npath='x'\n[[sources]]\nname='A b'\npath='x'", "'A b'", 5, "short"),
        (
            "[[sources]]\nname='a'\npath='x'\n[[sources]]\nname='a'\npath='y'",
            "Two sources",
            5,
            "own",
        ),
        ("[[sources]]\nname='a'\nkind='discovery'", "has no `url`", 1, "url ="),
        ("[[sources]]\nname='a'\nkind='ftp'", "is 'ftp'", 3, "discovery or folder"),
        (
            "[[sources]]\nname='a'\nkind='discovery'\nurl='http://x/'",
            "does not begin with https://",
            1,
            "allow_private",
        ),
        ("[[sources]]\nname='a'\npath='x'\npattern=['x']", "sources[0].pattern", 4, "`patterns`?"),
        ("[build]\nas_of = 'soon'", "is 'soon'", 2, "a date such as"),
        ("[build]\ncompat = 1", "is 1", 2, "true or false"),
        ("[build]\nas_of = 2024-01-01\nevents_from = 2024-01-01", "no day is left", 3, "later"),
        ("[build\n", "not valid TOML", 1, "name = value"),
        ("sources = 3", "must be a list", 1, "[[sources]]"),
    ],
)
def test_mistake_is_named_with_line_and_way_out(
    tmp_path: Path, text: str, problem: str, line: int, fix: str
) -> None:
    error = refuse(tmp_path, text)
    assert isinstance(error, MisuseError)
    assert problem in error.problem
    assert error.where == f"{tmp_path / SETTINGS_FILE}:{line}"
    assert fix in error.fix


def test_newer_workspace_is_refused_before_its_settings_are_judged(tmp_path: Path) -> None:
    error = refuse(tmp_path, "version = 2\n[future]\nsetting = 1")
    assert "has version 2" in error.problem
    assert error.exit_code == 1


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(b"version = 1 # \xff\xfe")
    with pytest.raises(MisuseError, match="not UTF-8"):
        open_workspace(tmp_path, {})


def test_every_setting_can_come_from_the_environment(tmp_path: Path) -> None:
    values = {"a date": "2024-05-01", "true": "true", "a whole number from 1 to 100": "20"}
    values |= {"a whole": "300"}
    values |= {"a number": "7.5", "a text": "cities.mmdb", "evolve": "quarantine"}
    values |= {"a short name": "nobody", "recipient": "recipient"}
    for setting in list_settings():
        if setting.name in {"version", "threads", "processes", "workers"}:
            continue
        if setting.allowed.startswith("a list"):
            continue
        value = next(value for start, value in values.items() if setting.allowed.startswith(start))
        settings = read(tmp_path, "", **{setting.variable: value})
        found = msgspec.to_builtins(getattr(getattr(settings, setting.section), setting.name))
        assert str(found).lower() == value


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    text = "[publish]\nkeep_releases = 9\nminimum_events = 4"
    settings = read(tmp_path, text, STUDIUM_PUBLISH__KEEP_RELEASES="3")
    assert (settings.publish.keep_releases, settings.publish.minimum_events) == (3, 4)


def test_sources_come_as_json(tmp_path: Path) -> None:
    settings = read(tmp_path, "", STUDIUM_SOURCES='[{"name": "a", "path": "b"}]')
    assert [(source.name, source.path) for source in settings.sources] == [("a", "b")]


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("STUDIUM_PUBLISH__KEEP_RELEASES", "0", "of at least 1"),
        ("STUDIUM_BUILD__AS_OF", "soon", "a date such as"),
        ("STUDIUM_BUILD__COMPAT", "yes", "true or false"),
        ("STUDIUM_SOURCES", "logs", "a list"),
        ("STUDIUM_PUBLISH__KEEP_RELEASE", "3", "Did you mean STUDIUM_PUBLISH__KEEP_RELEASES?"),
        ("STUDIUM_PUBLISH_KEEP_RELEASES", "3", "Did you mean STUDIUM_PUBLISH__KEEP_RELEASES?"),
    ],
)
def test_bad_variable_is_named(tmp_path: Path, name: str, value: str, fix: str) -> None:
    error = refuse(tmp_path, "", **{name: value})
    assert name in error.problem
    assert error.where == f"environment variable {name}"
    assert fix in error.fix


def test_empty_and_foreign_variables_do_not_count(tmp_path: Path) -> None:
    assert read(tmp_path, "", STUDIUM_BUILD__AS_OF="", STUDIUM_EDITOR="vi") == Settings()


def test_workspace_is_option_then_variable_then_nearest_folder(tmp_path: Path) -> None:
    for name in ("option", "variable", "nearest"):
        write_default_settings(tmp_path / name)
    deep = tmp_path / "nearest" / "a" / "b"
    deep.mkdir(parents=True)
    named = {"STUDIUM_WORKSPACE": str(tmp_path / "variable")}
    assert open_workspace(tmp_path / "option", named, deep).root.name == "option"
    assert open_workspace(None, named, deep).root.name == "variable"
    assert open_workspace(None, {}, deep).root.name == "nearest"


def test_missing_workspace_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(MisuseError) as caught:
        open_workspace(None, {}, tmp_path)
    assert "studium init" in caught.value.fix
    with pytest.raises(MisuseError, match="is no folder"):
        open_workspace(tmp_path / "none", {})
    (tmp_path / "folder" / SETTINGS_FILE).mkdir(parents=True)
    with pytest.raises(MisuseError, match="no workspace"):
        open_workspace(tmp_path / "folder", {})


def test_interval_of_an_option_wins_and_must_hold_a_day(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, read(tmp_path, "[build]\nas_of = 2024-03-01\ncompat = true"))
    changed = workspace.with_interval(None, None, False)
    assert changed.settings == workspace.settings
    with pytest.raises(MisuseError, match="No day is left"):
        workspace.with_interval(workspace.settings.build.as_of, None, False)
