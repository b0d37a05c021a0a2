"""``casebridge status`` and ``casebridge runs``: how things stand, and how they went."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from bridge.commands.context import app, duration, found, note, number, record, session, shown, table
from bridge.commands.counted import in_order, told
from bridge.commands.options import Before, Limit
from bridge.errors import Exit
from bridge.queries import status as queries
from bridge.queries.status import ConnectionLine, Status
from bridge.reading import OWN_POSTS

runs = typer.Typer(no_args_is_help=True, help="Runs of syncs, with their counts and problems.")


def status(
    ctx: typer.Context,
    max_age: Annotated[
        str, typer.Option("--max-age", help="Fail if the last good run is longer ago: 2h, 30m, 1d.")
    ] = "",
) -> None:
    """Show how things stand: counts, connections, pauses, problems.

    Example: casebridge status --max-age 2h
    """
    composed = app(ctx)
    age = duration(max_age) if max_age else None
    now = composed.clock.now()
    with composed.store.read() as connection:
        unseen = {each.name: each.source.unseen for each in composed.sources.values() if each.source.unseen}
        found_status = queries.status(connection, now, composed.warnings, unseen)
    if session(ctx).json:
        record(ctx, found_status)
    else:
        _show(found_status)
    if age is not None and queries.too_old(found_status.last_good_run_at, now, age):
        note(
            ctx, f"The last good run was longer than {max_age} ago ({shown(found_status.last_good_run_at) or 'never'})."
        )
        raise typer.Exit(Exit.SET_ASIDE)


@runs.command("list")
def list_runs(ctx: typer.Context, limit: Limit = 20, before: Before = "") -> None:
    """List runs, the newest first.

    Example: casebridge runs list --limit 5
    """
    with app(ctx).store.read() as connection:
        rows = queries.runs(connection, limit=limit, before=number(before, "R") if before else None)
    columns = {
        "run": lambda row: f"R-{row.id}",
        "what": lambda row: row.command,
        "started": lambda row: row.started_at,
        "ended": lambda row: row.ended_at,
        "exit": lambda row: row.exit_code,
        "problems": lambda row: len(row.errors),
    }
    table(ctx, rows, columns)


@runs.command("show")
def show_run(ctx: typer.Context, run: Annotated[str, typer.Argument(help="A run, as R-12.")]) -> None:
    """Show one run with its counts and problems.

    Example: casebridge runs show R-12
    """
    with app(ctx).store.read() as connection:
        row = queries.show_run(connection, number(run, "R"))
    line = found(row, "run", run)
    if not session(ctx).json:
        composed = app(ctx)
        order = in_order(line.counts, composed.sources, composed.targets)
        line = replace(line, counts={name: told(line.counts[name]) or "nothing new" for name in order})
    record(ctx, line)


def _show(now: Status) -> None:
    typer.echo(
        f"{now.messages} messages in {now.conversations} conversations of {now.customers} customers; {now.cases} cases"
    )
    for title, counts in (("deliveries", now.deliveries), ("actions", now.actions)):
        typer.echo(
            f"{title}: "
            + (", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items() if count) or "none")
        )
    if now.quarantine:
        typer.echo(f"quarantine: {now.quarantine} open (casebridge quarantine list)")
    for line in now.connections:
        typer.echo(f"{line.connection} {line.stream}: {_told(line)}")
    for pause in now.pauses:
        where = f" {pause.connection}" if pause.connection else ""
        typer.echo(f"paused: {pause.step}{where} by {pause.by or 'somebody'}: {shown(pause.reason)}")
    for name, unseen in now.unseen.items():
        typer.echo(f"{name} does not see: {'; '.join(unseen)}")
    if now.last_run is not None:
        typer.echo(
            f"last run: R-{now.last_run.id} {shown(now.last_run.started_at)}, exit code {shown(now.last_run.exit_code)}"
        )


def _told(line: ConnectionLine) -> str:
    """Return how the reading of a stream stands; what we send ourselves is not read."""
    counts = [f"{line.new} new of {line.seen} seen"] if line.seen else []
    counts += [f"{line.other} people and other events"] if line.other else []
    if line.stream == OWN_POSTS:
        return f"{line.new} of our answers"
    trouble = [f"error: {shown(line.error)}"] if line.error else []
    return "; ".join([", ".join([*counts, f"last read {shown(line.last_ok_at) or 'never'}"]), *trouble])
