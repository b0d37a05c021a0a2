"""Order and dependencies, per record: what may go now, what must wait, and for whom.

A message needs its case in the target. A case needs its person only if the mapping refers to one, and goes without if
that was refused. What is in flight or retried blocks its own case and no other; a refused message is a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from bridge.nouns import AmendmentKind, Share
from bridge.outbox.predicates import OPEN as OPEN_NOW
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection, Row


D = schema.delivery.c

THINGS = ("person", "case", "message", "amendment")
IN_FLIGHT = frozenset({"sending", "accepted", "unknown"})
OPEN = IN_FLIGHT | {"pending"}
ALONE = "adapter failed"
"""A reason that begins so marks a record whose batch the adapter did not survive: it is sent by itself."""
_ABOUT_MESSAGES = frozenset({AmendmentKind.REDACT, AmendmentKind.WITHDRAW})
LATER = timedelta(minutes=15)
"""When to look again at something whose partner in another case is not there."""

_OF_CASE = (D.id, D.thing, D.key, D.case_id, D.state, D.sort, D.ref, D.next_at, D.owner, D.until, D.reason, D.spec)


@dataclass(slots=True, kw_only=True)
class Scan:
    """One walk over the pending records of one thing in one target, in the order in which they were wanted."""

    target: str
    thing: str
    owner: str
    size: int
    several: bool
    """Several messages of a case may stand in one batch, in order."""
    needs_person: bool
    """The mapping of cases refers to persons."""
    after: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Refs:
    """The target's ids that a record refers to; empty where it does without."""

    case: str = ""
    person: str = ""
    person_key: str = ""
    other: str = ""


NO_REFS = Refs()


@dataclass(slots=True)
class Choice:
    """What goes into a batch, in order, and what was found to wait."""

    room: int | None = None
    refs: dict[int, Refs] = field(default_factory=dict)
    waiting: dict[int, str] = field(default_factory=dict)
    later: list[int] = field(default_factory=list)
    cases: set[int] = field(default_factory=set)
    alone: bool = False
    braked: bool = False
    """The brake left no room for a new case."""


@dataclass(slots=True)
class Known:
    """What bears on the candidates: open records and the case record of each case, persons, partners."""

    rows: dict[int, list[Row[Any]]] = field(default_factory=dict)
    case: dict[int, Row[Any]] = field(default_factory=dict)
    foreign: dict[int, str] = field(default_factory=dict)
    persons: dict[int, Row[Any]] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection, scan: Scan, case_ids: Collection[int]) -> Known:
        """Read what bears on the records of these cases."""
        known = cls()
        if not case_ids:
            return known
        bears = or_(D.thing == scan.thing, D.state != "pending", D.owner != "")
        wanted = and_(D.target == scan.target, or_(D.thing == "case", and_(OPEN_NOW, bears)))
        for row in bulk.rows_where(connection, select(*_OF_CASE).where(wanted), D.case_id, case_ids):
            known.rows.setdefault(row.case_id, []).append(row)
            if row.thing == "case":
                known.case[row.case_id] = row
        known._load_foreign(connection, scan.target, [id_ for id_ in case_ids if id_ not in known.case])
        if scan.thing == "case" and scan.needs_person:
            known._load_persons(connection, scan.target, case_ids)
        if scan.thing == "amendment":
            known._load_partners(connection, scan.target)
        return known

    def case_ref(self, case_id: int) -> str:
        """Return the target's id of a case, empty if it has none (any more)."""
        row = self.case.get(case_id)
        if row is None:
            return self.foreign.get(case_id, "")
        return "" if row.state == "gone" else str(row.ref)

    def _load_foreign(self, connection: Connection, target: str, case_ids: Collection[int]) -> None:
        case = schema.case.c
        query = select(case.id, case.foreign_ref).where(case.foreign_target == target)
        self.foreign = {row.id: row.foreign_ref for row in bulk.rows_where(connection, query, case.id, case_ids)}

    def _load_persons(self, connection: Connection, target: str, case_ids: Collection[int]) -> None:
        case = schema.case.c
        join = schema.case.join(schema.delivery, and_(D.thing == "person", D.subject_id == case.customer_id))
        query = select(case.id, D.state, D.ref, D.key).select_from(join).where(D.target == target)
        self.persons = {row.id: row for row in bulk.rows_where(connection, query, case.id, case_ids)}

    def _load_partners(self, connection: Connection, target: str) -> None:
        specs = [row.spec or {} for rows in self.rows.values() for row in rows if row.thing == "amendment"]
        others = {spec["other_case_id"] for spec in specs if spec.get("other_case_id")} - set(self.rows)
        query: Select[Any] = select(*_OF_CASE).where(D.target == target, D.thing == "case")
        self.case.update((row.case_id, row) for row in bulk.rows_where(connection, query, D.case_id, others))
        self._load_foreign(connection, target, [id_ for id_ in {*self.rows, *others} if id_ not in self.case])
        messages = {message_of(spec) for spec in specs} - {None}
        standing: Select[Any] = select(D.subject_id, D.ref).where(D.target == target, D.thing == "message")
        self.messages = {
            row.subject_id: row.ref for row in bulk.rows_where(connection, standing, D.subject_id, messages)
        }


