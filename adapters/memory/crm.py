"""The far side of the target: a CRM in memory, and the hands of its agents."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias

from adapters.memory.schema import CASE, DEFAULTS, MESSAGE, PERSON
from bridge.nouns import Actor, Answer, CaseEvent, PersonDeleted, PersonMerged, What

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.memory.settings import MemoryTargetSettings
    from bridge.clock import Clock
    from bridge.faults import Faults
    from bridge.nouns import FileContent, Record, Refusal, Written


Happened: TypeAlias = Answer | CaseEvent | PersonMerged | PersonDeleted
"""What the log holds."""
INSTANCE = "memory"
"""Stands in the log for the connection, whose name only the target knows."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One record; changed in place."""

    object: str
    ref: str
    created_at: datetime
    key: str = ""
    parent: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, FileContent] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    changed: int = 0
    """Number of its latest change, of one sequence."""
    changed_at: datetime
    deleted: bool = False
    merged_into: str = ""


@dataclass(slots=True)
class Job:
    """A record taken now and written from ``due_at`` on."""

    record: Record
    due_at: datetime
    outcome: Written | Refusal | None = None


class MemoryCrm:
    """Persons, cases and messages of one tenant. Everything under ``lock`` happens at once for those who look."""

    def __init__(self, settings: MemoryTargetSettings, clock: Clock, faults: Faults) -> None:
        """Start empty."""
        self.settings, self.clock, self.faults = settings, clock, faults
        self.lock = RLock()
        self.rows: dict[str, Row] = {}
        self.log: list[Happened] = []
        self.jobs: dict[str, Job] = {}
        self.amended: set[str] = set()
        """Keys of the amendments that were done."""
        self._by_key: dict[tuple[str, str], str] = {}
        self._numbers: Counter[str] = Counter()
        self._changes = 0

    def by_key(self, object_name: str, key: str) -> Row | None:
        """Return the record under one of our keys."""
        return self.rows.get(self._by_key.get((object_name, key), ""))

    def survivor(self, row: Row) -> Row:
        """Follow merges to the record that stands."""
        while row.merged_into:
            row = self.rows[row.merged_into]
        return row

    def messages(self, case_ref: str) -> list[Row]:
        """Return the standing messages of a case, in the order they came."""
        return [row for row in self.rows.values() if row.parent == case_ref and not row.deleted]

    def changed_since(self, object_name: str, after: int) -> list[Row]:
        """Return the records of an object that changed after a number of the sequence, oldest change first."""
        changed = [row for row in self.rows.values() if row.object == object_name and row.changed > after]
        return sorted(changed, key=lambda row: row.changed)

    def insert(self, object_name: str, fields: dict[str, Any], *, key: str = "", parent: str = "") -> Row:
        """Add a record."""
        now = self.clock.now()
        self._numbers[object_name] += 1
        ref = f"{object_name.lower()}-{self._numbers[object_name]}"
        fields = {
            name: value for name, value in {**DEFAULTS.get(object_name, {}), **fields}.items() if value is not None
        }
        row = Row(object=object_name, ref=ref, key=key, parent=parent, fields=fields, created_at=now, changed_at=now)
        self.rows[ref] = row
        if key:
            self._by_key[object_name, key] = ref
        self.touch(row)
        return row

    def change(self, row: Row, fields: dict[str, Any], actor: Actor, name: str = "") -> None:
        """Set fields (None empties one) and note a change of status."""
        before = row.fields.get("status", "")
        row.fields = {name: value for name, value in {**row.fields, **fields}.items() if value is not None}
        self.touch(row)
        after = row.fields.get("status", "")
        if row.object == CASE and before != after:
            words = {"new": "open"}
            event = self.note_event(row, What.STATUS, actor, words.get(after, after), words.get(before, before))
            self.log[-1] = replace(event, native=after, actor_name=name)

    def touch(self, row: Row) -> None:
        """Give a record the next number of the sequence."""
        self._changes += 1
        row.changed, row.changed_at = self._changes, self.clock.now()

    def note_event(self, case: Row, what: What, actor: Actor, value: str = "", before: str = "") -> CaseEvent:
        """Log an event of a case."""
        event = CaseEvent(
            native_id=f"event-{len(self.log) + 1}",
            case_ref=case.ref,
            at=self.clock.now(),
            what=what,
            value=value,
            before=before,
            actor=actor,
        )
        self.log.append(event)
        return event

    def note_answer(self, message: Row, actor: Actor, *, taken_back: bool = False) -> None:
        """Log that a message was written, or taken back."""
        answer = Answer(
            native_id=message.ref,
            case_ref=message.parent,
            at=self.clock.now(),
            actor=actor,
            actor_name=message.fields.get("author", ""),
            public=bool(message.fields.get("public")),
            text=message.fields.get("text", ""),
            deleted=taken_back,
        )
        self.log.append(answer)

    def say(self, case_ref: str, text: str, *, public: bool, actor: Actor = Actor.AGENT) -> str:
        """Let somebody answer or note in a case; returns the message's ref."""
        with self.lock:
            fields = {"text": text, "author": actor.value, "direction": "out", "public": public}
            row = self.insert(MESSAGE, fields, parent=case_ref)
            self.note_answer(row, actor)
            return row.ref

    def edit(self, message_ref: str, text: str) -> None:
        """Let the agent write an answer anew."""
        with self.lock:
            self.rows[message_ref].fields["text"] = text
            self.note_answer(self.rows[message_ref], Actor.AGENT)

    def take_back(self, message_ref: str) -> None:
        """Let the agent make an answer internal."""
        with self.lock:
            self.rows[message_ref].fields["public"] = False
            self.note_answer(self.rows[message_ref], Actor.AGENT, taken_back=True)

    def remove(self, ref: str, actor: Actor = Actor.AGENT) -> None:
        """Delete a record, a case with its messages; ref and key stay."""
        with self.lock:
            row = self.rows[ref]
            for message in self.messages(ref):
                self.remove(message.ref, actor)
            row.deleted, row.fields, row.files, row.links = True, {}, {}, set()
            self.touch(row)
            if row.object == CASE:
                self.note_event(row, What.DELETED, actor)
            elif row.object == PERSON:
                self.log.append(PersonDeleted(INSTANCE, ref, self.clock.now()))
            else:
                self.note_answer(row, actor, taken_back=True)

    def merge(self, loser_ref: str, winner_ref: str) -> None:
        """Merge two records of one object: messages move, empty fields of the survivor are filled."""
        with self.lock:
            loser, winner = self.rows[loser_ref], self.rows[winner_ref]
            for message in self.messages(loser_ref):
                message.parent = winner_ref
            loser.merged_into = winner_ref
            winner.fields = {**loser.fields, **winner.fields}
            self.touch(loser)
            self.touch(winner)
            if loser.object == CASE:
                self.note_event(loser, What.MERGED, Actor.AGENT, winner_ref)
            else:
                self.log.append(PersonMerged(INSTANCE, loser_ref, winner_ref, self.clock.now()))
