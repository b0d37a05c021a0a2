"""What targets are to get: wanted = f(what belongs to a case, what was placed already). Nothing is rendered here.

A delivery row is the state of one record in one target. A case is wanted only while it has a message that was not
placed; a message that was placed stays where it is; what is sent and not settled is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from bridge.app import TargetMode
from bridge.modes import outbox_of
from bridge.nouns import Thing
from bridge.outbox.wording import DELETED
from bridge.resolve.amendments import amend, dismiss, redact
from bridge.resolve.outbox import COLUMNS, GONE, IN_FLIGHT, SETTLED_FOR_GOOD, Outbox, Rows, micros
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.app import TargetSetup
    from bridge.cases.model import Utterance
    from bridge.resolve.cases import Settled
    from bridge.resolve.work import Work

_D = schema.delivery.c


def want(
    connection: Connection, work: Work, settled: Sequence[Settled], changed_people: set[int], now: datetime
) -> None:
    """Put new and changed deliveries into ``work.writes``."""
    ids = sorted({message.id for one in settled for message in one.messages})
    profiled = {outbox_of(setup) for setup in work.app.targets.values() if _has_profiles(setup)}
    profiles = {id_ for one in (work.profiles_of.values() if profiled else ()) for id_ in one}
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
        ("profile", sorted(profiles)),
    ):
        query = COLUMNS.where(_D.thing == thing)
        stored.update(
            ((row.target, row.thing, row.subject_id), row)
            for row in bulk.rows_where(connection, query, _D.subject_id, subjects)
        )
    peopled = {outbox_of(setup) for setup in work.app.targets.values() if _has_people(setup)}
    wanted = _Wanted(work, Outbox(work, stored, now), profiled, peopled)
    for one in settled:
        wanted.case(one)
    wanted.withdraw()
    wanted.people(changed_people)


class _Wanted:
    """Looks at the cases of a batch, one after another."""

    def __init__(self, work: Work, outbox: Outbox, profiled: set[str], peopled: set[str]) -> None:
        self._work = work
        self._outbox = outbox
        self._profiled = profiled
        self._peopled = peopled
        self._belongs: set[int] = set()

    def case(self, one: Settled) -> None:
        """Want a case, its customer and its messages in every target that they go to."""
        by_target: dict[str, list[Utterance]] = defaultdict(list)
        for message in one.messages:
            self._belongs.add(message.id)
            for target in self._targets(one, message):
                by_target[target].append(message)
        for target, messages in by_target.items():
            unplaced = [message for message in messages if not self._outbox.placed(target, message.id)]
            stood = self._outbox.stored.get((target, "case", one.id))
            if stood is None and not self._begins(target, unplaced):
                continue
            if stood is not None and stood.state == GONE:
                self._bury(one, target, unplaced)
                continue
            self._case_record(one, target, stood)
            if one.person.customer_id is not None and target in self._peopled:
                self._person_record(one.person.customer_id, target)
            for message in messages:
                self._message_record(one, target, message)
            amend(self._outbox, one, target, messages)

    def _begins(self, target: str, unplaced: Sequence[Utterance]) -> bool:
        """Tell whether a case is to be made: some of it stands nowhere there, and was said since the target takes part."""
        since = self._work.since.get(target, 0)
        return any(message.id > since and (message.inbound or not since) for message in unplaced)

    def _bury(self, one: Settled, target: str, unplaced: Sequence[Utterance]) -> None:
        """Let a case that somebody deleted there rest: what is said later in it is not delivered."""
        reason = "the case was deleted in the target"
        for message in unplaced:
            row = self._outbox.stored.get((target, "message", message.id))
            if row is None:
                self._outbox.add(
                    target,
                    "message",
                    self._message_key(message),
                    message.id,
                    one.id,
                    sort=micros(message.at),
                    state=GONE,
                    reason=reason,
                )
            elif row.state not in IN_FLIGHT:
                self._outbox.change(row, state=GONE, reason=reason)

    def _message_key(self, message: Utterance) -> str:
        return self._outbox.key(f"message:{message.key}")

    def withdraw(self) -> None:
        """Take back what was wanted and never sent, and belongs to no case any more."""
        emptied = {case["id"] for case in self._work.writes.cases if not case["messages"]}
        joined = {case["id"] for case in self._work.writes.cases if case["redirect_to"] is not None}
        for (target, thing, subject), row in self._outbox.stored.items():
            unsent = row.sent_version == 0 and row.state not in IN_FLIGHT | SETTLED_FOR_GOOD | {"not_needed"}
            left = thing == "message" and subject not in self._belongs
            empty = thing == "case" and subject in emptied
            if unsent and (left or empty):
                self._outbox.change(row, state="not_needed", reason="it belongs to no case any more")
            elif thing == "case" and subject in emptied - joined and row.delivered_version > 0:
                dismiss(self._outbox, target, subject)
            elif left and subject in self._work.deleted and row.sent_version > 0 and row.case_id is not None:
                redact(self._outbox, target, row.case_id, subject)
                if row.case_id in emptied - joined:
                    redact(self._outbox, target, row.case_id)

    def people(self, changed: Iterable[int]) -> None:
        """Write customers again, where they stand, whose golden record changed."""
        profiles = {id_ for customer in changed for id_ in self._work.profiles_of.get(customer, ())}
        for (_, thing, subject), row in self._outbox.stored.items():
            if thing == "profile" and subject in profiles:
                self._outbox.again(row)
            if thing == "person" and subject in changed:
                if row.state == "not_needed":  # by policy; what is known now may be enough
                    self._outbox.change(row, state="pending", wanted_version=row.wanted_version + 1)
                self._outbox.again(row)

    def _targets(self, one: Settled, message: Utterance) -> Iterable[str]:
        row = one.person.rows[message.id]
        seen_by = row.seen_by or [row.connection]
        return {target for connection in seen_by for target in self._work.routes.get(connection, ())}

    def _case_record(self, one: Settled, target: str, stood: Row[Any] | None) -> None:
        foreign = one.row["foreign_target"] == target
        if stood is None:
            ref = one.row["foreign_ref"] if foreign else ""
            self._outbox.add(target, "case", one.row["key"], one.id, one.id, sort=1, ref=ref, look_up=bool(one.others))
        elif (one.changed or _lost_its_beginning(one)) and not foreign:
            self._outbox.again(stood)

    def _person_record(self, customer_id: int, target: str) -> None:
        if (target, "person", customer_id) not in self._outbox.stored:
            key = self._work.customer_keys[customer_id]
            self._outbox.add(target, "person", key, customer_id, None, sort=0)

    def _profile_record(self, profile: int, target: str) -> None:
        if (target, "profile", profile) not in self._outbox.stored:
            key = self._outbox.key(f"profile:{self._work.profile_keys[profile]}")
            self._outbox.add(target, "profile", key, profile, None, sort=0)

    def _message_record(self, one: Settled, target: str, message: Utterance) -> None:
        row = self._outbox.stored.get((target, "message", message.id))
        if one.person.rows[message.id].action_id is not None:
            return
        if row is None:
            if not message.deleted:
                if message.profile is not None and target in self._profiled:
                    self._profile_record(message.profile, target)
                self._outbox.add(
                    target, "message", self._message_key(message), message.id, one.id, sort=micros(message.at)
                )
            return
        if row.state in IN_FLIGHT and not one.person.rows[message.id].fresh:
            return
        if message.deleted and row.sent_version == 0 and row.state not in IN_FLIGHT:
            self._outbox.change(row, state="not_needed", reason=DELETED)
        elif row.delivered_version == 0 and row.state not in IN_FLIGHT | SETTLED_FOR_GOOD:
            # What was tried goes again with the body that is on disk, and what a worker holds may be rendered already:
            # what the message says by now is a further version.
            further = bool(one.person.rows[message.id].fresh and (row.sent_version > 0 or row.owner))
            if further or row.case_id != one.id or row.state == "not_needed":
                version = row.wanted_version + further
                self._outbox.change(row, case_id=one.id, state="pending", wanted_version=version)
        elif one.person.rows[message.id].fresh:
            self._outbox.again(row)


def _lost_its_beginning(one: Settled) -> bool:
    """Tell whether the message that a case is described by was deleted on its network just now."""
    anchor = next((message for message in one.messages if message.key == one.row["anchor"]), None)
    return anchor is not None and anchor.deleted and bool(one.person.rows[anchor.id].fresh)


def _has_people(setup: TargetSetup) -> bool:
    """Tell whether persons go anywhere: some ticket tools know none, and nothing of theirs is to wait for ever."""
    return Thing.PERSON in setup.mappings or not setup.mappings or setup.mode is TargetMode.SHADOW


def _has_profiles(setup: TargetSetup) -> bool:
    """Tell whether authors are records of their own there; the desk, to which a shadow goes, knows none."""
    return Thing.PROFILE in setup.mappings and setup.mode is not TargetMode.SHADOW
