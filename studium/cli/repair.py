"""Beginning and setting right: init, doctor, quarantine, retract, rollback.

Enters: a workspace. Leaves: a settings file, findings with their fix, lines in quarantine, a file
that no longer counts, `current` on an older release.
"""

import os
from collections import Counter
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.steps import land_facts, tell_landing, waiting
from studium.cli.tables import count, figure, table_lines
from studium.errors import MisuseError

if TYPE_CHECKING:
    from studium.config import Workspace

_MOST_FILES = 12


@click.command(cls=Command)
@click.option(
    "--source",
    "sources",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file or folder of tracking logs; can be given again; by default none is configured.",
)
@examples("studium init --source /data/logs", "studium --workspace campus init")
@pass_session
def init(session: Session, sources: tuple[Path, ...]) -> None:
    """Begin a workspace: write a studium.toml with every setting explained."""
    from studium.config import write_default_settings

    root = (session.directory or Path.cwd()).resolve()
    file = write_default_settings(root, [source.absolute() for source in sources])
    session.answer({"workspace": root, "settings": file})
    session.say(f"Wrote {file}")
    step = "studium run" if sources else "studium run PATH, or name [[sources]] in studium.toml"
    for source in sources:
        if not source.exists():
            session.say(f"Not there yet: {source.absolute()}")
    session.say(f"Next: {step}")


@click.command(cls=Command)
@click.option("--bytes", "every_byte", is_flag=True, help="Read all of lake and landing.")
@click.option("--repair", is_flag=True, help="Make again from the landing what is damaged.")
@waiting
@examples("studium doctor", "studium doctor --repair")
@pass_session
def doctor(session: Session, /, every_byte: bool, repair: bool, wait: float) -> int:
    """Look at this machine and the workspace, and say how to repair what is wrong."""
    from studium.cli.diagnosis import diagnose

    if repair:
        return _repair(session, wait)
    findings = diagnose(session.directory, every_byte)
    session.answer([finding._asdict() for finding in findings])
    signs = {"good": "✓", "note": "·", "bad": "✗"}
    for finding in findings:
        session.say(f"{signs[finding.state]} {finding.subject}: {finding.found}")
        if finding.fix:
            session.say(f"  {finding.fix}")
    return 1 if any(finding.state == "bad" for finding in findings) else 0


@click.command(cls=Command)
@click.option(
    "--reason", help="Count and print only lines refused for this reason; by default all."
)
@click.option(
    "--file", help="Count and print only lines of files with this in their path; by default all."
)
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="Print N lines as they came; by default none, or all of --reason and --file.",
)
@click.option(
    "--retry",
    is_flag=True,
    help="Parse the files with such lines again, by the rules of this version.",
)
@waiting
@examples("studium quarantine --sample 5", "studium quarantine --retry")
@pass_session
def quarantine(
    session: Session, /, reason: str | None, file: str | None, sample: int | None, **how: Any
) -> None:
    """List the lines that are no event, show some of them, or try them again."""
    from studium import lake, pipeline

    if how["retry"]:
        report = pipeline.retry(session.job(how["wait"]), file)
        session.answer(land_facts(report))
        tell_landing(session, report, is_again=True)
        session.say("Publish what they say now: studium run")
        return
    workspace = session.workspace()
    standing = lake.status(workspace)
    reasons = standing.rejects | (
        {lake.ODD_VALUE: standing.odd_values} if standing.odd_values else {}
    )
    if reason is not None and reason not in reasons:
        raise _no_such_reason(reason, list(reasons))
    rejects = lake.quarantined(workspace, reason, file, sample) if sample or reason or file else []
    if file is not None:
        every = rejects if sample is None else lake.quarantined(workspace, reason, file)
        reasons = dict(Counter(reject.reason for reject in every).most_common())
    elif reason is not None:
        reasons = {reason: reasons[reason]}
    shown = [_reject_facts(reject) for reject in rejects]
    files = lake.rejects_by_file(workspace)
    named = {path: lines for path, lines in files.items() if file is None or file in path}
    session.answer({"reasons": reasons, "files": named, "rejects": shown})
    if not reasons:
        session.say("No line is in quarantine.")
        return
    rows = [(name, figure(lines)) for name, lines in reasons.items()]
    session.say("\n".join(table_lines(["reason", "lines"], rows)))
    if reason is None:
        _tell_files(session, named)
    for fact in shown:
        session.say(f"\n{fact['file']}:{fact['line']}  {fact['reason']}  {fact['detail'] or ''}")
        session.say(f"  {_printable(fact['raw'])}")


@click.command(cls=Command)
@click.argument("file")
@waiting
@examples("studium retract tracking.log-20240301.gz", "studium retract 1f3a9c04b2d1")
@pass_session
def retract(session: Session, file: str, wait: float) -> None:
    """Stop counting a landed FILE, named by its path, its archive's or the beginning of its hash; its bytes stay."""
    from studium import pipeline

    job = session.job(wait)
    hashes = _files_of_archive(job.workspace, file) or [_choose_file(job.workspace, file)]
    taken = [pipeline.retract(job, sha256) for sha256 in hashes]
    facts = [
        {
            "file": it.path,
            "sha256": it.sha256,
            "lines": it.lines,
            "dates": it.dates,
            "counts_again": it.counts_again,
        }
        for it in taken
    ]
    session.answer(facts[0] if len(facts) == 1 else {"file": file, "files": facts})
    for retraction in taken:
        lines, days = count(retraction.lines, "line"), count(len(retraction.dates), "day")
        session.say(f"{retraction.path}: {lines} on {days} taken back")
        for path in retraction.counts_again:
            session.say(f"{path}: counts again, as before the longer version came")
    origin = file if len(taken) > 1 else taken[0].path
    session.say(f"Publish without it: studium run · bring it back: studium land {origin}")


