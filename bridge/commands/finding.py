"""``casebridge find`` and ``casebridge explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge.commands.context import app, note, session, shown, table
from bridge.commands.context import record as show_record
from bridge.errors import Exit
from bridge.explaining import anything
from bridge.explaining import find as finding


def find(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="ANYTHING", help="A permalink, case number, handle, mail, phone, order number, key or name."
        ),
    ],
) -> None:
    """Find messages, customers, cases and records by anything that names them.

    Example: casebridge find @anna_k
    """
    hits = finding.find(app(ctx), what)
    if not hits:
        note(ctx, f"Nothing is known under {shown(what)!r}.")
    table(ctx, hits, {"kind": lambda hit: hit.kind, "id": lambda hit: hit.id, "title": lambda hit: hit.title})
    if not hits:
        raise typer.Exit(Exit.SET_ASIDE)


def explain(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(metavar="ANYTHING", help="A message (M-12 or its permalink), case, customer, delivery, action."),
    ],
) -> None:
    """Say why something is as it is: why a message became no case, why people were linked, why a record waits.

    Example: casebridge explain M-12
    """
    lines = anything.explain(app(ctx), what)
    if session(ctx).json:
        show_record(ctx, {"about": what, "lines": lines})
        return
    for line in lines:
        typer.echo(shown(line))
