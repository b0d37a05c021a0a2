"""``casebridge answer``: answer a case from the command line, as an agent does in the CRM."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge import answering
from bridge.commands.context import app, note, number, session, table
from bridge.commands.options import By, actor
from bridge.errors import Exit


def answer(
    ctx: typer.Context,
    case: Annotated[str, typer.Argument(help="A case, as C-12.")],
    text: Annotated[
        str, typer.Option("--text", help="What the customer is to read; may begin with #public and so on.")
    ] = "",
    template: Annotated[
        str, typer.Option("--template", help="Name of a template; own words may follow with --text.")
    ] = "",
    via: Annotated[str, typer.Option("--via", help="Another network of the same customer, as mail.")] = "",
    target: Annotated[
        str, typer.Option("--target", help="Where the case stands, if it stands in several targets.")
    ] = "",
    by: By = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be sent, and where.")] = False,
) -> None:
    """Answer a case: held, checked and sent like an agent's answer, and told in the case.

    Example: casebridge answer C-12 --template delivery --dry-run
    """
    if not text.strip() and not template:
        message = "Say what the customer is to read: --text or --template."
        raise typer.BadParameter(message)
    written = " ".join([*([f"#via:{via}"] if via else []), *([f"#tpl:{template}"] if template else []), text])
    drafted = answering.answer(app(ctx), number(case, "C"), written, by=actor(by), target=target, dry_run=dry_run)
    columns = {
        "action": lambda row: f"A-{row.action}" if row.action else "",
        "kind": lambda row: row.kind,
        "state": lambda row: row.state,
        "network": lambda row: row.network,
        "public": lambda row: row.public,
        "reason": lambda row: row.reason,
        "instead": lambda row: row.alternatives,
        "text": lambda row: row.text,
    }
    table(ctx, drafted, columns)
    if dry_run and not session(ctx).json:
        note(ctx, "Nothing was stored: this was a trial.")
    if any(each.state == "refused" for each in drafted):
        raise typer.Exit(Exit.SET_ASIDE)
