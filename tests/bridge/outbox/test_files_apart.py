"""Tools that take files in calls of their own: what the record arrived without is brought later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.memory.target import MemoryTarget
from bridge.nouns import Accepted, Unknown, Written
from bridge.outbox.again import deliver_again
from bridge.store import schema
from tests.bridge.outbox.world import make_world

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.nouns import Outcome, Record
    from bridge.store.store import Store

DIGEST = "ab" * 32


class FilesApartTarget(MemoryTarget):
    """Takes files after their record, and is lost in between once for each new record."""

    def _write(self, records: Sequence[Record]) -> list[Outcome]:
        bare = [record if record.ref else replace(record, files=()) for record in records]
        written = zip(records, super()._write(bare), strict=True)
        return [self._ends(each) if record.files and not record.ref else each for record, each in written]

    def _ends(self, _written: Outcome) -> Outcome:
        return Unknown("the connection broke off before the files")


class JobsWithoutFilesTarget(FilesApartTarget):
    """Takes new records by jobs, which carry no files."""

    def settle(self, jobs: Sequence[str]) -> list[Outcome]:
        """Say that they are done."""
        return [Written(job, created=True) for job in jobs]

    def _ends(self, written: Outcome) -> Outcome:
        assert isinstance(written, Written)
        return Accepted(written.ref)


@pytest.mark.parametrize("kind", [FilesApartTarget, JobsWithoutFilesTarget])
def test_files_that_a_record_arrived_without_are_brought_once_it_is_known_to_stand(
    kind: type[MemoryTarget], store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    world = make_world(store, clock, tmp_path, kind)
    message = world.message(world.case(0), 0)
    row = {"message_id": message, "position": 0, "state": "fetched", "sha256": DIGEST, "mime": "image/png", "size": 3}
    world.insert(schema.attachment, {"url": "", "path": "", "name": "photo.png", "reason": "", **row})
    world.deliver_all()
    (record,) = world.standing("Message")
    assert record.files.keys() == {DIGEST}
    assert world.states() == {"delivered"}


def test_a_file_that_comes_while_another_worker_holds_its_message_is_a_further_version(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    world = make_world(store, clock, tmp_path)
    held, free = (world.message(world.case(0), 0) for _ in range(2))
    world.update(schema.delivery, schema.delivery.c.subject_id == held, owner="elsewhere/1/1/1")
    with store.write("test") as connection:
        deliver_again(connection, {held, free})
    assert [world.row("message", each).wanted_version for each in (held, free)] == [2, 1]
