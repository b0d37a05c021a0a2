"""``casebridge quarantine``: what could not be read, repaired and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from bridge import quarantine as repair
from bridge.commands.context import app, found, note, number, record, result, table
from bridge.commands.options import Before, Limit, ShowText, cut
from bridge.errors import ConfigError, Exit
from bridge.queries import setaside as queries
from bridge.queries.selection import Cut

quarantine = typer.Typer(no_args_is_help=True, help="Quarantine: rows and payloads that could not be read.")

Rows = Annotated[list[str] | None, typer.Argument(help="Rows, as Q-12.")]
All = Annotated[bool, typer.Option("--all", help="All open ones.")]


@quarantine.command("list")
def list_quarantine(
    ctx: typer.Context,
    source: Annotated[str, typer.Option(help="Only of this source.")] = "",
    state: Annotated[str, typer.Option(help="open, replayed or dropped; empty: any.")] = "open",
    limit: Limit = 50,
    before: Before = "",
    show_text: ShowText = False,
) -> None:
    """List what was set aside, the newest first.

    Example: casebridge quarantine list
    """
    with app(ctx).store.read() as connection:
        rows = queries.list_set_aside(connection, source, state, cut(limit, before, "Q"), show_text=show_text)
    columns = {
        "row": lambda row: f"Q-{row.id}",
        "source": lambda row: row.connection,
        "place": lambda row: row.place,
        "reason": lambda row: row.reason,
        "state": lambda row: row.state,
        "seen": lambda row: row.seen,
    }
    if show_text:
        columns["raw"] = lambda row: row.raw or ""
    table(ctx, rows, columns)


@quarantine.command("show")
def show(
    ctx: typer.Context, row: Annotated[str, typer.Argument(help="A row, as Q-12.")], show_text: ShowText = False
) -> None:
    """Show one row with its reason, and with --show-text as it was read.

    Example: casebridge quarantine show Q-12 --show-text
    """
    with app(ctx).store.read() as connection:
        one = queries.show_set_aside(connection, number(row, "Q"), show_text=show_text)
    record(ctx, found(one, "row in the quarantine", row))


@quarantine.command("replay")
def replay(
    ctx: typer.Context,
    rows: Rows = None,
    every: All = False,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="field=value to repair in these rows; may be given several times.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="JSON lines with repairs: id, and the fields to replace.")
    ] = None,
) -> None:
    """Read rows again, repaired or after a change of settings; what can be read leaves the quarantine.

    Example: casebridge quarantine replay Q-12 --set created_at=2026-03-01
    """
    repairs = _repairs(file) if file else {}
    ids = [*_ids(ctx, rows, every=every, or_file=bool(file)), *repairs]
    fields = _fields(change or [])
    report = repair.replay(app(ctx), ids, {id_: {**fields, **repairs.get(id_, {})} for id_ in ids})
    broken = [f"Q-{id_} still cannot be read: {reason}" for id_, reason in sorted(report.still_broken.items())]
    result(ctx, report, "\n".join([f"{report.replayed} replayed.", *broken]))
    if broken:
        raise typer.Exit(Exit.SET_ASIDE)


@quarantine.command("drop")
def drop(ctx: typer.Context, rows: Rows = None, every: All = False) -> None:
    """Give rows up for good; they stay listed as dropped.

    Example: casebridge quarantine drop Q-12
    """
    chosen = set(_ids(ctx, rows, every=every, or_file=False))
    dropped = repair.drop(app(ctx), sorted(chosen))
    result(ctx, {"dropped": dropped}, f"{dropped} dropped.")
    if dropped < len(chosen):
        note(ctx, f"{len(chosen) - dropped} were not open; `casebridge quarantine list` shows those that are.")
        raise typer.Exit(Exit.SET_ASIDE)


def _ids(ctx: typer.Context, rows: list[str] | None, *, every: bool, or_file: bool) -> list[int]:
    if every:
        with app(ctx).store.read() as connection:
            return [row.id for row in queries.list_set_aside(connection, "", "open", Cut(limit=1_000_000))]
    if not rows and not or_file:
        message = "Say which: numbers, as Q-12, or --all."
        raise typer.BadParameter(message)
    return [number(each, "Q") for each in rows or []]


def _fields(changes: list[str]) -> dict[str, str]:
    fields = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or not name:
            message = f"--set {change}: write field=value."
            raise typer.BadParameter(message)
        fields[name] = value
    return fields


def _repairs(file: Path) -> dict[int, dict[str, str]]:
    """Return quarantine number → fields; raises ``ConfigError`` with the line of what cannot be used."""
    repairs: dict[int, dict[str, str]] = {}
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        message = f"cannot be read: {error.strerror}."
        raise ConfigError(message, file=str(file)) from error
    for line, text in enumerate(lines, start=1):
        if text.strip():
            id_, fields = _repair(text, str(file), line)
            repairs[id_] = fields
    return repairs


def _repair(text: bytes, file: str, line: int) -> tuple[int, dict[str, str]]:
    try:
        row = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg}."
        raise ConfigError(message, file=file, line=line) from error
    if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("fields", {}), dict):
        message = (
            'each line is an object with the row\'s number and its repaired fields, as {"id": "Q-12", "text": "…"}.'
        )
        raise ConfigError(message, file=file, line=line)
    id_ = number(str(row.pop("id")), "Q")
    fields = row.pop("fields", row)
    return id_, {str(name): "" if value is None else str(value) for name, value in fields.items()}
