"""Beginning and setting right: init, doctor, quarantine, retract, rollback.

Enters: a workspace. Leaves: a settings file, findings with their fix, lines in quarantine, a file
that no longer counts, `current` on an older release.
"""

from pathlib import Path
from typing import Any

import click

from studium.cli.session import Command, Session, examples, pass_session
from studium.cli.steps import land_facts, tell_landing, waiting
from studium.cli.tables import count, figure, table_lines


@click.command(cls=Command)
@click.option(
    "--source",
    "sources",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file or folder of tracking logs; can be given again.",
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
@click.option("--reason", help="Only lines that were refused for this reason.")
@click.option("--file", help="Only lines of this file: its path or a part of it.")
@click.option(
    "--sample", type=click.IntRange(min=1), metavar="N", help="Print N lines as they came."
)
@click.option("--retry", is_flag=True, help="Parse the files again, by the rules of this version.")
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
        tell_landing(session, report)
        session.say("Publish them: studium run")
        return
    workspace = session.workspace()
    reasons = lake.status(workspace).rejects
    rejects = lake.quarantined(workspace, reason, file, sample) if sample or reason or file else []
    shown = [_reject_facts(reject) for reject in rejects]
    session.answer({"reasons": reasons, "rejects": shown})
    if not reasons:
        session.say("No line is in quarantine.")
        return
    rows = [(name, figure(lines)) for name, lines in reasons.items()]
    session.say("\n".join(table_lines(["reason", "lines"], rows)))
    for fact in shown:
        session.say(f"\n{fact['file']}:{fact['line']}  {fact['reason']}  {fact['detail'] or ''}")
        session.say(f"  {_printable(fact['raw'])}")


@click.command(cls=Command)
@click.argument("file")
@waiting
@examples("studium retract tracking.log-20240301.gz", "studium retract 1f3a9c04b2d1")
@pass_session
def retract(session: Session, file: str, wait: float) -> None:
    """Stop counting a landed FILE; its raw bytes stay."""
    from studium import pipeline

    retraction = pipeline.retract(session.job(wait), file)
    facts = {
        "file": retraction.path,
        "sha256": retraction.sha256,
        "lines": retraction.lines,
        "dates": retraction.dates,
    }
    session.answer(facts)
    lines = count(retraction.lines, "line")
    session.say(f"{retraction.path}: {lines} on {count(len(retraction.dates), 'day')} taken back")
    session.say(f"Publish without it: studium run · bring it back: studium land {retraction.path}")


@click.command(cls=Command)
@click.argument("release_id", metavar="[ID]", required=False)
@waiting
@examples("studium rollback", "studium rollback 20260301T101500Z-1f3a9c04")
@pass_session
def rollback(session: Session, release_id: str | None, wait: float) -> None:
    """Go back to the release before the current one, or to ID."""
    from studium import pipeline

    release = pipeline.rollback(session.job(wait), release_id)
    session.answer({"release": release.id, "path": release.path})
    session.say(f"Current is {release.id}, {release.path}")


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
