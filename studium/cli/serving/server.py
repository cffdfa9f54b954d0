"""`studium serve`: pages and API until it is stopped.

Enters: an address. Leaves: the address in words, then answers.
"""

from contextlib import closing

import click

from studium.cli.session import Command, Session, examples, pass_session


@click.command(cls=Command)
@click.option("--host", metavar="ADDRESS", help="Where to listen; by default serve.host.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port, 0 for a free one; by default serve.port.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Processes that answer; by default serve.workers.",
)
@examples("studium serve", "studium serve --host 0.0.0.0 --port 8443 --workers 4")
@pass_session
def serve(session: Session, host: str | None, port: int | None, workers: int | None) -> None:
    """Show the current release as pages and an API, to those who have an account."""
    from studium.serve import open_desk
    from studium.serve import serve as answer_requests

    workspace = session.workspace()
    settings = workspace.settings.serve
    with closing(open_desk(workspace)) as desk:
        has_accounts = bool(desk.people.list())

    def started(address: str) -> None:
        session.say(f"Serving   {address}")
        if not has_accounts:
            session.say(
                "Next      there is no account yet: studium user add NAME --role administrator"
            )
        session.answer({"address": address, "has_accounts": has_accounts})
        click.get_text_stream("stdout").flush()

    answer_requests(
        workspace,
        host or settings.host,
        settings.port if port is None else port,
        workers or settings.workers,
        started,
    )
