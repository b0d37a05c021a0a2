"""Read what the case functions need: a customer's messages, our answers to them, closings and decisions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import select

from bridge.cases.model import CaseDecision, Closing, Foreign, Utterance
from bridge.nouns import What
from bridge.outbox.predicates import STANDS
from bridge.resolve.long_histories import long_histories, read, ties
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.resolve.work import Span, Work

_M, _R, _P, _E, _F, _D = (
    schema.message.c,
    schema.resolved.c,
    schema.placement.c,
    schema.case_event.c,
    schema.foreign_case.c,
    schema.decision.c,
)

_LIGHT = select(
    _M.id,
    _M.key,
    _M.author_id,
    _M.direction,
    _M.kind,
    _M.public,
    _M.sent_at,
    _M.facts,
    _M.mode,
    _M.policy_id,
    _M.deleted_at,
    _M.edited_at,
    _M.connection,
    _M.seen_by,
    _M.network,
    _M.unit,
    _M.action_id,
    _R.conversation_id,
    _R.answers_id,
    _R.customer_id,
    _R.case_id,
    _R.why,
    _R.triage,
    _R.fresh,
).join(schema.resolved, _R.message_id == _M.id)


Placed: TypeAlias = "defaultdict[tuple[str, str], list[tuple[int, datetime]]]"
"""(target, native case) → messages in it, and since when."""


@dataclass(slots=True)
class Person:
    """One customer (or one message without an author) with everything that its cases depend on."""

    customer_id: int | None
    read: Sequence[Span] | None = None
    """From when to when everything was read of a long history, None if all of it was."""
    rows: dict[int, Row[Any]] = field(default_factory=dict)
    """Message id → stored row: the customer's messages and our answers to them."""
    utterances: list[Utterance] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    decisions: list[CaseDecision] = field(default_factory=list)


def gather(connection: Connection, work: Work) -> list[Person]:
    """Return the customers (and authorless messages) that this batch concerns."""
    inbound = _inbound(connection, work)
    people: dict[tuple[str, int], Person] = {}
    owner: dict[int, Person] = {}
    for row in inbound:
        customer = work.customer_of[row.author_id] if row.author_id is not None else None
        key = ("customer", customer) if customer is not None else ("message", row.id)
        person = people.setdefault(key, Person(customer, work.read.get(customer) if customer is not None else None))
        person.rows[row.id] = row
        owner[row.id] = person
    for row in _answers(connection, owner):
        owner[row.answers_id].rows[row.id] = row
        owner[row.id] = owner[row.answers_id]
    for person in people.values():
        person.utterances = [_utterance(row) for row in person.rows.values()]
        work.deleted.update(row.id for row in person.rows.values() if row.deleted_at is not None)
    _closings(connection, owner)
    _foreign(connection, work, people)
    _decisions(connection, owner)
    return list(people.values())


def _inbound(connection: Connection, work: Work) -> Iterable[Row[Any]]:
    """Return the inbound messages of the touched customers, and the touched ones without an author.

    Of a customer with a long history only the segments that a touched message can change are read.
    """
    profiles = sorted({profile for profiles in work.profiles_of.values() for profile in profiles})
    long = long_histories(connection, work, profiles)
    query = _LIGHT.where(_M.direction == "in")
    brief = [profile for profile in profiles if work.customer_of[profile] not in long]
    yield from bulk.rows_where(connection, query, _M.author_id, brief)
    tied = ties(connection, work, long)
    for customer, times in long.items():
        mine = query.where(_M.author_id.in_(sorted(work.profiles_of[customer])))
        history = read(connection, mine, times, tied[customer], work.silence)
        work.read[customer] = history.windows
        yield from history.rows.values()
    yield from bulk.rows_where(connection, query.where(_M.author_id.is_(None)), _M.id, sorted(work.authorless))


def _answers(connection: Connection, owner: Collection[int]) -> list[Row[Any]]:
    """Return our answers to these messages."""
    return list(bulk.rows_where(connection, _LIGHT, _R.answers_id, sorted(owner)))


def _utterance(row: Row[Any]) -> Utterance:
    triage = row.triage or {}
    return Utterance(
        id=row.id,
        key=row.key,
        profile=row.author_id if row.direction == "in" else None,
        conversation=row.conversation_id,
        inbound=row.direction == "in",
        kind=row.kind,
        public=row.public,
        at=row.sent_at,
        answers_to=row.answers_id,
        facts=frozenset(row.facts or ()),
        reason=triage.get("reason", ""),
        wanted=triage.get("wanted", "no"),
        rule=triage.get("rules", {}).get("case", ""),
        thanks=triage.get("thanks", False),
        joinable_reason=triage.get("joinable", True),
        policy=row.policy_id,
        mode=row.mode,
        deleted=row.deleted_at is not None,
        edited_at=row.edited_at,
    )


