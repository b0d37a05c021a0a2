"""Options and arguments that several commands take."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from bridge.commands.context import number
from bridge.queries.selection import Cut

Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many, at most.")]
Before = Annotated[str, typer.Option("--before", help="Go on after this id: show only older ones.")]
ShowText = Annotated[bool, typer.Option("--show-text", help="Show what people wrote; hidden otherwise.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write to this file instead of the standard output.")]
By = Annotated[str, typer.Option("--by", help="Who decides; your user name otherwise.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence; kept with the decision.")]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="name=value; may be given several times. Names: target, thing, state, field, case …"),
]


def cut(limit: int, before: str, letter: str) -> Cut:
    """Return the part of a list that ``--limit`` and ``--before`` name."""
    return Cut(limit=limit, before=number(before, letter) if before else None)


def actor(by: str) -> str:
    """Return who decides: ``by``, or the user of this machine."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