@click.command(cls=Command)
@click.argument("release_id", metavar="[ID]", required=False)
@waiting
@examples("studium rollback", "studium rollback 20260301T101500Z-1f3a9c04")
@pass_session
def rollback(session: Session, release_id: str | None, wait: float) -> None:
    """Go back to the release before the current one, or to ID."""
    from studium import pipeline
    from studium.publish import held_release

    done = pipeline.rollback(session.job(wait), release_id)
    release, passed_over = done.release, done.passed_over
    is_held = held_release(session.workspace()) is not None
    session.answer(
        {
            "release": release.id,
            "path": release.path,
            "passed_over": [damage.path.name for damage in passed_over],
            "is_held": is_held,
        }
    )
    for damage in passed_over:
        session.say(f"{damage.problem}; it was passed over.")
    session.say(f"Current is {release.id}, {release.path}")
    if is_held:
        session.say("There it stays until `studium run` or `studium publish` has something new.")
        session.say("Go forward again: studium releases, then studium rollback ID")


def _tell_files(session: Session, files: dict[str, int]) -> None:
    rows = [(path, figure(lines)) for path, lines in list(files.items())[:_MOST_FILES]]
    session.say("\n" + "\n".join(table_lines(["file", "lines"], rows, widest=None)))
    if len(files) > _MOST_FILES:
        session.say(
            f"The first {_MOST_FILES} of {len(files):,} files; all: studium quarantine --json"
        )


def _no_such_reason(reason: str, known: list[str]) -> MisuseError:
    listed = f"Reasons here: {', '.join(known)}" if known else "No line is in quarantine."
    return MisuseError(f"No line was refused for the reason {reason}", "--reason", listed)


def _files_of_archive(workspace: "Workspace", name: str) -> list[str]:
    """The hashes of the files that were landed from the archive `name`; none where it is no archive."""
    from studium import lake

    inside = os.path.abspath(name) + lake.BETWEEN
    files = [*lake.status(workspace).files, *lake.waiting(workspace)]
    return sorted(
        {file.sha256 for file in files if file.path.startswith((inside, name + lake.BETWEEN))}
    )


def _choose_file(workspace: "Workspace", name: str) -> str:
    """The hash of the landed file that `name` means: a path as it stands in the ledger, one from
    the current folder, the end of one, or the first eight or more digits of the hash.

    Raises MisuseError when there is none, or more than one.
    """
    from studium import lake

    files = [*lake.status(workspace).files, *lake.waiting(workspace)]
    here = os.path.abspath(name)
    found = [it for it in files if name == it.path or os.path.abspath(it.path) == here] or [
        it
        for it in files
        if it.path.endswith("/" + os.path.normpath(name))
        or (len(name) >= 8 and it.sha256.startswith(name.lower()))
    ]
    hashes = sorted({it.sha256 for it in found})
    if len(hashes) == 1:
        return hashes[0]
    if hashes:
        named = ", ".join(sha256[:12] for sha256 in hashes)
        raise MisuseError(
            f"{len(hashes)} landed files are meant", name, f"By their hashes: {named}"
        )
    paths = [it.path for it in files]
    near = get_close_matches(name, [Path(path).name for path in paths] + paths, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise MisuseError(
        f"No landed file is called {name}", name, f"{hint}List them: studium status --files"
    )


def _repair(session: Session, wait: float) -> int:
    from studium import pipeline

    repair = pipeline.repair(session.job(wait))
    left = [damage._asdict() for damage in repair.left]
    session.answer(
        {
            "found": [damage._asdict() for damage in repair.found],
            "left": left,
            "landed": land_facts(repair.landed),
            "is_ledger_new": repair.is_ledger_new,
            "old_ledger": repair.old_ledger,
        }
    )
    if repair.is_ledger_new:
        _tell_new_ledger(session, repair.old_ledger)
    for damage in repair.found:
        session.say(f"Damaged   {damage.path} {damage.problem}")
    tell_landing(session, repair.landed)
    for damage in repair.left:
        session.say(f"Left      {damage.path} {damage.problem}\n          {damage.fix}")
    if not (repair.found or repair.left or repair.is_ledger_new):
        session.say("Nothing is damaged.")
    else:
        session.say("Publish what is whole: studium run")
    return 1 if repair.left or repair.landed.failed else 0


def _tell_new_ledger(session: Session, old: str | None) -> None:
    session.say("Made a new ledger from the landing. Files have the names that they have there,")
    session.say("until they are landed from their place again; what was retracted counts again.")
    if old:
        session.say(f"The damaged one is now called {old}")


def _reject_facts(reject: Any) -> dict[str, Any]:
    return {
        "file": reject.path,
        "line": reject.line,
        "reason": reject.reason,
        "detail": reject.detail,
        "raw": reject.raw,
    }


def _printable(raw: bytes, most: int = 300) -> str:
    text = raw[:most].decode(errors="backslashreplace")
    shown = "".join(sign if sign.isprintable() else "·" for sign in text)
    return f"{shown} … ({len(raw):,} bytes)" if len(raw) > most else shown
