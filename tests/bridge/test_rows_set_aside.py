"""What cannot be read of a target is set aside as it came; the rest is read, and the reading goes on behind it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from adapters.memory.settings import MemoryTargetSettings
from adapters.memory.target import MemoryTarget
from bridge.clock import ShiftedClock
from bridge.contracts import Surroundings
from bridge.engine import sync
from bridge.errors import Exit
from bridge.ledger import ledger
from bridge.nouns import ActivityPage, Actor, Answer, Attachment, Broken, CasePage, CaseSnapshot, Cursor
from bridge.quarantine import replay
from bridge.rows import each, having
from bridge.runs import SyncOptions
from bridge.store import schema
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.app import App


class Odd(MemoryTarget):
    """A CRM of which one case and one event are not as they should be."""

    def cases(self, after: Cursor) -> Iterator[CasePage]:
        """Yield one case, and one that cannot be read."""
        if not after.value:
            now = datetime.now(UTC)
            fine = CaseSnapshot(ref="1", read_at=now, opened_at=now, last_at=now, subject="A bill")
            odd = Broken("crm tickets 2", "is not as it should be", '{"id":2,"note":"4111 1111 1111 1111"}')
            yield CasePage((fine,), Cursor("read"), broken=(odd,))

    def activity(self, after: Cursor) -> Iterator[ActivityPage]:
        """Yield what cannot be read."""
        yield ActivityPage((), after, broken=(Broken("crm events 3", "is not as it should be", '{"id":3}'),))


def test_both_are_kept_counted_and_stop_nothing(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    put(folder, "1.jsonl", [])
    with closing(compose(folder, ShiftedClock())) as app:
        target = Odd.connect(MemoryTargetSettings(), Surroundings("crm", folder, app.clock))
        crm = replace(app.targets["desk"], name="crm", target=target)
        syncs = {name: replace(one, targets=("crm",)) for name, one in app.syncs.items()}
        beside = replace(app, targets={"crm": crm}, syncs=syncs)
        first = sync(beside, None, SyncOptions())
        assert first.exit_code == Exit.SET_ASIDE
        assert (first.counts["crm"]["foreign_cases"], first.counts["crm"]["quarantined"]) == (1, 1)
        sync(beside, None, SyncOptions())
        sync(beside, None, SyncOptions())
        assert kept(beside) == [
            ("crm tickets 2", '{"id":2,"note":"[card ending 1111]"}', 1),
            ("crm events 3", '{"id":3}', 2),
        ]
        assert ledger(beside).balanced
        replayed = replay(beside, [1], {})
        assert replayed.still_broken[1].startswith("It is of the target crm: mend it there")
        assert "casebridge quarantine drop Q-1" in replayed.still_broken[1]


def kept(app: App) -> list[tuple[str, str, int]]:
    """Return what was set aside: where, what, how often."""
    table = schema.quarantine
    with app.store.read() as connection:
        rows = connection.execute(select(table).order_by(table.c.id)).all()
    return [(row.place, row.raw, row.seen) for row in rows]


def test_rows_of_any_shape_are_read_or_kept() -> None:
    rows = [{"id": 1, "at": "now"}, {"id": 2}, None, "x", ["y"], {"Id": 3, "at": None}]
    good, bad = each(rows, lambda row: [row["at"].upper()], "crm users")
    assert good == ("NOW",)
    assert [(one.where, one.raw) for one in bad] == [
        ("crm users 2", '{"id":2}'),
        ("crm users", "null"),
        ("crm users", '"x"'),
        ("crm users", '["y"]'),
        ("crm users 3", '{"Id":3,"at":null}'),
    ]
    assert bad[0].reason == "is not as it should be: KeyError: 'at'"


@pytest.mark.parametrize("wrong", [{"subject": 7}, {"last_at": "today"}, {"closed_at": 1}, {"text": None}])
def test_what_could_not_be_stored_is_not_taken_for_read(wrong: dict[str, object]) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    fine = CaseSnapshot(ref="1", read_at=now, opened_at=now, last_at=now)
    good, bad = each([{"id": 1}, {"id": 2}], lambda row: [fine if row["id"] == 1 else replace(fine, **wrong)], "crm")  # type: ignore[arg-type] # the point
    assert good == (fine,)
    assert bad[0].where == "crm 2"
    assert next(iter(wrong)) in bad[0].reason


def test_an_attachment_of_no_known_size_is_fine_and_one_of_a_worded_size_is_not() -> None:
    answer = Answer(native_id="1", case_ref="1", at=datetime(2026, 3, 2, tzinfo=UTC), actor=Actor.AGENT)
    sizes: list[Any] = [None, 7, "7 kB"]
    good, bad = each(
        [{"size": size} for size in sizes],
        lambda row: [replace(answer, files=(Attachment(url="u", name="n", size=row["size"]),))],
        "crm",
    )
    assert ([one.files[0].size for one in good], len(bad)) == ([None, 7], 1)


def test_only_rows_that_have_what_is_asked_of_all_at_once_are_asked() -> None:
    assert having([{"id": 1}, {"id": ""}, {"id": None}, {}, None, 7], "id") == [{"id": 1}]
    assert having(None, "id") == having({"id": 1}, "id") == having("id", "id") == []
