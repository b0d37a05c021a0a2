"""``casebridge watch``: sync again and again, at once where a source tells of news."""

from __future__ import annotations

from itertools import count
from typing import Annotated

import typer

from bridge import engine, news, runs
from bridge.commands.context import app
from bridge.commands.running import Sync, show_run
from bridge.errors import CasebridgeError, ConfigError, Exit


def watch(
    ctx: typer.Context,
    name: Sync = None,
    every: Annotated[
        float, typer.Option(min=0.1, help="Seconds until the next sync where nothing tells of news.")
    ] = 60.0,
    rounds: Annotated[int | None, typer.Option(min=1, help="End after so many syncs; never otherwise.")] = None,
) -> None:
    """Sync whenever a source tells of news (a mailbox does), and every so many seconds; until it is stopped.

    Example: casebridge watch --every 300
    """
    composed = app(ctx)
    with news.listening([each.source for each in composed.sources.values()], pause=every) as told:
        for number in count(1):
            told.clear()
            code = _once(ctx, name)
            if number == rounds:
                raise typer.Exit(code)
            told.wait(every)


def _once(ctx: typer.Context, name: str | None) -> int:
    """Sync once; what stops one sync does not stop the next, unless a person must change something."""
    try:
        report = engine.sync(app(ctx), name, runs.SyncOptions())
    except ConfigError:
        raise
    except CasebridgeError as error:
        typer.echo(f"! {error}", err=True)
        return error.exit_code
    show_run(ctx, report)
    return Exit(report.exit_code)
