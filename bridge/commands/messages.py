"""``casebridge messages`` and ``casebridge conversations``."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge.commands.context import app, found, number, record, session, table
from bridge.commands.options import Before, Limit, ShowText, cut
from bridge.queries import messages as queries
from bridge.queries.messages import MessageFilter, MessageLine

messages = typer.Typer(no_args_is_help=True, help="Messages, and what became of them.")
conversations = typer.Typer(no_args_is_help=True, help="Conversations: messages of one thread on one account.")


@messages.command("list")
def list_messages(
    ctx: typer.Context,
    network: Annotated[str, typer.Option(help="Only of this network.")] = "",
    source: Annotated[str, typer.Option(help="Only of this source of the project file.")] = "",
    direction: Annotated[str, typer.Option(help="in: customers'; out: ours.")] = "",
    customer: Annotated[str, typer.Option(help="Only of this customer, as P-12.")] = "",
    case: Annotated[str, typer.Option(help="Only in this case, as C-12.")] = "",
    why: Annotated[str, typer.Option(help="Only those in no case for this reason, as rule:spam, own, history.")] = "",
    limit: Limit = 50,
    before: Before = "",
    show_text: ShowText = False,
) -> None:
    """List messages, the last stored first.

    Example: casebridge messages list --why rule:spam --show-text
    """
    wanted = MessageFilter(
        network=network,
        connection=source,
        direction=direction,
        customer=number(customer, "P") if customer else None,
        case=number(case, "C") if case else None,
        why=why,
    )
    with app(ctx).store.read() as connection:
        rows = queries.list_messages(connection, wanted, cut(limit, before, "M"), show_text=show_text)
    show_messages(ctx, rows)


@messages.command("show")
def show_message(
    ctx: typer.Context,
    message: Annotated[str, typer.Argument(help="Its number, as M-12, or its key network/scope/id.")],
    show_text: ShowText = False,
) -> None:
    """Show one message with everything that followed from it.

    Example: casebridge messages show M-12 --show-text
    """
    with app(ctx).store.read() as connection:
        known = queries.message_number(connection, message) if "/" in message else number(message, "M")
        detail = queries.show_message(connection, found(known, "message", message), show_text=show_text)
    record(ctx, found(detail, "message", message))


@conversations.command("list")
def list_conversations(ctx: typer.Context, limit: Limit = 50, before: Before = "") -> None:
    """List conversations, the last begun first.

    Example: casebridge conversations list --limit 10
    """
    with app(ctx).store.read() as connection:
        rows = queries.list_conversations(connection, cut(limit, before, "M"))
    columns = {
        "conversation": lambda row: row.id,
        "messages": lambda row: row.messages,
        "customers": lambda row: row.customers,
        "cases": lambda row: row.cases,
        "first": lambda row: row.first_at,
        "last": lambda row: row.last_at,
    }
    table(ctx, rows, columns)


@conversations.command("show")
def show_conversation(
    ctx: typer.Context,
    conversation: Annotated[str, typer.Argument(help="Its number, or a message in it, as M-12.")],
    limit: Limit = 1_000,
    show_text: ShowText = False,
) -> None:
    """Show the messages of one conversation, in the order of the network's clock.

    Example: casebridge conversations show M-12
    """
    wanted = number(conversation, "M")
    with app(ctx).store.read() as connection:
        if conversation.upper().startswith("M"):
            detail = found(queries.show_message(connection, wanted), "message", conversation)
            wanted = found(detail.message.conversation, "conversation of message", conversation)
        rows = queries.timeline(connection, MessageFilter(conversation=wanted), limit=limit, show_text=show_text)
    show_messages(ctx, found(rows or None, "conversation", conversation))


def show_messages(ctx: typer.Context, rows: list[MessageLine]) -> None:
    """Show messages as a table, with their text if it was read."""
    columns = {
        "message": lambda row: f"M-{row.id}",
        "sent": lambda row: row.sent_at,
        "network": lambda row: row.network,
        "kind": lambda row: row.kind,
        "way": lambda row: row.direction,
        "author": lambda row: row.author,
        "customer": lambda row: f"P-{row.customer}" if row.customer else "",
        "case": lambda row: f"C-{row.case}" if row.case else row.why,
    }
    if any(row.text is not None for row in rows):
        columns["text"] = lambda row: row.text or ""
    if rows and not session(ctx).json and rows[0].text is None:
        columns["permalink"] = lambda row: row.permalink
    table(ctx, rows, columns)
