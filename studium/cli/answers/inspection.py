"""Looking without changing anything: status, releases.

Enters: a workspace; no lock is needed. Leaves: tables for people, JSON for machines.
"""

import shlex
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from studium.cli.answers.areas import area_facts, held_back_lines
from studium.cli.answers.dumps import package_facts, package_lines
from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.tables import (
    bar_lines,
    count,
    figure,
    ignored_lines,
    size,
    table_lines,
)
from studium.errors import StudiumError

if TYPE_CHECKING:
    from studium.config import Workspace
    from studium.lake import Damage, LakeStatus
    from studium.publish import Release
    from studium.vocabulary import InputFile

_MOST_DAYS = 14
_MOST_DAMAGED = 3
_MOST_ODD = 10
_FAR_DAYS = 7  # a clock that is a little wrong is no reason for a remark


@click.command(cls=Command)
@click.option(
    "--types", is_flag=True, help="Also count the lines of each event type, and unknown fields."
)
@click.option(
    "--files", "list_files", is_flag=True, help="Also list every landed file with its counts."
)
@examples("studium status", "studium status --types")
@pass_session
def status(session: Session, types: bool, list_files: bool) -> None:
    """Show files, events by day, rejects, the current release and what is not yet in it."""
    from studium import lake

    workspace = session.workspace()
    standing = lake.status(workspace)
    stuck = lake.waiting(workspace)
    damaged = [it for it in lake.find_damage(workspace) if not it.is_outdated]
    release, problem = _current(workspace)
    newer = _newer(workspace, release)
    # What a rollback left behind is published, only not current.
    pending = _pending(standing, newer or release)
    facts = {
        "workspace": workspace.root,
        "files": len(standing.files),
        "lines": standing.lines,
        "events": standing.events,
        "duplicates": standing.duplicates,
        "quarantined": standing.quarantined,
        "skipped": standing.skipped,
        "rows": standing.table_rows,
        "packages": package_facts(workspace),
        **_areas(workspace, release),
        "release_problem": problem,
        "newer_release": newer.id if newer else None,
        "far_ahead": far_ahead(workspace, standing),
        "next_step": _next_step(workspace, release, newer, bool(standing.files or stuck)),
        "not_in_release": [file.path for file in pending],
        **_trouble(stuck, damaged),
        "events_by_day": standing.by_date,
        "rejects_by_reason": standing.rejects,
        "odd_values": _odd_values(standing),
        "ignored": [{"file": path, "reason": why} for path, why in standing.ignored.items()],
    }
    if types:
        facts["event_types"] = _types(workspace)
        facts["unknown_fields"] = dict(_unknown(workspace))
    if list_files:
        facts["file_list"] = [_file_facts(file) for file in standing.files]
    session.answer(facts)
    if not session.is_json:
        _tell_status(session, facts, release, types)


@click.command(cls=Command)
@examples("studium releases", "studium releases --json")
@pass_session
def releases(session: Session) -> None:
    """List what was published, newest first."""
    from studium import publish

    workspace = session.workspace()
    current, problem = _current(workspace)
    found = publish.releases(workspace)
    damaged = publish.damaged_releases(workspace)
    facts = [_release_facts(release, current) for release in found]
    session.answer(
        {
            "releases": facts,
            "problem": problem,
            "damaged": [
                {"id": it.path.name, "path": it.path, "reason": it.reason} for it in damaged
            ],
        }
    )
    if not facts and not damaged:
        session.say("Nothing was published yet. Publish first: studium run")
    if problem and facts:
        session.say(f"{problem}. Go back to one of these: studium rollback ID")
    rows = [
        (
            "→" if fact["is_current"] else "",
            fact["id"],
            fact["created_at"].strftime("%Y-%m-%d %H:%M:%S"),
            figure(fact["events"]),
            figure(fact["rows"]),
            size(fact["bytes"]),
        )
        for fact in facts
    ]
    if rows:
        headings = ["", "release", "published (UTC)", "events", "rows", "size"]
        session.say("\n".join(table_lines(headings, rows)))
    for it in damaged:
        session.say(f"{it.problem}. Be rid of it: rm -r {shlex.quote(str(it.path))}")


def _current(workspace: "Workspace") -> "tuple[Release | None, str | None]":
    from studium import publish

    try:
        return publish.current_release(workspace), None
    except StudiumError as error:
        return None, error.problem


