"""From assembled cases to rows: ids by mint order, what changed, and what the targets are to get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.cases.assemble import assemble
from bridge.cases.segments import segments
from bridge.keys import target_key
from bridge.resolve.gather import gather
from bridge.store import bulk, schema
from bridge.triage.rules import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.cases.model import Assembled, Utterance
    from bridge.cases.policy import CasePolicy
    from bridge.resolve.gather import Person
    from bridge.resolve.work import Span, Work


@dataclass(slots=True)
class Known:
    """What the store says about the cases that a batch concerns."""

    minted: dict[str, int]
    """Message key → number minted for it."""
    rows: dict[int, Row[Any]]
    """Case id → row."""
    sent: set[int]
    """Ids of cases that were sent to a target: these keep their ref."""


@dataclass(slots=True)
class Settled:
    """One case with its id, as it will be written."""

    id: int
    row: dict[str, Any]
    messages: tuple[Utterance, ...]
    person: Person
    changed: bool
    new: bool
    linked: tuple[int, ...]
    """Cases that are perhaps about the same matter."""
    linked_foreign: tuple[tuple[str, str], ...]
    """The same of cases that others made: target and id there."""
    others: tuple[int, ...]
    """Other ids minted for its messages: their cases continue here."""


def resolve_cases(connection: Connection, work: Work, policies: Mapping[int, CasePolicy]) -> list[Settled]:
    """Assemble the cases of every touched customer and put what changed into ``work.writes``."""
    people = gather(connection, work)
    known = _known(connection, people)
    settled: list[Settled] = []
    for person in people:
        case_of: dict[int, int] = {}
        no_case: dict[int, str] = {}
        for part in segments(person.utterances, policies, foreign=person.foreign, decisions=person.decisions):
            assembly = assemble(part, person.closings, person.foreign, person.decisions, policies)
            no_case.update(assembly.no_case)
            chosen = _choose_ids(work, known, assembly.cases)
            by_anchor = {case.anchor.id: id_ for case, id_ in chosen}
            for case, id_ in chosen:
                before = by_anchor.get(case.previous) if case.previous is not None else None
                before = before or _before(connection, person, case_of, case.anchor, work.silence)
                linked = tuple(by_anchor[anchor] for anchor in case.linked if anchor in by_anchor)
                one = _settle(work, known, person, case, id_, before, linked)
                settled.append(one)
                case_of.update((message.id, id_) for message in one.messages)
        _write_resolved(work, person, case_of, no_case)
    _redirect_emptied(work, known, settled)
    return settled


def _known(connection: Connection, people: Sequence[Person]) -> Known:
    mint, case, delivery = schema.mint.c, schema.case.c, schema.delivery.c
    keys = [row.key for person in people for row in person.rows.values()]
    query = select(mint.anchor, mint.id).where(mint.kind == "case")
    minted = {row.anchor: row.id for row in bulk.rows_where(connection, query, mint.anchor, keys)}
    ids = sorted(set(minted.values()))
    rows = {row.id: row for row in bulk.rows_where(connection, select(schema.case), case.id, ids)}
    sent_query = select(delivery.subject_id).where(delivery.thing == "case", delivery.sent_version > 0)
    sent = {row.subject_id for row in bulk.rows_where(connection, sent_query, delivery.subject_id, ids)}
    return Known(minted, rows, sent)


def _choose_ids(work: Work, known: Known, cases: Iterable[Assembled]) -> list[tuple[Assembled, int]]:
    """Give each case its id: one that a target knows, else the earliest minted among its messages, else a new one."""
    chosen = []
    for case in cases:
        numbers = _numbers(known, case)
        sent = [number for number in numbers if number in known.sent]
        anchor = case.anchor.key
        chosen.append((case, min(sent or numbers) if numbers else work.mint("case", anchor)))
    return chosen


def _numbers(known: Known, case: Assembled) -> list[int]:
    return [
        known.minted[message.key]
        for episode in case.episodes
        for message in episode.messages
        if message.key in known.minted
    ]


def _before(
    connection: Connection, person: Person, case_of: Mapping[int, int], anchor: Utterance, silence: timedelta
) -> int | None:
    """Return the last case of the same strand in an earlier segment, which a new one is linked to."""
    if anchor.profile is None or anchor.at is None:
        return None
    long_ago = anchor.at - silence
    strand = (anchor.profile, anchor.conversation)
    earlier = [
        (one.at, one.key, case_of[one.id])
        for one in person.utterances
        if (one.profile, one.conversation) == strand and one.id in case_of and one.at is not None and one.at <= long_ago
    ]
    if person.read is not None:
        earlier += _stored_before(connection, person.read, strand, long_ago)
    return max(earlier)[2] if earlier else None


def _stored_before(
    connection: Connection, read: Iterable[Span], strand: tuple[int, int], long_ago: datetime
) -> list[tuple[datetime, str, int]]:
    """Return the last message of a strand that stands in a case and was not read, with that case."""
    message, resolved = schema.message.c, schema.resolved.c
    query = (
        select(message.sent_at, message.key, resolved.case_id)
        .join(schema.resolved, message.id == resolved.message_id)
        .where(
            message.author_id == strand[0],
            message.sent_at <= long_ago,
            resolved.conversation_id == strand[1],
            resolved.case_id.is_not(None),
            *(~message.sent_at.between(low, high) for low, high in read),
        )
        .order_by(message.sent_at.desc(), message.key.desc())
    )
    return [(row.sent_at, row.key, row.case_id) for row in connection.execute(query.limit(1))]


def _settle(
    work: Work, known: Known, person: Person, case: Assembled, id_: int, before: int | None, linked: tuple[int, ...]
) -> Settled:
    messages = tuple(message for episode in case.episodes for message in episode.messages)
    old = known.rows.get(id_)
    anchor = old.anchor if old is not None else case.anchor.key
    row = _case_row(person, case, messages)
    row |= {
        "id": id_,
        "anchor": anchor,
        "key": target_key(work.app.organisation, work.app.environment, f"case:{anchor}"),
        "previous_id": before,
    }
    changed = old is None or any(getattr(old, name) != value for name, value in row.items() if name not in _VOLATILE)
    if old is None or any(getattr(old, name) != value for name, value in row.items()):
        work.writes.cases.append(row)
    others = tuple(sorted(set(_numbers(known, case)) - {id_}))
    return Settled(id_, row, messages, person, changed, old is None, linked, case.linked_foreign, others)


_VOLATILE = frozenset({"last_in_at", "last_at", "messages", "status", "closed_at", "joined_by", "rules"})
"""Columns whose change alone is no reason to write the case to a target again."""


def _case_row(person: Person, case: Assembled, messages: Sequence[Utterance]) -> dict[str, Any]:
    inbound = [message for message in messages if message.inbound]
    first = person.rows[case.anchor.id]
    triages = [person.rows[message.id].triage or {} for message in inbound]
    opened = case.anchor.at
    last = messages_last(messages)
    foreign = case.foreign[0] if case.foreign else ("", "")
    reason = next((item for item in triages if item.get("reason") and item.get("joinable", True)), triages[0])
    urgent = max(triages, key=lambda item: PRIORITIES.index(item.get("priority", "normal")))
    as_import = all(message.mode == "as_case" for message in inbound)
    return {
        "customer_id": person.customer_id,
        "status": _status(case, last, as_import=as_import),
        "opened_at": opened,
        "last_in_at": messages_last(inbound).at,
        "last_at": last.at,
        "closed_at": case.closed_at,
        "network": first.network,
        "kind": first.kind,
        "public": first.public,
        "unit": first.unit,
        "mode": "as_case" if as_import else "live",
        "reason": reason.get("reason", ""),
        "priority": urgent.get("priority", "normal"),
        "queue": "to check" if case.to_check else next((item["queue"] for item in triages if item.get("queue")), ""),
        "rules": {
            "reason": reason.get("rules", {}).get("reason", ""),
            "priority": urgent.get("rules", {}).get("priority", ""),
            "case": next((message.rule for message in inbound if message.wanted != "no"), ""),
        },
        "first_reply_due": None if as_import else _due(opened, triages, "first_reply"),
        "resolve_due": None if as_import else _due(opened, triages, "resolve"),
        "joined_by": [{"episode": joined.anchor, "by": joined.by, "fact": joined.fact} for joined in case.joined],
        "foreign_target": foreign[0],
        "foreign_ref": foreign[1],
        "redirect_to": None,
        "messages": len(messages),
    }


def messages_last(messages: Sequence[Utterance]) -> Utterance:
    """Return the last message in the total order, undated ones only if there are no others."""
    dated = [message for message in messages if message.at is not None]
    return max(dated or messages, key=lambda message: message.order)


def _status(case: Assembled, last: Utterance, *, as_import: bool) -> str:
    if case.closed_at is not None or as_import:
        return "closed"
    return "open" if last.inbound else "waiting"


def _due(opened: datetime | None, triages: Iterable[Mapping[str, Any]], clock: str) -> datetime | None:
    """Return when a target of the SLA is due: its clock starts at the network's time."""
    seconds = [item[clock] for item in triages if item.get(clock)]
    return opened + timedelta(seconds=min(seconds)) if opened is not None and seconds else None


def _write_resolved(work: Work, person: Person, case_of: Mapping[int, int], no_case: Mapping[int, str]) -> None:
    for id_, row in person.rows.items():
        case = case_of.get(id_)
        why = "" if case is not None else no_case.get(id_, "own")
        if row.fresh or (row.customer_id, row.case_id, row.why) != (person.customer_id, case, why):
            work.writes.resolved.append(
                {"message_id": id_, "customer_id": person.customer_id, "case_id": case, "why": why, "fresh": False}
            )


def _redirect_emptied(work: Work, known: Known, settled: Sequence[Settled]) -> None:
    """Redirect cases whose messages all went elsewhere; leave those empty whose messages are in no case any more."""
    alive = {one.id for one in settled}
    into = {other: one.id for one in settled for other in one.others}
    for id_, row in known.rows.items():
        if id_ in alive:
            continue
        target = into.get(id_)
        if row.redirect_to != target or row.messages:
            work.writes.cases.append(
                {name: getattr(row, name) for name in schema.case.c.keys()}  # noqa: SIM118 - keys() of a column collection
                | {"redirect_to": target, "messages": 0, "status": "closed"}
            )
