"""What the demonstration shows: everything is looked up in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import select

from bridge.outbox.wording import shorten
from bridge.queries import messages, overview, setaside
from bridge.queries import status as standing
from bridge.queries.messages import MessageFilter, MessageLine
from bridge.queries.selection import Cut
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from bridge.app import App
    from bridge.commands.picture import Picture
    from bridge.commands.playing import Again, Answered

LAST_DAYS = 10
MOST_PEOPLE = 8
MOST_REASONS = 10
LONGEST_TIMELINE = 20
_EXCERPT = 74


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What one customer said and was answered, and the case that reaches over most networks."""

    customer: int
    name: str
    case: int
    networks: list[str]
    """Of the case."""
    said: list[MessageLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The store after the first run."""

    messages: int
    conversations: int
    customers: int
    cases: int
    deliveries: Mapping[str, int]
    channels: list[overview.ChannelLine]
    days: dict[str, int]
    reasons: dict[str, int]
    deadlines: list[overview.DeadlineLine]
    several_channels: int
    people: list[overview.PersonLine]
    kept_apart: list[overview.ApartLine]
    busiest_thread: overview.Crowd | None
    left_out: list[overview.LeftOutLine]
    quarantine: list[setaside.SetAside]
    timeline: Timeline


def look(app: App) -> Week:
    """Return how the store stands now."""
    now = app.clock.now()
    with app.store.read() as connection:
        counts = standing.status(connection, now)
        several, people = overview.across_channels(connection, limit=MOST_PEOPLE)
        return Week(
            messages=counts.messages,
            conversations=counts.conversations,
            customers=counts.customers,
            cases=counts.cases,
            deliveries=counts.deliveries,
            channels=overview.channels(connection),
            days=overview.days(connection, now, last=LAST_DAYS),
            reasons=overview.reasons(connection),
            deadlines=overview.deadlines(connection, now),
            several_channels=several,
            people=people,
            kept_apart=overview.kept_apart(connection),
            busiest_thread=overview.busiest_thread(connection),
            left_out=overview.left_out(connection),
            quarantine=setaside.list_set_aside(connection, "", "open", Cut()),
            timeline=_timeline(connection),
        )


def show_week(picture: Picture, week: Week) -> None:
    """Show what came in and what became of it."""
    said = f"{week.messages} messages, {len(week.channels)} channels → {week.conversations} conversations"
    delivered, waiting = week.deliveries["delivered"], sum(week.deliveries.values()) - week.deliveries["delivered"]
    picture.headline(
        f"{said} → {week.customers} customers → {week.cases} cases",
        f"{delivered} records delivered to the desk, {waiting} waiting or refused",
    )
    picture.table(
        "Channels",
        ("channel", "messages", "of customers", "customers", "cases"),
        [(line.network, line.messages, line.from_customers, line.customers, line.cases) for line in week.channels],
        parts={"messages": ""},
    )
    picture.bars("Messages a day", {f"{date.fromisoformat(day):%a %d %b}": week.days[day] for day in _busy(week.days)})
    picture.bars("Contact reasons", _most(week.reasons))
    picture.table(
        "First answers by priority",
        ("priority", "cases", "answered", "of these late", "still due", "overdue"),
        [(line.priority, line.cases, line.answered, line.late, line.due, line.overdue) for line in week.deadlines],
        parts={"answered": "green", "still due": "yellow", "overdue": "red"},
    )
    picture.table(
        "No case, and by which rule",
        ("rule", "messages", "such as"),
        [
            (line.why.removeprefix("rule:"), line.messages, _excerpt(line.example) or "(stars without words)")
            for line in week.left_out
        ],
    )
    picture.table(
        "Set aside, because it cannot be read",
        ("where", "why"),
        [(line.place, _excerpt(line.reason)) for line in week.quarantine],
    )


def show_people(picture: Picture, week: Week) -> None:
    """Show who was found on several channels, who was kept apart, and one customer's timeline."""
    picture.table(
        f"Found on several channels: {week.several_channels} customers",
        ("customer", "channels", "known by", "in the CRM", "messages", "cases"),
        [(line.name, line.networks, line.known_by, line.records, line.messages, line.cases) for line in week.people],
    )
    picture.table(
        "Kept apart, for a person to look at",
        ("one", "other", "share", "not merged because"),
        [(line.left, line.right, line.shared, line.reason) for line in week.kept_apart],
    )
    if week.busiest_thread is not None:
        crowd = week.busiest_thread
        picture.say(
            f"In the busiest thread {crowd.customers} customers wrote {crowd.messages} messages: they stay "
            f"{crowd.customers} customers with {crowd.cases} cases, {crowd.mixed or 'none'} of which mixes people up."
        )
        picture.say("")
    line = week.timeline
    picture.table(
        f"{line.name} (P-{line.customer}): one matter on {len(line.networks)} channels is one case, C-{line.case}",
        ("when (UTC)", "channel", "", "said", "case"),
        [
            (
                f"{said.sent_at:%a %d %b %H:%M}" if said.sent_at else "",
                said.network,
                "→" if said.direction == "in" else "← us",
                _excerpt(said.text or "") or f"({said.kind})",
                f"C-{said.case}" if said.case else "",
            )
            for said in line.said
        ],
    )


def show_answer(picture: Picture, done: Answered) -> None:
    """Show how an agent's answer went to the network."""
    asked = done.question
    picture.say(f"{asked.ref} in the desk: {asked.priority} priority, {asked.reason}, {asked.reach} followers.")
    picture.say(f"{asked.customer} on {asked.network}:  {_excerpt(asked.text)}", style=picture.colour(asked.network))
    picture.say(f"{done.agent} in the desk:  {done.text}", style="bold")
    picture.say(
        f"After a sync the answer is {done.held} for {done.hold_seconds:.0f} seconds: it could still be taken back."
    )
    picture.say(f"The clock is put forward, another sync: it is {done.sent}, once, and stands in {done.outbox}:")
    for each in done.lines:
        picture.json(orjson.dumps(each, option=orjson.OPT_INDENT_2).decode())
    picture.say(f"And the agent reads in the case: {done.note}")


def show_again(picture: Picture, again: Again) -> None:
    """Show that nothing is doubled, and that all is accounted for."""
    picture.table(
        "A second run over the same rows in another order",
        ("read again", "new messages", "known already", "unreadable", "records created", "answers in the outbox"),
        [(again.seen, again.new, again.repeated, again.quarantined, again.created, again.answers)],
    )
    _proof(picture, "The ledger balances: every message that was read is accounted for.", ok=again.balanced)
    _proof(picture, f"The desk holds each of {again.checked} delivered records once.", ok=again.verified)


def farewell(picture: Picture, folder: Path, commands: Mapping[str, str]) -> None:
    """Say where everything stands and what to try."""
    picture.title("Now you")
    picture.say(f"The project stands in {folder}. Try:")
    for each, what in commands.items():
        picture.say(f"{each}    # {what}", style="cyan")


def _timeline(connection: Connection) -> Timeline:
    number = overview.widest_case(connection)
    case, customer = schema.case.c, schema.customer.c
    query = select(case.customer_id, customer.name).join(schema.customer, customer.id == case.customer_id)
    found = connection.execute(query.where(case.id == number)).one()
    wanted = MessageFilter(customer=found.customer_id)
    said = messages.timeline(connection, wanted, limit=LONGEST_TIMELINE, show_text=True)
    networks = sorted({line.network for line in said if line.case == number})
    return Timeline(customer=found.customer_id, name=found.name, case=number or 0, networks=networks, said=said)


def _most(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the largest counts, and the sum of the others."""
    shown = dict(list(counts.items())[:MOST_REASONS])
    others = sum(counts.values()) - sum(shown.values())
    return shown | ({"all others": others} if others else {})


def _busy(days: Mapping[str, int]) -> list[str]:
    """Return the days from the first on which something was said to the last."""
    busy = [number for number, count in enumerate(days.values()) if count]
    return list(days)[busy[0] : busy[-1] + 1] if busy else []


def _proof(picture: Picture, claim: str, *, ok: bool) -> None:
    picture.say(f"✓ {claim}" if ok else f"✗ NOT so: {claim}", style="green" if ok else "bold red")


def _excerpt(text: str) -> str:
    return shorten(text, _EXCERPT)
