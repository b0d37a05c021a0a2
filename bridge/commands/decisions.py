"""``casebridge decisions``: what people decided about customers and cases, and how it is taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge import decisions as deciding
from bridge.commands.context import app, result, table
from bridge.commands.options import Limit
from bridge.queries import decisions as queries
from bridge.queries.selection import Cut

decisions = typer.Typer(no_args_is_help=True, help="Decisions of people about customers and cases.")


@decisions.command("list")
def list_decisions(
    ctx: typer.Context,
    limit: Limit = 50,
    before: Annotated[int | None, typer.Option(help="Go on after this number: show only older ones.")] = None,
) -> None:
    """List decisions, the newest first.

    Example: casebridge decisions list
    """
    with app(ctx).store.read() as connection:
        rows = queries.list_decisions(connection, Cut(limit=limit, before=before))
    columns = {
        "decision": lambda row: row.id,
        "kind": lambda row: row.kind.removeprefix("case_").replace("_", " "),
        "about": lambda row: row.operands,
        "by": lambda row: row.actor,
        "at": lambda row: row.at,
        "reason": lambda row: row.reason,
        "undone": lambda row: row.undone_at,
    }
    table(ctx, rows, columns)


@decisions.command("undo")
def undo(ctx: typer.Context, decision: Annotated[int, typer.Argument(min=1, help="The number of a decision.")]) -> None:
    """Undo a decision: everything becomes as if it had never been taken. What was delivered stays where it is.

    Example: casebridge decisions undo 3
    """
    deciding.undo(app(ctx), decision)
    result(ctx, {"undone": decision}, f"Decision {decision} is undone; the next sync applies it.")
