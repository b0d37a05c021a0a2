"""What is corrected while its delivery fails stands corrected in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from adapters.desk.target import DeskTarget
from bridge import brakes
from bridge.engine import sync
from bridge.errors import Exit
from bridge.faults import Fault
from bridge.runs import SyncOptions
from bridge.store import schema
from tests.project import put
from tests.shop import make_shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.shop import Shop

AGAIN = {
    "id": "ab",
    "network": "x",
    "text": "Where is my parcel? I wait since Mondya.",
    "sent_at": "2026-03-02T08:05:00Z",
    "author": {"id": "ua", "handle": "user_a"},
    "answers": ["a"],
}
CORRECTED = AGAIN | {"text": "Where is my parcel? I wait since Monday.", "edited_at": "2026-03-02T08:06:00Z"}


def sync_in_trouble(shop: Shop, fault: Fault, times: int) -> Exit:
    with shop.app() as app:
        desk = app.targets["desk"].target
        assert isinstance(desk, DeskTarget)
        desk.faults.next(fault, times=times)
        return sync(app, None, SyncOptions()).exit_code


@pytest.mark.parametrize(("fault", "times"), [(Fault.TIMEOUT_BEFORE_COMMIT, 20), (Fault.PARTIAL_REFUSAL, 1)])
def test_a_message_that_failed_before_its_correction_came_is_delivered_corrected(
    fault: Fault, times: int, tmp_path: Path
) -> None:
    shop = make_shop(tmp_path / "shop")
    put(shop.folder, "1.jsonl", [AGAIN | {"id": "a", "answers": [], "sent_at": "2026-03-02T08:00:00Z"}])
    shop.sync()
    put(shop.folder, "2.jsonl", [AGAIN])
    assert sync_in_trouble(shop, fault, times) != Exit.OK
    put(shop.folder, "3.jsonl", [CORRECTED])
    shop.clock.sleep(900)
    assert shop.sync().exit_code == Exit.OK
    (case,) = shop.desk().values()
    assert [text for text, _ in case] == [AGAIN["text"], CORRECTED["text"]]
    shop.is_whole()


def test_a_correction_is_a_further_version_of_what_another_worker_holds_already(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    with shop.app() as app:
        brakes.pause(app.store, brakes.DELIVER, "desk", by="", reason="", now=shop.clock.now())
    put(shop.folder, "1.jsonl", [AGAIN])
    shop.sync()
    with shop.app() as app, app.store.write("test") as connection:
        connection.execute(schema.delivery.update().values(owner="elsewhere/1/1/1"))
    put(shop.folder, "2.jsonl", [CORRECTED])
    shop.sync()
    delivery = schema.delivery.c
    with shop.app() as app, app.store.read() as connection:
        query = select(delivery.wanted_version).where(delivery.thing == "message")
        assert connection.execute(query).scalar_one() == 2
