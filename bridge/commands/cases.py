"""``casebridge cases``: look at cases, and decide about them."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge import decisions
from bridge.app import App
from bridge.commands import planning
from bridge.commands.context import app, found, note, number, record, result, session, stream, table
from bridge.commands.messages import show_messages
from bridge.commands.options import Before, By, Limit, Out, Reason, ShowText, actor, cut
from bridge.queries import cases as queries
from bridge.queries import messages as message_queries
from bridge.queries.cases import CaseFilter
from bridge.queries.exports import export_cases
from bridge.queries.messages import MessageFilter

cases = typer.Typer(no_args_is_help=True, help="Cases: one issue of one customer, over all channels.")

Case = Annotated[str, typer.Argument(help="A case, as C-12.")]
Place = Annotated[str, typer.Argument(help="A case, as C-12, or one of its messages, as M-12.")]


@cases.command("list")
def list_cases(
    ctx: typer.Context,
    status: Annotated[str, typer.Option(help="open, waiting or closed.")] = "",
    reason: Annotated[str, typer.Option(help="Only of this contact reason.")] = "",
    queue: Annotated[str, typer.Option(help="Only in this queue.")] = "",
    priority: Annotated[str, typer.Option(help="Only of this priority.")] = "",
    unit: Annotated[str, typer.Option(help="Only of this unit.")] = "",
    customer: Annotated[str, typer.Option(help="Only of this customer, as P-12.")] = "",
    limit: Limit = 50,
    before: Before = "",
) -> None:
    """List cases, the newest first.

    Example: casebridge cases list --status open --priority urgent
    """
    wanted = CaseFilter(
        status=status,
        reason=reason,
        queue=queue,
        priority=priority,
        unit=unit,
        customer=number(customer, "P") if customer else None,
    )
    with app(ctx).store.read() as connection:
        rows = queries.list_cases(connection, wanted, cut(limit, before, "C"))
    columns = {
        "case": lambda row: f"C-{row.id}",
        "customer": lambda row: f"P-{row.customer}" if row.customer else "",
        "status": lambda row: row.status,
        "reason": lambda row: row.reason,
        "priority": lambda row: row.priority,
        "queue": lambda row: row.queue,
        "network": lambda row: row.network,
        "messages": lambda row: row.messages,
        "opened": lambda row: row.opened_at,
        "reply due": lambda row: row.first_reply_due,
    }
    table(ctx, rows, columns)


@cases.command("show")
def show_case(ctx: typer.Context, case: Case, show_text: ShowText = False, limit: Limit = 1_000) -> None:
    """Show one case: rules, what joined it, messages, deliveries, events.

    Example: casebridge cases show C-12
    """
    with app(ctx).store.read() as connection:
        detail = found(queries.show_case(connection, number(case, "C")), "case", case)
        wanted = MessageFilter(case=detail.case.id)
        messages = message_queries.timeline(connection, wanted, limit=limit, show_text=show_text)
    if session(ctx).json:
        record(ctx, {"case": detail, "messages": messages})
        return
    record(ctx, detail)
    show_messages(ctx, messages)


@cases.command("export")
def export(ctx: typer.Context, out: Out = None) -> None:
    """Write every case as a JSON line: id, customer, messages, reason, priority, queue, status, foreign, opened_at.

    Example: casebridge cases export --out cases.jsonl
    """
    count = stream(export_cases(app(ctx).store), out)
    note(ctx, f"{count} cases written.")


@cases.command("split")
def split(
    ctx: typer.Context,
    message: Annotated[str, typer.Argument(help="The customer's message, as M-12, that begins a case of its own.")],
    by: By = "",
    reason: Reason = "",
) -> None:
    """Let a message begin a case of its own.

    Example: casebridge cases split M-12 --reason "another order"
    """
    composed = app(ctx)
    _decide(ctx, composed, "case_split", [_message(composed, message)], by, reason)


@cases.command("join")
def join(ctx: typer.Context, first: Place, second: Place, by: By = "", reason: Reason = "") -> None:
    """Make one case of two.

    Example: casebridge cases join C-12 C-15
    """
    composed = app(ctx)
    _decide(ctx, composed, "case_join", [_message(composed, first), _message(composed, second)], by, reason)


@cases.command("move-to")
def move_to(
    ctx: typer.Context,
    message: Annotated[str, typer.Argument(help="A message, as M-12; what belongs to its episode moves with it.")],
    case: Place,
    by: By = "",
    reason: Reason = "",
) -> None:
    """Move an episode to another case. What was delivered stays where it is.

    Example: casebridge cases move-to M-12 C-15
    """
    composed = app(ctx)
    _decide(ctx, composed, "case_move_to", [_message(composed, message), _message(composed, case)], by, reason)


@cases.command("not-a-case")
def not_a_case(ctx: typer.Context, place: Place, by: By = "", reason: Reason = "") -> None:
    """Say that this is no case.

    Example: casebridge cases not-a-case C-12 --reason "a joke"
    """
    composed = app(ctx)
    _decide(ctx, composed, "not_a_case", [_message(composed, place)], by, reason)


def _message(composed: App, place: str) -> str:
    """Return the key of the message that a decision names for a case or a message."""
    with composed.store.read() as connection:
        if place.upper().startswith("M"):
            return found(message_queries.message_key(connection, number(place, "M")), "message", place)
        return found(queries.first_message(connection, number(place, "C")), "case", place)


def _decide(ctx: typer.Context, composed: App, kind: str, operands: list[str], by: str, reason: str) -> None:
    decision = decisions.decide(composed, kind, operands, actor=actor(by), reason=reason)
    sentence = f"Decision {decision} is kept; the next sync applies it."
    result(ctx, {"decision": decision, "kind": kind, "operands": operands}, sentence)


cases.command()(planning.replan)
cases.command()(planning.simulate)
