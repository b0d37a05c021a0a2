"""What webhooks brought becomes messages and cases like what is read, once, whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge.engine import sync
from bridge.errors import Exit
from bridge.hooked import inbox_of
from bridge.ledger import ledger
from bridge.runs import SyncOptions
from bridge.store import schema
from bridge.verify import verify
from tests.bridge.outbox.test_faults import dying_at

if TYPE_CHECKING:
    from bridge.app import App
    from tests.web.conftest import Caller

HELP = {"id": "7", "network": "x", "text": "My router is broken, why?", "author": {"id": "55", "handle": "lena_w"}}


def said(app: App, caller: Caller, **changes: object) -> None:
    """Post something that was said just now."""
    assert caller.post(HELP | {"sent_at": app.clock.now().isoformat()} | changes).status_code == 200


def texts(app: App) -> list[str]:
    """Return the stored texts."""
    with app.store.read() as connection:
        return list(
            connection.execute(select(schema.message_text.c.text).order_by(schema.message_text.c.message_id)).scalars()
        )


def test_what_was_said_by_webhook_becomes_a_case_at_the_first_sync(app: App, caller: Caller) -> None:
    said(app, caller)
    for _ in range(2):
        report = sync(app, None, SyncOptions())
        assert report.exit_code is Exit.OK
    assert texts(app) == [HELP["text"]]
    assert len(list(app.targets["desk"].target.keys("Case"))) == 1
    assert inbox_of(app).backlog() == {}
    assert ledger(app).balanced
    assert verify(app, "desk").ok


def test_what_an_export_brings_as_well_is_one_message(app: App, caller: Caller) -> None:
    said(app, caller, sent_at="2026-03-01T10:00:00Z")
    line = '{"id": "7", "network": "x", "text": "My router is broken, why?", "author": {"id": "55"}, "sent_at": "2026-03-01T10:00:00Z"}\n'
    (app.folder / "inbox" / "1.jsonl").write_text(line)
    sync(app, None, SyncOptions())
    assert texts(app) == [HELP["text"]]
    assert ledger(app).balanced


def test_what_cannot_be_understood_is_set_aside_and_stops_nobody(app: App, caller: Caller) -> None:
    for body in (b"{", b"[1]", b"\xff\xfe", b'{"text": "no id"}'):
        assert caller.post(body).status_code == 200
    said(app, caller)
    report = sync(app, None, SyncOptions())
    assert report.exit_code is Exit.SET_ASIDE
    assert report.counts["shop"]["quarantined"] == 4
    assert texts(app) == [HELP["text"]]
    assert inbox_of(app).backlog() == {}
    assert ledger(app).balanced


def test_a_call_that_was_stored_and_not_taken_is_the_same_message(app: App, caller: Caller) -> None:
    said(app, caller)
    sync(app, None, SyncOptions())
    said(app, caller, text="My router is broken, why?", extra={"again": True})
    report = sync(app, None, SyncOptions())
    assert report.counts["shop"]["repeated"] == 1
    assert texts(app) == [HELP["text"]]


@pytest.mark.parametrize("side", ["before_commit", "after_commit"])
def test_a_crash_while_calls_are_taken_stores_each_once(app: App, caller: Caller, side: str) -> None:
    for number in range(3):
        said(app, caller, id=str(number), text=f"My router {number} is broken, why?")
    with dying_at(f"collect.pushed.{side}", 1):
        sync(app, None, SyncOptions())
    sync(app, None, SyncOptions())
    assert sorted(texts(app)) == [f"My router {number} is broken, why?" for number in range(3)]
    assert inbox_of(app).backlog() == {}
    assert ledger(app).balanced
