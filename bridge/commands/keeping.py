"""``casebridge backup``, ``restore`` and ``audit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bridge import audit as auditing
from bridge import backup as backups
from bridge import retention as keeping_times
from bridge.commands.context import app, record, result, session, shown, table


def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
) -> None:
    """Write a consistent copy of the store to a file, while everything goes on.

    Example: casebridge backup monday.backup
    """
    backups.backup(app(ctx), file)
    sentence = f"The store is in {file}. Copy the attachments and the project folder beside it; they are plain files."
    result(ctx, {"file": str(file), "bytes": file.stat().st_size}, sentence)


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `casebridge backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of the store. Nothing is sent again before it was looked up in its target.

    Example: casebridge restore monday.backup --yes
    """
    if not yes:
        typer.confirm("The present store is replaced by the backup. Go on?", abort=True)
    backups.restore(app(ctx), file)
    sentence = (
        f"{file} is in place. The next sync looks every record up before it sends it; "
        "answers that were still to go out wait for you: casebridge actions list --state review"
    )
    result(ctx, {"restored": str(file)}, sentence)


def retention(
    ctx: typer.Context,
    apply: Annotated[
        bool, typer.Option("--apply", help="Delete what is due now, by the times as they are set.")
    ] = False,
) -> None:
    """Show what is deleted here after the time for which it is kept, by connection; with --apply delete what is due.

    Syncs delete it by themselves. Times that are new and concern what was kept until now begin only with --apply.

    Example: casebridge retention
    """
    composed = app(ctx)
    rows = keeping_times.apply(composed) if apply else keeping_times.preview(composed)
    times = {name: setup.retention for name, setup in composed.sources.items()}
    columns = {
        "connection": lambda row: row.connection,
        "keep_days": lambda row: _days(times[row.connection].keep_days),
        "raw_days": lambda row: _days(times[row.connection].raw_days),
        "deleted_days": lambda row: _days(times[row.connection].deleted_days),
        "deleted" if apply else "due": lambda row: row.texts,
        "payloads": lambda row: row.payloads,
        "waiting": lambda row: row.waiting,
        "begun": lambda row: row.begun,
    }
    table(ctx, rows, columns)


def _days(days: float | None) -> float | str:
    """Return days as people write them."""
    return "never" if days is None else int(days) if days == int(days) else days


def audit(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many versions, at most.")] = 20,
) -> None:
    """Show how the configuration changed, sync by sync, with the differences. Secrets are masked.

    Example: casebridge audit --limit 3
    """
    with app(ctx).store.read() as connection:
        changes = auditing.changes(connection, limit=limit)
    if session(ctx).json:
        record(ctx, changes)
        return
    for change in changes:
        typer.echo(f"{shown(change.at)}  version {change.id}  {change.hash}")
        for diff in change.diffs.values():
            typer.echo("".join(f"    {shown(line)}\n" for line in diff.splitlines()))