def _closings(connection: Connection, owner: dict[int, Person]) -> None:
    """Apply closings, reopenings and deletions in targets to what was placed there by then: what was deleted is over."""
    query = select(_P.message_id, _P.target, _P.case_ref, _P.at)
    placed: Placed = defaultdict(list)
    for row in bulk.rows_where(connection, query, _P.message_id, sorted(owner)):
        placed[row.target, row.case_ref].append((row.message_id, row.at))
    for continued in _continued(connection, placed):
        placed.pop(continued)
    for event in _status_events(connection, placed):
        there = [message for message, at in placed[event.target, event.case_ref] if at <= event.at]
        for person in {id(owner[message]): owner[message] for message in there}.values():
            mine = frozenset(message for message in there if owner[message] is person)
            closed = event.what == What.DELETED or event.value == "closed"
            person.closings.append(Closing(event.at, closed, mine))


def _status_events(connection: Connection, placed: Placed) -> list[Row[Any]]:
    """Return closings, reopenings and deletions of native cases; what was placed in one goes along when it is merged."""
    wanted = _E.what.in_([What.STATUS, What.MERGED, What.DELETED])
    query = select(_E.target, _E.case_ref, _E.at, _E.what, _E.value).where(wanted)
    found: list[Row[Any]] = []
    fresh = set(placed)
    while fresh:
        rows = bulk.rows_where(connection, query, _E.case_ref, sorted({ref for _, ref in fresh}))
        events = [row for row in rows if (row.target, row.case_ref) in fresh]
        fresh = set()
        for event in sorted(events, key=lambda row: row.at):
            if event.what != What.MERGED:
                found.append(event)
                continue
            winner = (event.target, event.value)
            if winner not in placed:
                fresh.add(winner)
            placed[winner] += [(message, max(at, event.at)) for message, at in placed[event.target, event.case_ref]]
    return found


def _continued(connection: Connection, placed: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the native cases whose matter continues in another: closing these closes nothing."""
    delivery, case = schema.delivery.c, schema.case.c
    query = (
        select(delivery.target, delivery.ref)
        .join(schema.case, case.id == delivery.subject_id)
        .where(STANDS, delivery.thing == "case", case.redirect_to.is_not(None))
    )
    rows = bulk.rows_where(connection, query, delivery.ref, sorted({ref for _, ref in placed}))
    return [(row.target, row.ref) for row in rows if (row.target, row.ref) in placed]


def _foreign(connection: Connection, work: Work, people: dict[tuple[str, int], Person]) -> None:
    """Cases that targets held without us, of these customers as they are found to be by now."""
    for row in bulk.rows_where(connection, select(schema.foreign_case), _F.vertex, sorted(work.member_of)):
        person = people.get(("customer", work.member_of[row.vertex]))
        if person is None:
            continue
        person.foreign.append(
            Foreign(
                target=row.target,
                ref=row.ref,
                opened_at=row.opened_at,
                last_at=row.last_at,
                closed_at=row.closed_at,
                facts=frozenset(row.facts or ()),
                reason=row.reason,
                joinable_reason=work.app.triage.joinable(row.reason),
                message_keys=_keys_named(connection, row.permalinks or ()),
            )
        )


def _keys_named(connection: Connection, named: Collection[str]) -> frozenset[str]:
    """Return the keys of messages that are named by permalink or by key."""
    if not named:
        return frozenset()
    found = (bulk.rows_where(connection, select(_M.key), column, sorted(named)) for column in (_M.permalink, _M.key))
    return frozenset(row.key for rows in found for row in rows)


def _decisions(connection: Connection, owner: dict[int, Person]) -> None:
    """Human decisions about cases; they name messages by key."""
    kinds = {"case_split": "split", "case_join": "join", "case_move_to": "move_to", "not_a_case": "not_a_case"}
    query = select(_D.id, _D.kind, _D.operands, _D.at).where(_D.kind.in_(kinds), _D.undone_at.is_(None)).order_by(_D.id)
    rows = connection.execute(query).all()
    if not rows:
        return
    ids = {row.key: id_ for person in owner.values() for id_, row in person.rows.items()}
    for row in rows:
        messages = tuple(ids[key] for key in row.operands if key in ids)
        for person in {id(owner[message]): owner[message] for message in messages}.values():
            person.decisions.append(CaseDecision(row.id, kinds[row.kind], messages, row.at))
