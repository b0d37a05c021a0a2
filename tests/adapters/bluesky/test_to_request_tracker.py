"""From a real Bluesky network into a real Request Tracker and back, with processes that are killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.clock import SystemClock
from bridge.engine import sync
from bridge.ledger import ledger
from bridge.runs import SyncOptions
from bridge.verify import verify
from cli import compose
from tests.adapters.bluesky.shop import open_shop
from tests.project import begin, casebridge
from tests.servers import shared

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.request_tracker import RequestTracker

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("bluesky")]

TARGET = """\
  rt:
    type: request_tracker
    mode: live
    publish: true
    hold_seconds: 0
    base_url: {url}
    token: {token}
    user: casebridge
    queues: [Social]
"""
TICKETS = "SELECT id FROM Tickets WHERE Status <> 'deleted'"
SAID = """
SELECT a.id FROM Attachments a JOIN Transactions t ON t.id = a.TransactionId
WHERE t.ObjectType = 'RT::Ticket' AND t.ObjectId = ? AND a.ContentType = 'text/plain'
"""


def in_ticket(server: RequestTracker, ticket: int) -> str:
    """Return all that was said in a ticket."""
    return "\n".join(server.content(row["id"]) for row in server.rows(SAID, ticket))


def killed(folder: Path, after: float) -> None:
    """Begin a sync and kill it so many seconds later."""
    process = begin(folder, "sync", clock=None)
    time.sleep(after)
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    process.close()


def test_customers_read_what_agents_answer_there_once_whoever_is_killed(tmp_path: Path) -> None:
    network, server = shared.bluesky(), shared.request_tracker()
    server.reset()
    server.ahead(timedelta())
    target = TARGET.format(url=server.url, token=server.tokens["casebridge"])
    shop = open_shop(tmp_path / "shop", network, target=target)
    assert casebridge(shop.folder, "sync").returncode == 0
    people = [network.person(name) for name in ("ada", "ben")]
    asked = [
        each.says(f"@{shop.brand.handle} {each.handle} waits for a parcel", mentions=shop.brand) for each in people
    ]
    network.settle()
    moments = random.Random(5)
    for _ in range(2):
        killed(shop.folder, moments.uniform(0.3, 2.0))
    assert casebridge(shop.folder, "sync").returncode == 0
    tickets = [row["id"] for row in server.rows(TICKETS)]
    assert len(tickets) == len(people)
    for ticket in tickets:
        said = in_ticket(server, ticket)
        (person,) = [each for each in people if each.handle in said]
        body = {"Content": f"On its way, {person.handle}!", "ContentType": "text/plain"}
        assert server.call("POST", f"ticket/{ticket}/correspond", body).is_success
    for _ in range(2):
        killed(shop.folder, moments.uniform(0.3, 2.0))
    assert casebridge(shop.folder, "sync").returncode in (0, 1)
    app = compose(shop.folder, SystemClock())
    try:
        sync(app, None, SyncOptions())
        for person, question in zip(people, asked, strict=True):
            assert [each["record"]["text"] for each in person.sees_below(question)] == [f"On its way, {person.handle}!"]
        assert ledger(app).balanced
        report = verify(app, "rt")
        assert report.ok, report
    finally:
        app.close()
    assert len(server.rows(TICKETS)) == len(people)
