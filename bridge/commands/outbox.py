"""``casebridge deliveries`` and ``casebridge actions``: what goes out, and what people do about it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from bridge import interventions
from bridge.app import App
from bridge.commands.context import app, found, number, record, result, table
from bridge.commands.options import Before, By, Limit, ShowText, Where, actor, cut
from bridge.errors import Exit
from bridge.queries import outbox as queries

deliveries = typer.Typer(no_args_is_help=True, help="Deliveries: records on their way into targets.")
actions = typer.Typer(no_args_is_help=True, help="Actions: answers on their way to the networks.")

Delivery = Annotated[str, typer.Argument(help="A delivery, as D-12.")]
Deliveries = Annotated[list[str] | None, typer.Argument(help="Deliveries, as D-12; or say which with --where.")]
Actions = Annotated[list[str], typer.Argument(help="Actions, as A-12.")]


@deliveries.command("list")
def list_deliveries(ctx: typer.Context, where: Where = None, limit: Limit = 50, before: Before = "") -> None:
    """List deliveries, the newest first.

    Example: casebridge deliveries list --where state=refused --where target=desk
    """
    with app(ctx).store.read() as connection:
        rows = queries.list_deliveries(connection, where or [], cut(limit, before, "D"))
    columns = {
        "delivery": lambda row: f"D-{row.id}",
        "target": lambda row: row.target,
        "thing": lambda row: row.thing,
        "state": lambda row: row.state,
        "case": lambda row: f"C-{row.case}" if row.case else "",
        "ref": lambda row: row.ref,
        "field": lambda row: row.field,
        "reason": lambda row: row.reason,
        "delivered": lambda row: row.delivered_at,
    }
    table(ctx, rows, columns)


@deliveries.command("show")
def show_delivery(ctx: typer.Context, delivery: Delivery) -> None:
    """Show one delivery.

    Example: casebridge deliveries show D-12
    """
    with app(ctx).store.read() as connection:
        row = queries.show_delivery(connection, number(delivery, "D"))
    record(ctx, found(row, "delivery", delivery))


@deliveries.command("retry")
def retry_deliveries(ctx: typer.Context, numbers: Deliveries = None, where: Where = None) -> None:
    """Let refused, waiting or dropped deliveries be tried again by the next sync.

    Example: casebridge deliveries retry --where state=refused --where field=Subject
    """
    composed = app(ctx)
    done = interventions.retry_deliveries(composed.store, _chosen(composed, numbers, where))
    _say(ctx, done, "retried", "cannot be tried again")


@deliveries.command("drop")
def drop_deliveries(ctx: typer.Context, numbers: Deliveries = None, where: Where = None, by: By = "") -> None:
    """Give deliveries up; they stay listed as dropped and can be tried again.

    Example: casebridge deliveries drop D-12
    """
    composed = app(ctx)
    done = interventions.drop_deliveries(composed.store, _chosen(composed, numbers, where), by=actor(by))
    _say(ctx, done, "dropped", "cannot be dropped")


@actions.command("list")
def list_actions(
    ctx: typer.Context,
    state: Annotated[str, typer.Option(help="held, queued, sent, refused, review, unknown …")] = "",
    limit: Limit = 50,
    before: Before = "",
    show_text: ShowText = False,
) -> None:
    """List actions, the newest first.

    Example: casebridge actions list --state review --show-text
    """
    with app(ctx).store.read() as connection:
        rows = queries.list_actions(connection, state, cut(limit, before, "A"), show_text=show_text)
    columns = {
        "action": lambda row: f"A-{row.id}",
        "kind": lambda row: row.kind,
        "state": lambda row: row.state,
        "network": lambda row: row.network,
        "public": lambda row: row.public,
        "case": lambda row: f"C-{row.case}" if row.case else "",
        "agent": lambda row: row.actor,
        "asked": lambda row: row.asked_at,
        "held until": lambda row: row.hold_until,
        "reason": lambda row: row.reason,
        "found": lambda row: row.found,
    }
    if show_text:
        columns["text"] = lambda row: row.text or ""
    table(ctx, rows, columns)


@actions.command("show")
def show_action(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(help="An action, as A-12.")],
    show_text: ShowText = False,
) -> None:
    """Show one action: where it goes, why it waits, what could be done instead.

    Example: casebridge actions show A-12 --show-text
    """
    with app(ctx).store.read() as connection:
        row = queries.show_action(connection, number(action, "A"), show_text=show_text)
    record(ctx, found(row, "action", action))


@actions.command("approve")
def approve(ctx: typer.Context, numbers: Actions, by: By = "") -> None:
    """Let held or doubtful answers go with the next sync; who lets go what holds personal data is recorded.

    Example: casebridge actions approve A-12
    """
    composed = app(ctx)
    eyes = [name for name, each in composed.targets.items() if each.approval is not None and each.approval.four_eyes]
    now = composed.clock.now()
    done = interventions.approve_actions(composed.store, _actions(numbers), now, by=actor(by), four_eyes=eyes)
    _say(ctx, done, "queued", "cannot be approved")


@actions.command("done")
def done_by_hand(ctx: typer.Context, numbers: Actions, by: By = "") -> None:
    """Say that you answered on the network what could not be sent from here.

    Example: casebridge actions done A-12
    """
    done = interventions.done_actions(app(ctx).store, _actions(numbers), by=actor(by))
    _say(ctx, done, "answered_by_hand", "cannot be done by hand")


@actions.command("cancel")
def cancel(ctx: typer.Context, numbers: Actions, by: By = "") -> None:
    """Stop answers that were not sent yet.

    Example: casebridge actions cancel A-12
    """
    done = interventions.cancel_actions(app(ctx).store, _actions(numbers), by=actor(by))
    _say(ctx, done, "cancelled", "cannot be cancelled")


@actions.command("retry")
def retry(ctx: typer.Context, numbers: Actions) -> None:
    """Send refused answers again, and unknown ones that you found are not there.

    Example: casebridge actions retry A-12
    """
    composed = app(ctx)
    done = interventions.retry_actions(composed.store, _actions(numbers), composed.clock.now())
    _say(ctx, done, "queued", "cannot be sent again")


def _chosen(composed: App, numbers: list[str] | None, where: list[str] | None) -> list[int]:
    if bool(numbers) == bool(where):
        message = "Say which: either numbers, as D-12, or --where name=value."
        raise typer.BadParameter(message)
    if numbers:
        return [number(each, "D") for each in numbers]
    with composed.store.read() as connection:
        return queries.delivery_numbers(connection, where or [])


def _actions(numbers: list[str]) -> list[int]:
    return [number(each, "A") for each in numbers]


def _say(ctx: typer.Context, done: Counter[str], wanted: str, otherwise: str) -> None:
    others = [f"{count} {state} ({otherwise})" for state, count in sorted(done.items()) if state != wanted]
    result(ctx, dict(done), "; ".join([f"{done[wanted]} {wanted}", *others]) + ".")
    if others:
        raise typer.Exit(Exit.SET_ASIDE)
