"""The desk as a target."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from adapters.desk import activity, amending, foreign, jobs, people, records
from adapters.desk.agent import Desk
from adapters.desk.database import Database
from adapters.desk.schema import KEY_FIELD, OBJECTS, object_schema, objects
from adapters.desk.settings import DeskSettings, played_faults
from adapters.desk.writing import AUTOMATION, Writer
from bridge.contracts import Idempotency, Strategy, Target
from bridge.errors import CasebridgeError, ConfigError, Refused
from bridge.faults import Fault, Faults, parse_rates
from bridge.nouns import (
    Account,
    Budget,
    Finding,
    Found,
    Outcome,
    Presence,
    Record,
    Refusal,
    Retry,
    Step,
    Unknown,
    Written,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import BaseModel

    from bridge.clock import Clock
    from bridge.contracts import Surroundings
    from bridge.nouns import ActivityPage, Amendment, CasePage, Cursor, KeyField, ObjectSchema, Page

BATCH = 200
SLOWEST_CALL = timedelta(seconds=5)
"""A write may reach the desk that much later than its caller noted."""
_AT_ONCE = Idempotency(Strategy.UPSERT_BY_KEY, settle_after=timedelta(0))


class DeskTarget(Target):
    """Delivers into the desk's file. Where ``search_lag`` or ``job_delay`` are set, ``find`` says UNSURE that long."""

    settings_model = DeskSettings
    idempotency: ClassVar[Mapping[str, Idempotency]] = dict.fromkeys(OBJECTS, _AT_ONCE)
    publish_gesture = "Reply in public: casebridge desk reply CASE TEXT."
    live_by_nature = False
    ordered_batches = True

    def __init__(self, name: str, database: Database, settings: DeskSettings, clock: Clock, faults: Faults) -> None:
        """Use ``connect``; ``faults`` can be told to let single calls fail."""
        self.name, self.faults = name, faults
        self._database, self._settings, self._clock = database, settings, clock
        self._objects = objects(settings.custom_fields)
        self._lag = timedelta(seconds=settings.search_lag)
        self._settle = timedelta(seconds=settings.search_lag + settings.job_delay)

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> DeskTarget:
        """Return the desk of a project; opens nothing. Adds faults from the environment."""
        if not isinstance(settings, DeskSettings):
            message = f"The desk takes DeskSettings, not {type(settings).__name__}."
            raise ConfigError(message)
        played = played_faults()
        rates = settings.faults | parse_rates(played.faults)
        faults = Faults(rates, seed=settings.faults_seed if played.faults_seed is None else played.faults_seed)
        database = Database(surroundings.folder / settings.path)
        return cls(surroundings.name, database, settings, surroundings.clock, faults)

    def agent(self) -> Desk:
        """Return the desk as its agents use it."""
        return Desk(self._database, self._clock, self._settings, self._objects)

    def mailed(self, case_ref: str) -> list[str]:
        """Return what automations said to the requester of a case in public; the desk itself sends no mail."""
        shown = self.agent().show(case_ref)["messages"]
        return [each["text"] for each in shown if each.get("public") and each.get("author") == AUTOMATION]

    def check(self) -> Account:
        """Open the file for writing; say which faults are played."""
        try:
            with self._database.write():
                finding = Finding(ok=True, text=f"{self._database.path} can be written")
        except CasebridgeError as error:
            remedy = "Give another path in the target's settings, or repair this one."
            finding = Finding(ok=False, text=str(error), remedy=remedy)
        played = ", ".join(f"{fault} {rate:g}" for fault, rate in self.faults.rates.items())
        faults = (Finding(ok=True, text=f"told to fail: {played}"),) if played else ()
        return Account(name=f"desk {self._database.path.name}", findings=(finding, *faults))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def schema(self, object_name: str) -> ObjectSchema:
        """Describe Person, Case or Message, with custom fields."""
        return object_schema(self._objects, object_name)

    def prepare(self, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:  # noqa: ARG002 - nothing to create
        """Say that the key fields are there from the beginning."""
        return [_step(self.schema(each.object), each.field) for each in wanted]

    def contacts(self, after: Cursor) -> Iterator[Page]:
        """Yield the desk's persons; those that carry our key are echoes."""
        self.faults.before_call(self.name)
        return people.pages(self._database, after, self.name)

    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield open cases that we did not make, later those that changed, closed or went."""
        self.faults.before_call(self.name)
        return foreign.pages(self._database, after, self._clock.now())

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Write at most 200 records in one transaction; a refused one leaves no trace."""
        schema = self.schema(object_name)
        if len(records) > BATCH:
            message = f"The desk takes {BATCH} records at once, not {len(records)}; nothing was written."
            raise Refused(message)
        self.faults.before_call(self.name)
        self.faults.before_commit(self.name)
        if self.faults.happens(Fault.LOST_REQUEST):
            return [Unknown("no answer in time (played fault)")] * len(records)
        self._work_jobs()
        outcomes = self._take(records) if self.faults.happens(Fault.JOB) else self._write(schema, records)
        if self.faults.happens(Fault.TIMEOUT_AFTER_COMMIT):
            return [Unknown("no answer in time (played fault)")] * len(records)
        return outcomes

    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Say what became of accepted records."""
        self.faults.before_call(self.name)
        self._work_jobs()
        with self._database.read() as connection:
            return [_job_outcome(connection, job) for job in jobs]

    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
        """Search by key; blind to records younger than ``search_lag``."""
        self.schema(object_name)
        self.faults.before_call(self.name)
        self._work_jobs()
        now = self._clock.now()
        unsure = bool(self._settle) and now < not_before + self._settle + SLOWEST_CALL
        missing = Found(Presence.UNSURE if unsure else Presence.ABSENT)
        with self._database.read() as connection:
            rows = {key: records.by_key(connection, object_name, key) for key in keys}
            visible = {key: row for key, row in rows.items() if row and row.created_at <= now - self._lag}
            return {key: _found(connection, visible[key]) if key in visible else missing for key in keys}

    def keys(self, object_name: str) -> Iterator[str]:
        """Yield the keys of all records that stand."""
        self.schema(object_name)
        self._work_jobs()
        with self._database.read() as connection:
            return iter(list(records.keys(connection, object_name)))

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Do one-shot changes in one transaction."""
        self.faults.before_call(self.name)
        self.faults.before_commit(self.name)
        if self.faults.happens(Fault.LOST_REQUEST):
            return [Unknown("no answer in time (played fault)")] * len(amendments)
        now = self._clock.now()
        with self._database.write() as connection:
            outcomes: list[Outcome] = [amending.amend(connection, each, now) for each in amendments]
        if self.faults.happens(Fault.TIMEOUT_AFTER_COMMIT):
            return [Unknown("no answer in time (played fault)")] * len(amendments)
        return outcomes

    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield what happened after the cursor; nothing is left out, nothing comes twice."""
        self.faults.before_call(self.name)
        self._work_jobs()
        return activity.pages(self._database, after, self.name)

    def activity_head(self) -> Cursor:
        """Return the cursor after everything that has happened."""
        return activity.head(self._database)

    def budget(self) -> Budget:
        """Return the batch size; there are no other limits."""
        return Budget(batch=BATCH)

    def _write(self, schema: ObjectSchema, records: Sequence[Record]) -> list[Outcome]:
        refused = self.faults.pick(len(records)) if records and self.faults.happens(Fault.PARTIAL_REFUSAL) else -1
        with self._database.write() as connection:
            writer = self._writer(connection, schema)
            return [
                Refusal("refused for once (played fault)", code="played") if index == refused else writer.write(record)
                for index, record in enumerate(records)
            ]

    def _take(self, records: Sequence[Record]) -> list[Outcome]:
        due_at = self._clock.now() + timedelta(seconds=self._settings.job_delay)
        parents: set[str] = set()
        outcomes: list[Outcome] = []
        with self._database.write() as connection:
            for record in records:
                waits = record.parent and record.parent in parents
                outcomes.append(Retry(0, "after the job before") if waits else jobs.take(connection, record, due_at))
                parents.add(record.parent)
        return outcomes

    def _work_jobs(self) -> None:
        now = self._clock.now()
        with self._database.read() as connection:
            due = jobs.pending(connection, now)
        if due:
            with self._database.write() as connection:
                jobs.work(connection, now, lambda record: self._written(connection, record))

    def _written(self, connection: sqlite3.Connection, record: Record) -> Written | Refusal:
        return self._writer(connection, self.schema(record.object)).write(record)

    def _writer(self, connection: sqlite3.Connection, schema: ObjectSchema) -> Writer:
        return Writer(connection, schema, self._clock.now().astimezone(UTC), self._settings.auto_reply)


_job_outcome = jobs.outcome


def _step(schema: ObjectSchema, field: str) -> Step:
    if field == KEY_FIELD:
        return Step(f"{schema.name}.{field} is there", done=True)
    manual = f"Write key: {KEY_FIELD} in the mapping of {OBJECTS[schema.name]}."
    return Step(f"{schema.name}.{field} cannot be a key", done=False, manual=manual)


def _found(connection: sqlite3.Connection, row: records.Row) -> Found:
    standing = records.survivor(connection, row)
    return Found(
        Presence.FOUND,
        ref=row.ref,
        refs=(row.ref,),
        deleted=standing.deleted_at is not None,
        merged_into=standing.ref if row.merged_into else "",
        fields={**row.fields, KEY_FIELD: row.key},
        parent=row.parent,
    )
