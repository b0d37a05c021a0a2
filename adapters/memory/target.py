"""The CRM in memory as a target."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from adapters.memory import parse, writing
from adapters.memory.crm import Job, MemoryCrm
from adapters.memory.schema import CASE, KEY_FIELD, PERSON, SCHEMA
from adapters.memory.settings import MemoryTargetSettings
from bridge.contracts import Idempotency, Strategy, Target
from bridge.errors import ConfigError, Refused
from bridge.faults import Fault, Faults
from bridge.nouns import (
    Accepted,
    Account,
    ActivityPage,
    Budget,
    CasePage,
    Cursor,
    Finding,
    Found,
    Outcome,
    Page,
    PersonDeleted,
    PersonMerged,
    Presence,
    Refusal,
    Step,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pydantic import BaseModel

    from adapters.memory.crm import Happened, Row
    from bridge.contracts import Surroundings
    from bridge.nouns import Amendment, KeyField, ObjectSchema, Record

LOST = Unknown("no answer in time (played fault)")
PAGE = 20
SLOWEST_CALL = timedelta(seconds=5)
"""A write may reach the CRM that much later than its caller noted."""
_AT_ONCE = Idempotency(Strategy.UPSERT_BY_KEY, settle_after=timedelta(0))


class MemoryTarget(Target):
    """Delivers into a ``MemoryCrm``; messages of one case one at a time, as most tools want it."""

    settings_model = MemoryTargetSettings
    idempotency: ClassVar[Mapping[str, Idempotency]] = dict.fromkeys(SCHEMA, _AT_ONCE)
    publish_gesture = "Call MemoryCrm.say with public=True."
    live_by_nature = False

    def __init__(self, name: str, crm: MemoryCrm) -> None:
        """Write into ``crm``, which tests fill and watch."""
        self.name, self.crm = name, crm

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> MemoryTarget:
        """Return a target on an empty CRM of its own."""
        if not isinstance(settings, MemoryTargetSettings):
            message = f"The memory target takes MemoryTargetSettings, not {type(settings).__name__}."
            raise ConfigError(message)
        faults = Faults(settings.faults, seed=settings.faults_seed)
        return cls(surroundings.name, MemoryCrm(settings, surroundings.clock, faults))

    def check(self) -> Account:
        """Say how many records there are."""
        return Account(name=self.name, findings=(Finding(ok=True, text=f"{len(self.crm.rows)} records in memory"),))

    def close(self) -> None:
        """Do nothing: nothing was opened."""

    def schema(self, object_name: str) -> ObjectSchema:
        """Describe Person, Case or Message."""
        if object_name not in SCHEMA:
            message = f"{self.name} has no object {object_name!r}; it has: {', '.join(SCHEMA)}."
            raise ConfigError(message)
        return SCHEMA[object_name]

    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:  # noqa: ARG002 - nothing to create
        """Say that the key fields are there from the beginning."""
        manual = f"Write key: {KEY_FIELD} in the mapping."
        return [
            Step(
                f"{each.object}.{each.field}",
                done=each.field == KEY_FIELD,
                manual="" if each.field == KEY_FIELD else manual,
            )
            for each in wanted
        ]

    def contacts(self, after: Cursor) -> Iterator[Page]:
        """Yield persons that changed after the cursor."""
        self.crm.faults.before_call(self.name)
        rows = self.crm.changed_since(PERSON, _position(after))
        for some, more in _cut(rows):
            events = tuple(parse.person_event(row, self.name) for row in some)
            yield Page(events, Cursor(str(some[-1].changed)), more)

    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield cases that we did not make and that changed after the cursor; at first only open ones."""
        self.crm.faults.before_call(self.name)
        now = self.crm.clock.now()
        for some, more in _cut(self.crm.changed_since(CASE, _position(after))):
            snapshots = [parse.snapshot(self.crm, row, now) for row in some if not row.key]
            wanted = tuple(each for each in snapshots if after.value or not each.closed_at)
            yield CasePage(wanted, Cursor(str(some[-1].changed)), more)

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Write a batch at once; a refused record leaves no trace."""
        self.schema(object_name)
        if len(records) > self.crm.settings.batch:
            message = f"{self.name} takes {self.crm.settings.batch} records at once; nothing was written."
            raise Refused(message)
        self._before_writing()
        if self.crm.faults.happens(Fault.LOST_REQUEST):
            return [LOST] * len(records)
        with self.crm.lock:
            self._work_jobs()
            job = self.crm.faults.happens(Fault.JOB)
            outcomes = self._take(records) if job else self._write(records)
        lost = self.crm.faults.happens(Fault.TIMEOUT_AFTER_COMMIT)
        return [LOST] * len(records) if lost else outcomes

    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Say what became of accepted records."""
        self.crm.faults.before_call(self.name)
        with self.crm.lock:
            self._work_jobs()
            return [self._job_outcome(job) for job in jobs]

    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
        """Search by key; blind to records younger than the search lag."""
        self.schema(object_name)
        self.crm.faults.before_call(self.name)
        lag, now = timedelta(seconds=self.crm.settings.search_lag), self.crm.clock.now()
        settle = lag + timedelta(seconds=self.crm.settings.job_delay)
        unsure = bool(settle) and now < not_before + settle + SLOWEST_CALL
        missing = Found(Presence.UNSURE if unsure else Presence.ABSENT)
        with self.crm.lock:
            self._work_jobs()
            rows = {key: self.crm.by_key(object_name, key) for key in keys}
            seen = {key: row for key, row in rows.items() if row and row.created_at <= now - lag}
            return {key: parse.found(self.crm, seen[key]) if key in seen else missing for key in keys}

    def keys(self, object_name: str) -> Iterator[str]:
        """Yield the keys of all records that were not deleted; a merged one stands in its survivor."""
        self.schema(object_name)
        with self.crm.lock:
            self._work_jobs()
            rows = [row for row in self.crm.rows.values() if row.object == object_name and row.key]
        return (row.key for row in rows if not row.deleted)

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Do one-shot changes at once."""
        self._before_writing()
        if self.crm.faults.happens(Fault.LOST_REQUEST):
            return [LOST] * len(amendments)
        with self.crm.lock:
            outcomes: list[Outcome] = [writing.amend(self.crm, each) for each in amendments]
        lost = self.crm.faults.happens(Fault.TIMEOUT_AFTER_COMMIT)
        return [LOST] * len(amendments) if lost else outcomes

    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield what happened after the cursor, with one item of overlap."""
        self.crm.faults.before_call(self.name)
        position = _position(after)
        while position < len(self.crm.log):
            end = min(position + PAGE, len(self.crm.log))
            items = tuple(self._named(item) for item in self.crm.log[max(position - 1, 0) : end])
            yield ActivityPage(items, Cursor(str(end)), more=end < len(self.crm.log))
            position = end

    def activity_head(self) -> Cursor:
        """Return the cursor after everything that has happened."""
        return Cursor(str(len(self.crm.log)))

    def budget(self) -> Budget:
        """Return the batch size; there are no other limits."""
        return Budget(batch=self.crm.settings.batch)

    def _before_writing(self) -> None:
        self.crm.faults.before_call(self.name)
        self.crm.faults.before_commit(self.name)

    def _write(self, records: Sequence[Record]) -> list[Outcome]:
        played = bool(records) and self.crm.faults.happens(Fault.PARTIAL_REFUSAL)
        refused = self.crm.faults.pick(len(records)) if played else -1
        refusal = Refusal("refused for once (played fault)", code="played")
        return [refusal if n == refused else writing.write(self.crm, record) for n, record in enumerate(records)]

    def _take(self, records: Sequence[Record]) -> list[Outcome]:
        due_at = self.crm.clock.now() + timedelta(seconds=self.crm.settings.job_delay)
        numbers = [f"job-{len(self.crm.jobs) + n}" for n in range(1, len(records) + 1)]
        self.crm.jobs |= {number: Job(record, due_at) for number, record in zip(numbers, records, strict=True)}
        return [Accepted(number) for number in numbers]

    def _work_jobs(self) -> None:
        now = self.crm.clock.now()
        for job in self.crm.jobs.values():
            if job.outcome is None and job.due_at <= now:
                job.outcome = writing.write(self.crm, job.record)

    def _job_outcome(self, number: str) -> Outcome:
        job = self.crm.jobs.get(number)
        if job is None:
            return Refusal(f"there is no job {number}", code="not_found")
        return job.outcome or Accepted(number)

    def _named(self, item: Happened) -> Happened:
        return replace(item, instance=self.name) if isinstance(item, (PersonMerged, PersonDeleted)) else item


def _position(cursor: Cursor) -> int:
    return int(cursor.value or 0)


def _cut(rows: list[Row]) -> Iterator[tuple[list[Row], bool]]:
    for start in range(0, len(rows), PAGE):
        yield rows[start : start + PAGE], start + PAGE < len(rows)
