"""What targets are to get: wanted = f(what belongs to a case, what was placed already). Nothing is rendered here.

A delivery row is the state of one record in one target. A case is wanted only while it has a message that was not
placed; a message that was placed stays where it is; what is sent and not settled is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.keys import target_key
from bridge.nouns import AmendmentKind
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.cases.model import Utterance
    from bridge.resolve.cases import Settled
    from bridge.resolve.work import Work

_D = schema.delivery.c

IN_FLIGHT = frozenset({"sending", "accepted", "unknown"})
GONE = "gone"
SETTLED_FOR_GOOD = frozenset({GONE, "dropped"})

_COLUMNS = select(
    _D.id,
    _D.target,
    _D.thing,
    _D.key,
    _D.subject_id,
    _D.case_id,
    _D.state,
    _D.wanted_version,
    _D.delivered_version,
    _D.sent_version,
)

Rows = dict[tuple[str, str, int], "Row[Any]"]
"""(target, thing, subject) → delivery row."""


def want(
    connection: Connection, work: Work, settled: Sequence[Settled], changed_people: set[int], now: datetime
) -> None:
    """Put new and changed deliveries into ``work.writes``."""
    ids = sorted({message.id for one in settled for message in one.messages})
    redirected = [other for one in settled for other in one.others]
    emptied = [row["id"] for row in work.writes.cases if not row["messages"]]
    stored: Rows = {}
    for thing, subjects in (
        ("message", sorted({*ids, *(row["message_id"] for row in work.writes.resolved)})),
        ("case", sorted({one.id for one in settled} | set(redirected) | set(emptied))),
        (
            "person",
            sorted({one.person.customer_id for one in settled if one.person.customer_id is not None} | changed_people),
        ),
    ):
        query = _COLUMNS.where(_D.thing == thing)
        stored.update(
            ((row.target, row.thing, row.subject_id), row)
            for row in bulk.rows_where(connection, query, _D.subject_id, subjects)
        )
    wanted = _Wanted(work, stored, now)
    for one in settled:
        wanted.case(one)
    wanted.withdraw()
    wanted.people(changed_people)


class _Wanted:
    """Collects delivery rows while the cases of a batch are looked at."""

    def __init__(self, work: Work, stored: Rows, now: datetime) -> None:
        self._work = work
        self._stored = stored
        self._now = now
        self._made: set[tuple[str, str, str]] = set()
        self._belongs: set[int] = set()

    def case(self, one: Settled) -> None:
        """Want a case, its customer and its messages in every target that they go to."""
        by_target: dict[str, list[Utterance]] = defaultdict(list)
        for message in one.messages:
            self._belongs.add(message.id)
            for target in self._targets(one, message):
                by_target[target].append(message)
        for target, messages in by_target.items():
            unplaced = [message for message in messages if not self._placed(target, message)]
            stood = self._stored.get((target, "case", one.id))
            if stood is None and not unplaced:
                continue
            if stood is not None and stood.state == GONE:
                self._bury(one, target, unplaced)
                continue
            self._case_record(one, target, stood)
            if one.person.customer_id is not None:
                self._person_record(one.person.customer_id, target)
            for message in messages:
                self._message_record(one, target, message)
            self._amendments(one, target, messages)

    def _bury(self, one: Settled, target: str, unplaced: Sequence[Utterance]) -> None:
        """Let a case that somebody deleted there rest: what is said later in it is not delivered."""
        reason = "the case was deleted in the target"
        for message in unplaced:
            row = self._stored.get((target, "message", message.id))
            if row is None:
                self._new(
                    target,
                    "message",
                    self._message_key(message),
                    message.id,
                    one.id,
                    sort=_micros(message.at),
                    state=GONE,
                    reason=reason,
                )
            elif row.state not in IN_FLIGHT:
                self._change(row, state=GONE, reason=reason)

    def _message_key(self, message: Utterance) -> str:
        return target_key(self._work.app.organisation, self._work.app.environment, f"message:{message.key}")

    def withdraw(self) -> None:
        """Take back what was wanted and never sent, and belongs to no case any more."""
        emptied = {case["id"] for case in self._work.writes.cases if not case["messages"]}
        for (_, thing, subject), row in self._stored.items():
            unsent = row.sent_version == 0 and row.state not in IN_FLIGHT | SETTLED_FOR_GOOD | {"not_needed"}
            left = thing == "message" and subject not in self._belongs
            empty = thing == "case" and subject in emptied
            if unsent and (left or empty):
                self._change(row, state="not_needed", reason="it belongs to no case any more")

    def people(self, changed: Iterable[int]) -> None:
        """Write customers again, where they stand, whose golden record changed."""
        for (_, thing, subject), row in self._stored.items():
            if thing == "person" and subject in changed:
                if row.state == "not_needed":  # by policy; what is known now may be enough
                    self._change(row, state="pending", wanted_version=row.wanted_version + 1)
                self._again(row)

    def _targets(self, one: Settled, message: Utterance) -> Iterable[str]:
        row = one.person.rows[message.id]
        seen_by = row.seen_by or [row.connection]
        return {target for connection in seen_by for target in self._work.routes.get(connection, ())}

    def _placed(self, target: str, message: Utterance) -> bool:
        row = self._stored.get((target, "message", message.id))
        return row is not None and (row.delivered_version > 0 or row.state in SETTLED_FOR_GOOD)

    def _case_record(self, one: Settled, target: str, stood: Row[Any] | None) -> None:
        foreign = one.row["foreign_target"] == target
        if stood is None:
            ref = one.row["foreign_ref"] if foreign else ""
            self._new(target, "case", one.row["key"], one.id, one.id, sort=1, ref=ref, look_up=bool(one.others))
        elif one.changed and not foreign:
            self._again(stood)

    def _person_record(self, customer_id: int, target: str) -> None:
        if (target, "person", customer_id) not in self._stored:
            key = self._work.customer_keys[customer_id]
            self._new(target, "person", key, customer_id, None, sort=0)

    def _message_record(self, one: Settled, target: str, message: Utterance) -> None:
        row = self._stored.get((target, "message", message.id))
        if one.person.rows[message.id].action_id is not None:
            return
        if row is None:
            if not message.deleted:
                self._new(target, "message", self._message_key(message), message.id, one.id, sort=_micros(message.at))
            return
        if row.state in IN_FLIGHT and not one.person.rows[message.id].fresh:
            return
        if message.deleted and row.sent_version == 0 and row.state not in IN_FLIGHT:
            self._change(row, state="not_needed", reason="deleted on the network before it was delivered")
        elif row.delivered_version == 0 and row.state not in IN_FLIGHT | SETTLED_FOR_GOOD:
            if row.case_id != one.id or row.state == "not_needed":
                self._change(row, case_id=one.id, state="pending")
        elif one.person.rows[message.id].fresh:
            self._again(row)

    def _amendments(self, one: Settled, target: str, messages: Sequence[Utterance]) -> None:
        for other in one.others:
            if self._sent(target, other):
                text = f"Continued in case C-{one.id}."
                self._amend(target, AmendmentKind.LINK, other, one.id, text)
                self._amend(target, AmendmentKind.TAG, other, one.id, f"continued-in-C-{one.id}")
        for message in messages:
            row = self._stored.get((target, "message", message.id))
            if row is None or row.delivered_version == 0:
                continue
            if row.case_id is not None and row.case_id != one.id and row.case_id not in one.others:
                self._amend(target, AmendmentKind.LINK, row.case_id, one.id, f"Split off into case C-{one.id}.")
                self._amend(
                    target,
                    AmendmentKind.NOTE,
                    row.case_id,
                    one.id,
                    f"Later messages on another matter are in case C-{one.id}.",
                )
            if message.deleted:
                self._amend(
                    target,
                    AmendmentKind.REDACT,
                    row.case_id or one.id,
                    None,
                    "deleted on the network",
                    message=message.id,
                )
        if one.new and one.row["previous_id"] is not None:
            self._amend(target, AmendmentKind.LINK, one.row["previous_id"], one.id, f"Followed by case C-{one.id}.")
        for other in one.linked if one.new else ():
            self._amend(target, AmendmentKind.LINK, other, one.id, f"Perhaps the same matter as case C-{one.id}.")
        for message in messages:
            if self._reopens(one, target, message):
                self._amend(target, AmendmentKind.REOPEN, one.id, None, "The customer wrote again.", message=message.id)

    def _reopens(self, one: Settled, target: str, message: Utterance) -> bool:
        """Tell whether a new message of the customer asks for a closed case of ours to be opened again."""
        if (
            message.thanks
            or not message.inbound
            or message.deleted
            or one.row["foreign_target"] == target
            or message.at is None
        ):
            return False
        if not one.person.rows[message.id].fresh or self._placed(target, message):
            return False
        closings = sorted(
            (closing for closing in one.person.closings if closing.at <= message.at), key=lambda item: item.at
        )
        ours = {item.id for item in one.messages}
        relevant = [closing for closing in closings if closing.messages & ours]
        return bool(relevant) and relevant[-1].closed

    def _sent(self, target: str, case_id: int) -> bool:
        row = self._stored.get((target, "case", case_id))
        return row is not None and row.sent_version > 0

    def _amend(
        self,
        target: str,
        kind: AmendmentKind,
        case_id: int,
        other: int | None,
        text: str,
        *,
        message: int | None = None,
    ) -> None:
        anchor = f"amend:{kind}:{case_id}:{other or ''}:{message or ''}"
        key = target_key(self._work.app.organisation, self._work.app.environment, anchor)
        spec = {"kind": str(kind), "case_id": case_id, "other_case_id": other, "message_id": message, "text": text}
        self._new(target, "amendment", key, None, case_id, sort=_micros(self._now), spec=spec)

    def _new(self, target: str, thing: str, key: str, subject: int | None, case_id: int | None, **given: Any) -> None:  # noqa: ANN401 - columns of a row
        if (target, thing, key) in self._made:
            return
        self._made.add((target, thing, key))
        ref = given.get("ref", "")
        self._work.writes.deliveries.append(
            {
                "target": target,
                "thing": thing,
                "key": key,
                "subject_id": subject,
                "case_id": case_id,
                "state": given.get("state") or ("delivered" if ref else "pending"),
                "wanted_version": 1,
                "sent_version": 0,
                "delivered_version": 1 if ref else 0,
                "delivered_hash": "",
                "ref": ref,
                "url": "",
                "sort": given["sort"],
                "attempts": 0,
                "next_at": None,
                "reason": given.get("reason", ""),
                "field": "",
                "waiting_for": "",
                "spec": given.get("spec"),
                "look_up": given.get("look_up", False) or self._work.restored,
                "owner": "",
                "until": None,
                "created_at": self._now,
                "sent_at": None,
                "delivered_at": None,
            }
        )

    def _again(self, row: Row[Any]) -> None:
        """Want a further version; one that is on its way is settled first."""
        if row.state in SETTLED_FOR_GOOD | {"not_needed"}:
            return
        state = row.state if row.state in IN_FLIGHT else "pending"
        self._change(row, state=state, wanted_version=row.wanted_version + 1)

    def _change(self, row: Row[Any], **values: Any) -> None:  # noqa: ANN401 - columns of a row
        unchanged = {name: getattr(row, name) for name in ("state", "wanted_version", "case_id")}
        self._work.writes.delivery_changes.append({"id": row.id, **unchanged, "reason": "", **values})


def _micros(at: datetime | None) -> int:
    """Return microseconds since 1970; undated messages come last."""
    return int(at.timestamp() * 1_000_000) if at is not None else 2**62
