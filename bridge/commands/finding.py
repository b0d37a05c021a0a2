"""``casebridge find`` and ``casebridge explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge import explain as explaining
from bridge.commands.context import app, note, session, shown, table
from bridge.commands.context import record as show_record
from bridge.errors import Exit


def find(
    ctx: typer.Context,
    anything: Annotated[str, typer.Argument(help="A permalink, case number, handle, mail, phone, order number, key.")],
) -> None:
    """Find messages, customers, cases and records by anything that names them.

    Example: casebridge find @anna_k
    """
    hits = explaining.find(app(ctx), anything)
    if not hits:
        note(ctx, f"Nothing is known under {shown(anything)!r}.")
    table(ctx, hits, {"kind": lambda hit: hit.kind, "id": lambda hit: hit.id, "title": lambda hit: hit.title})
    if not hits:
        raise typer.Exit(Exit.SET_ASIDE)


def explain(
    ctx: typer.Context,
    anything: Annotated[
        str, typer.Argument(help="A message (M-12 or its permalink), case, customer, delivery, action.")
    ],
) -> None:
    """Say why something is as it is: why a message became no case, why people were linked, why a record waits.

    Example: casebridge explain M-12
    """
    lines = explaining.explain(app(ctx), anything)
    if session(ctx).json:
        show_record(ctx, {"about": anything, "lines": lines})
        return
    for line in lines:
        typer.echo(shown(line))
