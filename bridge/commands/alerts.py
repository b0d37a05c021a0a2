"""``casebridge alerts``: what is wrong, whose it is, and whether people are told."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge.alarms import keeping
from bridge.alarms.model import Severity
from bridge.commands.context import app, note, table
from bridge.commands.options import By, actor
from bridge.errors import ConfigError, Exit
from bridge.queries import alerts as queries

alerts = typer.Typer(no_args_is_help=True, help="Alarms: what is wrong, whose it is, and whether people are told.")


@alerts.command("list")
def list_alerts(
    ctx: typer.Context,
    ended: Annotated[bool, typer.Option("--ended", help="Also the last ones that are gone.")] = False,
) -> None:
    """List what is wrong now, as it was at the end of the last run.

    Example: casebridge alerts list
    """
    with app(ctx).store.read() as connection:
        rows = queries.alerts(connection, ended=ended)
    columns = {
        "alert": lambda row: f"W-{row.id}",
        "severity": lambda row: row.severity,
        "since": lambda row: row.raised_at,
        "told": lambda row: row.told_at,
        "whose": lambda row: row.acked_by,
        "ended": lambda row: row.ended_at,
        "what": lambda row: row.words,
    }
    if not rows:
        note(ctx, "Nothing is wrong.")
    table(ctx, rows, columns)


@alerts.command("ack")
def acknowledge(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="W-1", help="An alarm as `alerts list` names it.")],
    by: By = "",
) -> None:
    """Take an alarm on: it is not told again, only when it is gone.

    Example: casebridge alerts ack W-3
    """
    composed, digits = app(ctx), number.upper().removeprefix("W-")
    if not digits.isdecimal() or not keeping.acknowledge(composed.store, int(digits), actor(by), composed.clock.now()):
        message = f"No alarm {number} stands. See: casebridge alerts list"
        raise ConfigError(message)
    note(ctx, f"W-{digits} is {actor(by)}'s.")


@alerts.command("test")
def try_channels(ctx: typer.Context) -> None:
    """Tell everybody who is told of alarms something harmless, to see that it arrives.

    Example: casebridge alerts test
    """
    channels = app(ctx).alerts.channels
    if not channels:
        message = "Nobody is told of alarms: name somebody under alerts.to in the project file."
        raise ConfigError(message)
    news = keeping.News(0, Severity.INFO, recovered=False, text="This is a test: nothing is wrong.")
    problems = keeping.told_by(channels, news)
    rows = [
        {"channel": each.name, "ok": each.name not in problems, "text": problems.get(each.name, "")}
        for each in channels
    ]
    columns = {"channel": lambda row: row["channel"], "told": lambda row: row["ok"], "": lambda row: row["text"]}
    table(ctx, rows, columns)
    raise typer.Exit(Exit.UNREACHABLE if problems else Exit.OK)