def _newer(workspace: "Workspace", current: "Release | None") -> "Release | None":
    """The newest release, where a rollback holds `current` at an older one."""
    from studium import publish

    if current is None or publish.held_release(workspace) is None:
        return None
    newest = publish.releases(workspace)[0]
    return newest if newest.id != current.id else None


def far_ahead(workspace: "Workspace", standing: "LakeStatus") -> str | None:
    """A remark where the tables reach far beyond the last landing, as a wrong clock makes them."""
    days = [day for day, events in standing.by_date.items() if events]
    if not days or not standing.files:
        return None
    last = date.fromisoformat(max(days))
    landed = max(datetime.fromisoformat(file.landed_at).date() for file in standing.files)
    as_of = workspace.settings.build.as_of
    if (last - landed).days <= _FAR_DAYS or (as_of and (as_of - landed).days <= _FAR_DAYS):
        return None
    return (
        f"Events are dated up to {last}, {(last - landed).days:,} days after the last landing, and "
        f"daily tables reach {'to ' + str(as_of) if as_of else 'as far'}. "
        f"To leave such events out: build.as_of in studium.toml, or studium run --as-of {landed}"
    )


def _next_step(
    workspace: "Workspace", release: "Release | None", newer: "Release | None", is_landed: bool
) -> str | None:
    if release is None:
        has_source = is_landed or workspace.settings.sources
        return "studium run" if has_source else "studium run PATH"
    return f"studium rollback {newer.id}" if newer else None


def _trouble(stuck: "list[InputFile]", damaged: "list[Damage]") -> dict[str, Any]:
    return {
        "not_landed": [{"file": file.path, "problem": file.damage} for file in stuck],
        "damaged": [{"file": it.path, "problem": it.problem, "fix": it.fix} for it in damaged],
    }


def _pending(standing: "LakeStatus", release: "Release | None") -> "list[InputFile]":
    published = {file.sha256 for file in release.manifest.inputs} if release else set()
    return [file for file in standing.files if file.sha256 not in published]


def _left_out(workspace: "Workspace", release: "Release") -> list[str]:
    """What the release's day leaves out of what landed."""
    from studium import lake

    found = lake.left_out(workspace, release.manifest.build.as_of)
    return found.said() if found else []


def _areas(workspace: "Workspace", release: "Release | None") -> dict[str, Any]:
    if release is None:
        return {"release": None, "areas": {}, "not_published": {}, "left_out": []}
    manifest = release.manifest
    return {
        "release": release.id,
        "areas": {area.name: area_facts(area) for area in manifest.areas},
        "not_published": manifest.held_back,
        "left_out": _left_out(workspace, release),
    }


def _types(workspace: "Workspace") -> list[dict[str, Any]]:
    from studium import lake

    return [
        {"event_type": name, "event_source": source, "lines": lines}
        for name, source, lines in lake.event_types(workspace)
    ]


def _unknown(workspace: "Workspace") -> list[tuple[str, int]]:
    from studium import lake

    return lake.unknown_fields(workspace)


def _file_facts(file: "InputFile") -> dict[str, Any]:
    from msgspec.structs import asdict

    return asdict(file)


def _tell_status(
    session: Session, facts: dict[str, Any], release: "Release | None", types: bool
) -> None:
    session.say(f"Workspace {facts['workspace']}")
    names = ("files", "lines", "events", "rows", "duplicates", "quarantined", "skipped")
    session.say("\n".join(table_lines(names, [[figure(facts[name]) for name in names]])))
    _tell_days(session, facts["events_by_day"])
    if facts["far_ahead"]:
        session.say(f"\n{facts['far_ahead']}")
    packages = package_lines(facts["packages"])
    if packages:
        session.say("\n" + "\n".join(packages))
    _tell_counts(session, "Lines in quarantine", ["reason", "lines"], facts["rejects_by_reason"])
    _tell_odd_values(session, facts["odd_values"])
    ignored = [(item["file"], item["reason"]) for item in facts["ignored"]]
    if ignored:
        session.say("\n" + "\n".join(ignored_lines(ignored)))
    for stuck in facts["not_landed"]:
        session.say(f"\nNot landed: {stuck['file']}: {stuck['problem'] or 'the run was stopped'}")
    _tell_damage(session, facts["damaged"])
    if types:
        rows = [
            (item["event_type"], item["event_source"], figure(item["lines"]))
            for item in facts["event_types"]
        ]
        session.say("\n" + "\n".join(table_lines(["event type", "source", "lines"], rows)))
        _tell_counts(
            session, "Fields without a column", ["field", "lines"], facts["unknown_fields"]
        )
    _tell_files(session, facts.get("file_list", []))
    _tell_release(session, facts, release)


