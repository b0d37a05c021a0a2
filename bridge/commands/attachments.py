"""``casebridge attachments``: files of messages, which were fetched and which were not."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge import attachments as fetching
from bridge.commands.context import app, number, result, table
from bridge.commands.options import Limit
from bridge.queries import attachments as queries
from bridge.queries.selection import Cut

attachments = typer.Typer(no_args_is_help=True, help="Attachments: files of messages, fetched and delivered with them.")


@attachments.command("list")
def list_attachments(
    ctx: typer.Context,
    state: Annotated[str, typer.Option(help="wanted, fetched, too_large, bad_type, failed or gone.")] = "",
    message: Annotated[str, typer.Option(help="Only of this message, as M-12.")] = "",
    limit: Limit = 50,
    before: Annotated[int | None, typer.Option(help="Go on after this number: show only older ones.")] = None,
) -> None:
    """List attachments, the newest first, with the reason of what was not fetched.

    Example: casebridge attachments list --state failed
    """
    of = number(message, "M") if message else None
    with app(ctx).store.read() as connection:
        rows = queries.list_attachments(connection, state, of, Cut(limit=limit, before=before))
    columns = {
        "attachment": lambda row: row.id,
        "message": lambda row: f"M-{row.message}",
        "name": lambda row: row.name,
        "type": lambda row: row.mime,
        "bytes": lambda row: row.size,
        "state": lambda row: row.state,
        "reason": lambda row: row.reason,
    }
    table(ctx, rows, columns)


@attachments.command("retry")
def retry(
    ctx: typer.Context,
    messages: Annotated[list[str] | None, typer.Argument(help="Messages, as M-12.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Of all messages.")] = False,
) -> None:
    """Let what was not fetched be tried again by the next sync.

    Example: casebridge attachments retry M-12
    """
    if bool(messages) == every:
        message = "Say which: messages, as M-12, or --all."
        raise typer.BadParameter(message)
    wanted = fetching.retry(app(ctx).store, [number(each, "M") for each in messages] if messages else None)
    result(ctx, {"wanted": wanted}, f"{wanted} wanted again.")
