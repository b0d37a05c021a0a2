"""``casebridge desk``: play the agent in the embedded ticket desk, or in any target that lends an agent's hands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.commands.context import app, record, result, session, table
from bridge.errors import ConfigError
from bridge.hands import HasAgent

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.hands import Agent

desk = typer.Typer(no_args_is_help=True, help="Play the agent in the ticket desk: read cases, answer, close, merge.")


Target = Annotated[str, typer.Option("--target", help="Which desk, if the project has several.")]
Author = Annotated[str, typer.Option("--as", help="The agent's name.")]
Case = Annotated[str, typer.Argument(help="A case of the desk, as T-1001.")]


@desk.command("list")
def list_cases(
    ctx: typer.Context,
    status: Annotated[str, typer.Option(help="new, open, waiting or closed.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many, at most.")] = 50,
    target: Target = "",
) -> None:
    """List the desk's cases, the newest first.

    Example: casebridge desk list --status new
    """
    names = ("ref", "status", "priority", "queue", "channel", "reason", "person", "subject")
    table(ctx, _agent(ctx, target).list(status=status, limit=limit), _columns(*names))


@desk.command()
def show(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(help="A case (T-1001), a person (U-1) or a message (N-1).")],
    target: Target = "",
) -> None:
    """Show a case with its person, messages and events; or a person, or a message.

    Example: casebridge desk show T-1001
    """
    shown = _agent(ctx, target).show(ref)
    if session(ctx).json or shown["object"] != "case":
        record(ctx, shown)
        return
    record(ctx, {name: value for name, value in shown.items() if name not in ("messages", "events")})
    messages = [{**each, "to": _reader_of(each)} for each in shown["messages"]]
    table(ctx, messages, _columns("ref", "at", "author", "direction", "to", "text", "files"))
    table(ctx, shown["events"], _columns("at", "kind", "before", "value", "actor", "actor_name"))


@desk.command()
def reply(
    ctx: typer.Context,
    case: Case,
    text: Annotated[str, typer.Argument(help="What the customer is to read.")],
    attach: Annotated[list[Path] | None, typer.Option(help="A file to go along; may be given several times.")] = None,
    author: Author = "agent",
    target: Target = "",
) -> None:
    """Answer the customer in public; the next sync brings it to the network.

    Example: casebridge desk reply T-1001 "We are on it."
    """
    ref = _agent(ctx, target).reply(case, text, author=author, attach=attach or ())
    result(ctx, {"case": case, "message": ref}, f"{ref}: answered in {case}.")


@desk.command()
def note(
    ctx: typer.Context,
    case: Case,
    text: Annotated[str, typer.Argument(help="What colleagues are to read.")],
    author: Author = "agent",
    target: Target = "",
) -> None:
    """Write an internal note; it never leaves the desk.

    Example: casebridge desk note T-1001 "Asked the warehouse."
    """
    ref = _agent(ctx, target).note(case, text, author=author)
    result(ctx, {"case": case, "message": ref}, f"{ref}: noted in {case}.")


@desk.command()
def internal(
    ctx: typer.Context,
    message: Annotated[str, typer.Argument(help="A public answer, as N-7.")],
    author: Author = "agent",
    target: Target = "",
) -> None:
    """Make a public answer internal; while it is held, it is not sent.

    Example: casebridge desk internal N-7
    """
    _agent(ctx, target).make_internal(message, author=author)
    result(ctx, {"message": message, "public": False}, f"{message} is internal.")


@desk.command()
def status(
    ctx: typer.Context,
    case: Case,
    status: Annotated[str, typer.Argument(help="new, open, waiting or closed.")],
    author: Author = "agent",
    target: Target = "",
) -> None:
    """Set a case's status.

    Example: casebridge desk status T-1001 closed
    """
    _agent(ctx, target).set_status(case, status, author=author)
    result(ctx, {"case": case, "status": status}, f"{case} is {status}.")


@desk.command()
def delete(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(help="A case with its messages, a message or a person.")],
    author: Author = "agent",
    target: Target = "",
) -> None:
    """Delete something in the desk; Casebridge will not bring it back.

    Example: casebridge desk delete N-7
    """
    _agent(ctx, target).delete(ref, author=author)
    result(ctx, {"ref": ref, "deleted": True}, f"{ref} is deleted.")


@desk.command()
def create(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(help="What it is about.")],
    text: Annotated[str, typer.Option(help="What the customer said.")] = "",
    requester: Annotated[str, typer.Option(help="A person of the desk, as U-1.")] = "",
    name: Annotated[str, typer.Option(help="Name of a new requester.")] = "",
    email: Annotated[str, typer.Option(help="Mail address of a new requester.")] = "",
    phone: Annotated[str, typer.Option(help="Phone number of a new requester.")] = "",
    author: Author = "agent",
    target: Target = "",
) -> None:
    """Open a case by hand, as a customer's call would; Casebridge sees it as a foreign one.

    Example: casebridge desk create "Router broken" --name "Ada Kern" --email ada@example.com
    """
    agent = _agent(ctx, target)
    fields = {field: value for field, value in (("name", name), ("email", email), ("phone", phone)) if value}
    if fields and requester:
        message = "Give either --requester or the name, mail address or phone of a new one."
        raise ConfigError(message)
    person = agent.create_person(**fields) if fields else requester
    ref = agent.create(subject, text=text, requester=person, author=author)
    result(ctx, {"case": ref, "person": person}, f"{ref}: opened" + (f" for {person}." if person else "."))


@desk.command()
def merge(
    ctx: typer.Context,
    loser: Annotated[str, typer.Argument(help="What goes: a case (T-1002) or a person (U-2).")],
    winner: Annotated[str, typer.Argument(help="What stays: a case (T-1001) or a person (U-1).")],
    author: Author = "agent",
    target: Target = "",
) -> None:
    """Merge two cases or two persons.

    Example: casebridge desk merge T-1002 T-1001
    """
    agent = _agent(ctx, target)
    cases = agent.show(loser)["object"] == "case"
    (agent.merge_cases if cases else agent.merge_persons)(loser, winner, author=author)
    result(ctx, {"loser": loser, "winner": winner}, f"{loser} is merged into {winner}.")


def _reader_of(message: dict[str, Any]) -> str:
    """Return who was meant to read an entry: us, the customer, or colleagues."""
    if message.get("direction") == "in":
        return "us"
    return "customer" if message.get("public") else "desk"


def _columns(*names: str) -> dict[str, Callable[[dict[str, Any]], object]]:
    return {name.replace("_", " "): _reader(name) for name in names}


def _reader(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda row: row.get(name)


def _agent(ctx: typer.Context, name: str) -> Agent:
    """Return the hands in the target called ``name``, or in the only one that lends them."""
    targets = {each: setup.target for each, setup in app(ctx).targets.items()}
    lending = {each: target for each, target in targets.items() if isinstance(target, HasAgent)}
    if name and name not in lending:
        message = f"There is no desk {name!r} in the project; there are: {', '.join(lending) or 'none'}."
        raise ConfigError(message)
    if not name and len(lending) != 1:
        known = f"are several desks ({', '.join(lending)}); name one with --target" if lending else "is no desk"
        message = f"In the project there {known}."
        raise ConfigError(message)
    return lending[name or next(iter(lending))].agent()