def _odd_values(standing: "LakeStatus") -> list[dict[str, Any]]:
    """Columns with values that are NULL in their rows because they did not fit, the worst first."""
    found = [
        {"file": file.path, "column": it.column, "times": it.times, "line": it.line}
        | {"value": it.value}
        for file in standing.files
        for it in file.odd
    ]
    return sorted(found, key=lambda it: (-it["times"], it["file"], it["column"]))


def _tell_odd_values(session: Session, facts: list[dict[str, Any]]) -> None:
    if not facts:
        return
    times = sum(item["times"] for item in facts)
    session.say(
        f"\nValues that did not fit, NULL in their rows: {times:,}."
        " Each of them: studium quarantine --reason odd_value"
    )
    rows = [
        (item["column"], figure(item["times"]), _first(item), item["file"])
        for item in facts[:_MOST_ODD]
    ]
    session.say("\n".join(table_lines(["column", "values", "the first", "file"], rows)))
    if len(facts) > _MOST_ODD:
        session.say(
            f"and {len(facts) - _MOST_ODD:,} more columns, all of them: studium status --json"
        )


def _first(item: dict[str, Any]) -> str:
    value = "".join(sign if sign.isprintable() else "·" for sign in item["value"])
    return f"line {item['line']}: {value}"


def _tell_damage(session: Session, damaged: list[dict[str, Any]]) -> None:
    if damaged:
        session.say(f"\nDamaged: {count(len(damaged), 'file')}, for example")
    for item in damaged[:_MOST_DAMAGED]:
        session.say(f"  {item['file']} {item['problem']}\n  {item['fix']}")


def _tell_files(session: Session, files: list[dict[str, Any]]) -> None:
    if not files:
        return
    counts = ("lines", "events", "duplicates", "quarantined", "skipped")
    rows = [
        (file["sha256"][:12], file["state"], *(figure(file[name]) for name in counts), file["path"])
        for file in files
    ]
    headings = ["sha256", "state", *counts, "file"]
    session.say("\nFiles\n" + "\n".join(table_lines(headings, rows, widest=None)))


def _tell_days(session: Session, by_date: dict[str, int]) -> None:
    if not by_date:
        return
    days = list(by_date.items())
    shown = dict(days[-_MOST_DAYS:])
    title = f"Events by day, {days[0][0]} to {days[-1][0]}"
    if len(days) > _MOST_DAYS:
        title += f", the last {_MOST_DAYS} of {len(days)} days"
    session.say(f"\n{title}")
    session.say("\n".join(bar_lines(shown, width=40)))


def _tell_counts(session: Session, title: str, headings: list[str], counts: dict[str, int]) -> None:
    if counts:
        rows = [(name, figure(number)) for name, number in counts.items()]
        session.say(f"\n{title}\n" + "\n".join(table_lines(headings, rows)))


def _tell_release(session: Session, facts: dict[str, Any], release: "Release | None") -> None:
    session.say()
    if release is None:
        problem = facts["release_problem"]
        session.say(
            f"{problem}. What is sound: studium releases"
            if problem
            else f"Nothing was published yet: {facts['next_step']}"
        )
        return
    pending = facts["not_in_release"]
    session.say(f"Current release {release.id} at {release.path}")
    for line in facts["left_out"]:
        session.say(line)
    for line in held_back_lines(release.manifest):
        session.say(line)
    if facts["newer_release"]:
        session.say("A rollback put it there. It stays until there is something new to publish;")
        session.say(f"go forward: {facts['next_step']}")
    if pending:
        session.say(f"Not in it yet: {count(len(pending), 'file')}, for example {pending[0]}")
        session.say("Publish them: studium run")
    elif facts["files"]:
        session.say("Every landed file is in it.")
    else:
        session.say("No landed file counts here: studium land PATH")


def _release_facts(release: "Release", current: "Release | None") -> dict[str, Any]:
    manifest = release.manifest
    return {
        "id": release.id,
        "is_current": current is not None and current.id == release.id,
        "created_at": manifest.created_at,
        "path": release.path,
        "events": manifest.events,
        "rows": sum(table.rows for table in manifest.tables),
        "bytes": manifest.database_bytes,
        "events_from": manifest.build.events_from,
        "as_of": manifest.build.as_of,
        "compat": manifest.build.compat,
    }
