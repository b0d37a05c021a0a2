"""``casebridge customers``: who is who, why, and what people decided about it."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from bridge import decisions
from bridge.app import App
from bridge.commands.context import app, found, note, number, record, result, session, stream, table
from bridge.commands.messages import show_messages
from bridge.commands.options import Before, By, Limit, Out, Reason, ShowText, actor, cut
from bridge.explaining import customers as explaining
from bridge.explaining import find as finding
from bridge.queries import customers as queries
from bridge.queries import messages as message_queries
from bridge.queries.exports import export_customers
from bridge.queries.messages import MessageFilter
from identity import normalise
from identity.model import DecisionKind, Identifier, IdentifierKind

customers = typer.Typer(no_args_is_help=True, help="Customers: resolved people, with their history of all channels.")

Customer = Annotated[str, typer.Argument(help="A customer, as P-12.")]
Who = Annotated[
    str, typer.Argument(help="A customer, as P-12, a profile, as network/scope/id, or a CRM row, as connection:id.")
]


@customers.command("list")
def list_customers(ctx: typer.Context, limit: Limit = 50, before: Before = "") -> None:
    """List customers, the newest first.

    Example: casebridge customers list --limit 20
    """
    with app(ctx).store.read() as connection:
        rows = queries.list_customers(connection, cut(limit, before, "P"))
    columns = {
        "customer": lambda row: f"P-{row.id}",
        "name": lambda row: row.name,
        "handles": lambda row: row.handles,
        "profiles": lambda row: row.members,
        "messages": lambda row: row.messages,
        "cases": lambda row: row.cases,
    }
    table(ctx, rows, columns)


@customers.command("show")
def show_customer(ctx: typer.Context, customer: Customer, show_text: ShowText = False, limit: Limit = 100) -> None:
    """Show one customer: what is known and from where, and the timeline of all channels.

    Example: casebridge customers show P-12 --show-text
    """
    composed = app(ctx)
    with composed.store.read() as connection:
        detail = found(queries.show_customer(connection, number(customer, "P")), "customer", customer)
        sources = explaining.sources(connection, composed, detail.members)
        wanted = MessageFilter(customer=detail.id)
        timeline = message_queries.timeline(connection, wanted, limit=limit, show_text=show_text)
    if session(ctx).json:
        record(ctx, {"customer": detail, "sources": sources, "timeline": timeline})
        return
    record(ctx, detail)
    columns = {
        "known": lambda row: row.field,
        "value": lambda row: row.value,
        "from": lambda row: row.source,
        "as": lambda row: row.relation,
    }
    table(ctx, sources, columns)
    show_messages(ctx, timeline)


@customers.command("export")
def export(ctx: typer.Context, out: Out = None) -> None:
    """Write every customer as a JSON line: id, identifiers, members (source record keys), messages.

    Example: casebridge customers export --out customers.jsonl
    """
    count = stream(export_customers(app(ctx).store), out)
    note(ctx, f"{count} customers written.")


@customers.command("why")
def why(ctx: typer.Context, customer: Customer) -> None:
    """Show what holds a customer together, in the order in which it was linked, and what was not linked to it.

    Example: casebridge customers why P-12
    """
    composed = app(ctx)
    with composed.store.read() as connection:
        detail = found(queries.show_customer(connection, number(customer, "P")), "customer", customer)
        bonds = explaining.why(connection, composed, detail.members)
    columns = {
        "what": lambda row: row.what,
        "by": lambda row: row.by,
        "who": lambda row: row.vertices,
        "reason": lambda row: row.reason,
    }
    if not bonds:
        note(ctx, f"{customer} is a single profile; nothing had to be linked.")
    table(ctx, bonds, columns)


@customers.command("why-not")
def why_not(ctx: typer.Context, first: Who, second: Who) -> None:
    """Say what keeps two customers apart: a decision, a guard, or that they show nothing in common.

    Example: casebridge customers why-not P-12 P-15
    """
    composed = app(ctx)
    left, right = _vertices(composed, first), _vertices(composed, second)
    with composed.store.read() as connection:
        said = explaining.why_not(connection, composed, left, right)
    result(ctx, {"sentence": said.sentence, "identifier": str(said.identifier or "")}, said.sentence)


@customers.command("what-if")
def what_if(
    ctx: typer.Context,
    customer: Who,
    without: Annotated[
        list[str], typer.Option(help="An identifier, a mail address or a phone number that would link nobody.")
    ],
) -> None:
    """Show what would become of a customer if an identifier linked nobody; `customers block` does it. Changes nothing.

    Example: casebridge customers what-if P-12 --without info@example.com
    """
    composed = app(ctx)
    vertices = _vertices(composed, customer)
    gone = [_identifier(composed, each) for each in without]
    with composed.store.read() as connection:
        change = explaining.what_if(connection, composed, vertices, gone)
    shares = [[explaining.name(vertex) for vertex in sorted(cluster)] for cluster in change.after]
    columns = {"would be a customer": lambda row: row}
    if not shares:
        note(ctx, "Nothing would change.")
    table(ctx, shares, columns)


@customers.command("suggestions")
def suggestions(ctx: typer.Context, limit: Limit = 50, before: Before = "") -> None:
    """List who may be one person and was not linked; `customers merge` or `customers unmerge` decides.

    Example: casebridge customers suggestions
    """
    with app(ctx).store.read() as connection:
        rows = queries.suggestions(connection, cut(limit, before, "S"))
    columns = {
        "suggestion": lambda row: f"S-{row.id}",
        "customers": lambda row: [f"P-{one}" for one in row.customers],
        "who": lambda row: row.vertices,
        "share": lambda row: row.identifier,
        "not linked because": lambda row: row.reason,
    }
    table(ctx, rows, columns)


@customers.command("merge")
def merge(ctx: typer.Context, first: Who, second: Who, by: By = "", reason: Reason = "") -> None:
    """Say that two are one person.

    Example: casebridge customers merge P-12 P-15 --reason "called us from the same number"
    """
    _decide_on_two(ctx, DecisionKind.MUST_LINK, first, second, by, reason)


@customers.command("unmerge")
def unmerge(ctx: typer.Context, first: Who, second: Who, by: By = "", reason: Reason = "") -> None:
    """Say that two profiles or CRM rows are not one person. What was delivered stays where it is.

    Example: casebridge customers unmerge x//4711 instagram/acme/77
    """
    _decide_on_two(ctx, DecisionKind.CANNOT_LINK, first, second, by, reason)


@customers.command("block")
def block(
    ctx: typer.Context,
    identifier: Annotated[
        str,
        typer.Argument(help="As `customers why` shows it, for instance email::info@example.com; or just the address."),
    ],
    by: By = "",
    reason: Reason = "",
) -> None:
    """Let an identifier link nobody any more; for shared mailboxes and phones.

    Example: casebridge customers block email::info@example.com --reason "reception desk"
    """
    composed = app(ctx)
    _keep(ctx, composed, DecisionKind.BLOCK, [_identifier(composed, identifier)], by, reason)


def _decide_on_two(ctx: typer.Context, kind: DecisionKind, first: str, second: str, by: str, reason: str) -> None:
    composed = app(ctx)
    operands = [_vertices(composed, first)[0], _vertices(composed, second)[0]]
    if operands[0] == operands[1]:
        message = f"{first} and {second} are the same; name two profiles or CRM rows, as `customers show` lists them."
        raise typer.BadParameter(message)
    _keep(ctx, composed, kind, operands, by, reason)


def _keep(ctx: typer.Context, composed: App, kind: DecisionKind, operands: list[str], by: str, reason: str) -> None:
    decision = decisions.decide(composed, kind, operands, actor=actor(by), reason=reason)
    sentence = f"Decision {decision} is kept; the next sync applies it."
    result(ctx, {"decision": decision, "kind": kind, "operands": operands}, sentence)


def _identifier(composed: App, text: str) -> str:
    """Return an identifier in its stored form; a mail address or phone number may be given by itself."""
    with suppress(ValueError):
        return str(Identifier.parse(text))
    for one in (*normalise.email(text), normalise.phone(text, composed.identity.default_region)):
        if one is not None:
            return str(one)
    kinds = ", ".join(IdentifierKind)
    message = (
        f"{text!r} is no identifier; write a mail address, a phone number, or kind:scope:value with one of {kinds}."
    )
    raise typer.BadParameter(message)


def _vertices(composed: App, who: str) -> list[str]:
    """Return the vertices of a customer, or the one that ``who`` names; whatever finds one customer will do."""
    with composed.store.read() as connection:
        for vertex in (who, f"p:{who}", f"r:{who}"):
            if queries.customer_of(connection, vertex) is not None:
                return [vertex]
    named = {hit.id for hit in finding.find(composed, who) if hit.kind == "customer"}
    if len(named) > 1:
        message = f"{who!r} may mean {', '.join(sorted(named))}; name one of them."
        raise typer.BadParameter(message)
    with composed.store.read() as connection:
        detail = queries.show_customer(connection, number(next(iter(named)), "P")) if named else None
        return found(detail.members if detail is not None else None, "customer, profile or CRM row", who)