def share_of(thing: str) -> Share:
    """Return out of whose share of the budget records of ``thing`` are sent."""
    return Share.ANSWER if thing == "amendment" else Share.DELIVER


def take(choice: Choice, candidate: Row[Any], scan: Scan, known: Known, now: datetime, moment: datetime) -> bool:
    """Consider one candidate and, for messages, its case; False when the batch is full and it must come again."""
    if choice.alone or len(choice.refs) >= scan.size:
        return False
    if candidate.case_id is None:
        return _add(choice, candidate, NO_REFS)
    rows = known.rows.get(candidate.case_id, [])
    if candidate.case_id in choice.cases or any(_in_flight(row, moment) for row in rows):
        return True
    if scan.thing == "case":
        return _take_case(choice, candidate, known)
    if scan.thing == "amendment":
        return _take_amendment(choice, candidate, rows, known)
    return _take_messages(choice, candidate.case_id, rows, scan, known, now)


def _in_flight(row: Row[Any], moment: datetime) -> bool:
    claimed = row.owner != "" and row.until is not None and row.until > moment
    return row.state in IN_FLIGHT or claimed


def _add(choice: Choice, row: Row[Any], refs: Refs) -> bool:
    """Put a record into the batch, unless it must go alone and others are there; False then."""
    alone = row.reason.startswith(ALONE)
    if alone and choice.refs:
        return False
    choice.refs[row.id] = refs
    choice.alone = alone
    if row.case_id is not None:
        choice.cases.add(row.case_id)
    return True


def _take_case(choice: Choice, candidate: Row[Any], known: Known) -> bool:
    person = known.persons.get(candidate.case_id)
    if person is not None and person.ref == "" and person.state in OPEN:
        return True
    new = known.case[candidate.case_id].ref == ""
    if new and choice.room is not None and choice.room <= 0:
        choice.braked = True
        return True
    refs = NO_REFS
    if person is not None and person.ref and person.state != "gone":
        refs = Refs(person=person.ref, person_key=person.key)
    if not _add(choice, candidate, refs):
        return False
    if new and choice.room is not None:
        choice.room -= 1
    return True


def _take_messages(
    choice: Choice, case_id: int, rows: Iterable[Row[Any]], scan: Scan, known: Known, now: datetime
) -> bool:
    row = known.case.get(case_id)
    messages = sorted((row for row in rows if row.thing == "message"), key=lambda row: (row.sort, row.id))
    if row is not None and row.state in OPEN:
        return True
    ref = known.case_ref(case_id)
    if not ref:
        choice.waiting.update((message.id, row.key if row is not None else "") for message in messages)
        choice.cases.add(case_id)
        return True
    for message in messages[: scan.size - len(choice.refs) if scan.several else 1]:
        if message.next_at is not None and message.next_at > now:
            break
        if choice.alone or not _add(choice, message, Refs(case=ref)):
            return bool(case_id in choice.cases)
    return True


def _take_amendment(choice: Choice, candidate: Row[Any], rows: Iterable[Row[Any]], known: Known) -> bool:
    spec = next((row.spec for row in rows if row.id == candidate.id), None) or {}
    message = message_of(spec)
    ref = known.case_ref(candidate.case_id) if message is None else known.messages.get(message, "")
    ref = ref or spec.get("ref", "")
    other_id = spec.get("other_case_id")
    other = spec.get("other_ref") or (known.case_ref(other_id) if other_id else "")
    if ref and (other or not other_id):
        return _add(choice, candidate, Refs(case=ref, other=other))
    own = known.case.get(candidate.case_id)
    if not ref and own is not None and own.state not in OPEN and message is None:
        choice.waiting[candidate.id] = own.key
    elif not _comes(known.case.get(other_id) if ref and other_id else own):
        choice.later.append(candidate.id)
    return True


def message_of(spec: Mapping[str, Any]) -> int | None:
    """Return the message that an amendment changes, None if it changes the case."""
    message: int | None = spec.get("message_id")
    return message if spec.get("kind") in _ABOUT_MESSAGES else None


def _comes(row: Row[Any] | None) -> bool:
    return row is not None and row.state in OPEN
