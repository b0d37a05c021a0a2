"""Order and dependencies, per record: what may go now, what must wait, and for whom.

A message needs its case in the target. Whoever refers to a person or a profile by its mapping waits for that, and goes
without if that was refused. What is in flight or retried blocks its own case and no other; a refused message is a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bridge.nouns import Share
from bridge.outbox.known import message_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Row

    from bridge.outbox.known import Known

THINGS = ("person", "profile", "case", "message", "amendment")
IN_FLIGHT = frozenset({"sending", "accepted", "unknown"})
OPEN = IN_FLIGHT | {"pending"}
ALONE = "adapter failed"
"""A reason that begins so marks a record whose batch the adapter did not survive: it is sent by itself."""
LATER = timedelta(minutes=15)
"""When to look again at something whose partner in another case is not there."""


@dataclass(slots=True, kw_only=True)
class Scan:
    """One walk over the pending records of one thing in one target, in the order in which they were wanted."""

    target: str
    thing: str
    owner: str
    size: int
    several: bool
    """Several messages of a case may stand in one batch, in order."""
    refers: frozenset[str]
    """What the mapping refers to: person, case, profile."""
    after: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Refs:
    """The target's ids that a record refers to; empty where it does without."""

    case: str = ""
    person: str = ""
    person_key: str = ""
    profile: str = ""
    profile_key: str = ""
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


def share_of(thing: str) -> Share:
    """Return out of whose share of the budget records of ``thing`` are sent."""
    return Share.ANSWER if thing == "amendment" else Share.DELIVER


def take(choice: Choice, candidate: Row[Any], scan: Scan, known: Known, now: datetime, moment: datetime) -> bool:
    """Consider one candidate and, for messages, its case; False when the batch is full and it must come again."""
    if choice.alone or len(choice.refs) >= scan.size:
        return False
    if candidate.case_id is None:
        person = known.persons.get(candidate.id)
        return _comes_first(person) or _add(choice, candidate, _refs(person=person))
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


def _comes_first(row: Row[Any] | None) -> bool:
    """Tell whether a record that is referred to is still on its way."""
    return row is not None and row.ref == "" and row.state in OPEN


def _refs(*, case: str = "", person: Row[Any] | None = None, profile: Row[Any] | None = None) -> Refs:
    """Return the ids of what stands there."""
    person, profile = (
        row if row is not None and row.ref and row.state != "gone" else None for row in (person, profile)
    )
    return Refs(
        case=case,
        person=person.ref if person is not None else "",
        person_key=person.key if person is not None else "",
        profile=profile.ref if profile is not None else "",
        profile_key=profile.key if profile is not None else "",
    )


def _take_case(choice: Choice, candidate: Row[Any], known: Known) -> bool:
    person = known.persons.get(candidate.case_id)
    if _comes_first(person):
        return True
    new = known.case[candidate.case_id].ref == ""
    if new and choice.room is not None and choice.room <= 0:
        choice.braked = True
        return True
    if not _add(choice, candidate, _refs(person=person)):
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
        person, profile = known.persons.get(case_id), known.profiles.get(message.id)
        if _comes_first(person) or _comes_first(profile):
            break
        if choice.alone or not _add(choice, message, _refs(case=ref, person=person, profile=profile)):
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


def _comes(row: Row[Any] | None) -> bool:
    return row is not None and row.state in OPEN
