"""The server dies, restarts and is written to by two at once: no ticket twice, no message twice."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import TYPE_CHECKING

import pytest

from bridge.errors import Transient
from bridge.nouns import Presence, Unknown, Written
from tests.adapters.request_tracker.servers import message, place, refs, ticket

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Outcome, Record
    from tests.adapters.request_tracker.servers import Place

pytestmark = pytest.mark.real


def killed_while_writing(here: Place, records: list[Record], after: float) -> list[Outcome]:
    """Write a batch and kill the server in the middle of it; start it again."""
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(here.target.write, records[0].object, records)
        sleep(after)
        here.server.stop(signal.SIGKILL)
        try:
            outcomes = written.result()
        except Transient:
            outcomes = [Unknown()] * len(records)
        here.server.start()
    return outcomes


@pytest.mark.parametrize("after", [0.3, 0.9, 1.8])
def test_tickets_stand_once_after_the_server_was_killed_in_a_batch(here: Place, after: float) -> None:
    records = [ticket(n) for n in range(10)]
    killed_while_writing(here, records, after)
    found = here.target.find("Ticket", {each.key: "" for each in records}, here.clock.now())
    stood = {key for key, each in found.items() if each.presence is Presence.FOUND}
    outcomes = here.target.write("Ticket", records)
    assert {
        record.key
        for record, each in zip(records, outcomes, strict=True)
        if isinstance(each, Written) and not each.created
    } == stood
    assert sorted(here.target.keys("Ticket")) == sorted(each.key for each in records)


@pytest.mark.parametrize("after", [0.3, 0.9, 1.8])
def test_messages_stand_once_and_in_order_after_the_server_was_killed_in_a_batch(here: Place, after: float) -> None:
    (case,) = refs(here.target, ticket(1))
    records = [message(n, case) for n in range(10)]
    killed_while_writing(here, records, after)
    again = here.target.write("Transaction", records)
    assert all(isinstance(each, Written) for each in again)
    said = here.server.rows("SELECT Data FROM Transactions WHERE Type = 'Comment' ORDER BY id")
    assert [row["Data"].strip() for row in said] == [f"[{each.key}]" for each in records]


def test_two_workers_of_one_store_never_write_the_same_key(here: Place, tmp_path: Path) -> None:
    """The outbox gives a record to one worker at a time; side by side they do not disturb each other."""
    other = place(here.server, tmp_path)
    (case, second) = refs(here.target, ticket(1), ticket(2))
    halves = [[message(n, case) for n in range(8)], [message(n, second) for n in range(8, 16)]]
    with ThreadPoolExecutor(2) as pool:
        written = list(
            pool.map(
                lambda pair: pair[0].write("Transaction", pair[1]),
                zip((here.target, other.target), halves, strict=True),
            )
        )
    assert all(isinstance(each, Written) for outcomes in written for each in outcomes)
    assert len(list(here.target.keys("Transaction"))) == len(set(here.target.keys("Transaction"))) == 16
    other.target.close()
