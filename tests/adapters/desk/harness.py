"""The desk for the conformance suite, read past the adapter through SQLite."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.desk.settings import DeskSettings
from adapters.desk.target import SLOWEST_CALL, DeskTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.faults import Fault
from bridge.nouns import Thing
from tests.conformance.harness import FarRecord, Trouble
from tests.conformance.ticket_samples import OBJECTS, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAULTS = {
    Trouble.UNAUTHORISED: Fault.UNAUTHORISED,
    Trouble.RATE_LIMITED: Fault.RATE_LIMIT,
    Trouble.UNREACHABLE: Fault.TIMEOUT_BEFORE_COMMIT,
    Trouble.LOST_REQUEST: Fault.LOST_REQUEST,
    Trouble.LOST_RESPONSE: Fault.TIMEOUT_AFTER_COMMIT,
    Trouble.JOB: Fault.JOB,
}
LAG = 30


class DeskHarness:
    """A desk in an empty folder."""

    samples = SAMPLES
    secrets = ()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
        self.target = self._connected()

    def far(self, object_name: str) -> list[FarRecord]:
        if not (self.folder / "desk.db").exists():
            return []
        with closing(sqlite3.connect(self.folder / "desk.db")) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(
                "SELECT * FROM record WHERE object = ? ORDER BY number", (object_name,)
            ).fetchall()
            return [_far(connection, row) for row in rows]

    def provoke(self, trouble: Trouble) -> None:
        if trouble is Trouble.JOB:
            self._reconnect(job_delay=5)
        self.target.faults.next(FAULTS[trouble])

    def lag(self) -> timedelta:
        self._reconnect(search_lag=LAG)
        return timedelta(seconds=LAG) + SLOWEST_CALL

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        agent = self.target.agent()
        return agent.reply(case_ref, text) if public else agent.note(case_ref, text)

    def take_back(self, answer_id: str) -> None:
        self.target.agent().make_internal(answer_id)

    def status(self, case_ref: str, *, closed: bool) -> None:
        self.target.agent().set_status(case_ref, "closed" if closed else "open")

    def delete(self, thing: Thing, ref: str) -> None:  # noqa: ARG002 - a ref says what it is
        self.target.agent().delete(ref)

    def merge(self, thing: Thing, loser: str, winner: str) -> None:
        agent = self.target.agent()
        (agent.merge_cases if thing is Thing.CASE else agent.merge_persons)(loser, winner)

    def foreign_case(self, subject: str, permalink: str) -> str:
        return self.target.agent().create(subject, text=f"See {permalink} please")

    def foreign_person(self, name: str, email: str) -> str:
        return self.target.agent().create_person(name=name, email=email)

    def _reconnect(self, **settings: Any) -> None:  # noqa: ANN401 - values of any setting
        self.target.close()
        self.target = self._connected(**settings)

    def _connected(self, **settings: Any) -> DeskTarget:  # noqa: ANN401 - values of any setting
        return DeskTarget.connect(DeskSettings(**settings), Surroundings("desk", self.folder, self.clock, OBJECTS))


@contextmanager
def target(folder: Path) -> Iterator[DeskHarness]:
    """Give an empty desk."""
    harness = DeskHarness(folder)
    try:
        yield harness
    finally:
        harness.target.close()


def _far(connection: sqlite3.Connection, row: sqlite3.Row) -> FarRecord:
    fields = json.loads(row["fields"])
    ref = row["ref"]
    messages = connection.execute("SELECT fields FROM record WHERE parent = ?", (ref,))
    notes = [message for message in (json.loads(each["fields"]) for each in messages) if message.get("public") is False]
    links = connection.execute("SELECT a, b FROM link WHERE ? IN (a, b)", (ref,)).fetchall()
    files = connection.execute("SELECT name FROM file WHERE record = ? ORDER BY name", (ref,)).fetchall()
    return FarRecord(
        ref=ref,
        key=row["key"] or "",
        fields=fields,
        parent=row["parent"],
        notes=tuple(note.get("text", "") for note in notes),
        tags=tuple(fields.get("tags", ())),
        links=tuple(sorted({end for link in links for end in link} - {ref})),
        closed=fields.get("status") == "closed",
        deleted=row["deleted_at"] is not None,
        files=tuple(name for (name,) in files),
    )
