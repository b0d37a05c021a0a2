"""What bears on the records that may go into a batch: the other records of their cases, and what they refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, literal, or_, select

from bridge.nouns import AmendmentKind
from bridge.outbox.predicates import OPEN
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection, Row

    from bridge.outbox.order import Scan

D = schema.delivery.c
_ABOUT_MESSAGES = frozenset({AmendmentKind.REDACT, AmendmentKind.WITHDRAW})
_OF_CASE = (D.id, D.thing, D.key, D.case_id, D.state, D.sort, D.ref, D.next_at, D.owner, D.until, D.reason, D.spec)


@dataclass(slots=True)
class Known:
    """What bears on the candidates: open records and the case record of each case, persons, partners."""

    rows: dict[int, list[Row[Any]]] = field(default_factory=dict)
    case: dict[int, Row[Any]] = field(default_factory=dict)
    foreign: dict[int, str] = field(default_factory=dict)
    persons: dict[int, Row[Any]] = field(default_factory=dict)
    """Case, or delivery of a profile → the person's record."""
    profiles: dict[int, Row[Any]] = field(default_factory=dict)
    """Message → its author's record."""
    messages: dict[int, str] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection, scan: Scan, candidates: Sequence[Row[Any]]) -> Known:
        """Read what bears on the candidates: the other records of their cases, and what they refer to."""
        known = cls()
        if scan.thing == "profile" and "person" in scan.refers:
            known._load_persons_of_profiles(connection, scan.target, [row.id for row in candidates])
        case_ids = {row.case_id for row in candidates if row.case_id is not None}
        if not case_ids:
            return known
        bears = or_(D.thing == scan.thing, D.state != "pending", D.owner != "")
        wanted = and_(D.target == scan.target, or_(D.thing == "case", and_(OPEN, bears)))
        for row in bulk.rows_where(connection, select(*_OF_CASE).where(wanted), D.case_id, case_ids):
            known.rows.setdefault(row.case_id, []).append(row)
            if row.thing == "case":
                known.case[row.case_id] = row
        known._load_foreign(connection, scan.target, [id_ for id_ in case_ids if id_ not in known.case])
        if "person" in scan.refers:
            known._load_persons(connection, scan.target, case_ids)
        if "profile" in scan.refers:
            known._load_profiles(connection, scan.target, case_ids)
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

    def _load_persons_of_profiles(self, connection: Connection, target: str, ids: Sequence[int]) -> None:
        profile, member, own = schema.profile.c, schema.member.c, schema.delivery.alias()
        joined = (
            own.join(schema.profile, profile.id == own.c.subject_id)
            .join(schema.member, member.vertex == literal("p:").concat(profile.key))
            .join(schema.delivery, and_(D.thing == "person", D.subject_id == member.customer_id))
        )
        query = select(own.c.id, D.state, D.ref, D.key).select_from(joined).where(D.target == target)
        self.persons = {row.id: row for row in bulk.rows_where(connection, query, own.c.id, ids)}

    def _load_profiles(self, connection: Connection, target: str, case_ids: Collection[int]) -> None:
        message, own = schema.message.c, schema.delivery.alias()
        theirs = and_(D.thing == "profile", D.target == target, D.subject_id == message.author_id)
        joined = own.join(schema.message, message.id == own.c.subject_id).join(schema.delivery, theirs)
        query = select(own.c.id, D.state, D.ref, D.key).select_from(joined)
        query = query.where(own.c.target == target, own.c.thing == "message", own.c.state == "pending")
        self.profiles = {row.id: row for row in bulk.rows_where(connection, query, own.c.case_id, case_ids)}

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


def message_of(spec: Mapping[str, Any]) -> int | None:
    """Return the message that an amendment changes, None if it changes the case."""
    message: int | None = spec.get("message_id")
    return message if spec.get("kind") in _ABOUT_MESSAGES else None
