"""The demonstration's week goes into a custom channel, once; an agent answers there, and the answer goes out."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from bridge.errors import Exit
from config.demo import write_project
from tests.adapters.hubspot.accounts import quick
from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.inbox import INBOX
from tests.fakes.hubspot.org import SERVICE_KEY
from tests.fakes.serving import running
from tests.source_tree import ROOT
from tests.weeks.office import Office, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.clock import ShiftedClock

TARGET = """\
    type: hubspot
    mode: live
    persons: create
    publish: true
    token: ${{HUBSPOT_KEY}}
    base_url: {address}
    time_zone: Europe/Berlin
    channel: "1000000"
    channel_account: "7001"
"""
BRAND = {"type": "CHANNEL_SPECIFIC_OPAQUE_ID", "value": "@acme"}
ANSWER = "Ein neuer Router geht heute raus. ^Mia"


@pytest.fixture
def fake(clock: ShiftedClock) -> Fake:
    """Open an account with a channel."""
    fake = Fake(clock, quick())
    fake.inbox.channels["1000000"] = {"id": "1000000", "name": "Social", "webhookUrl": None}
    account = {"id": "7001", "channelId": "1000000", "authorized": True, "deliveryIdentifier": BRAND, "inboxId": INBOX}
    fake.inbox.accounts["7001"] = account
    return fake


@pytest.fixture
def office(fake: Fake, clock: ShiftedClock, tmp_path: Path) -> Iterator[Office]:
    """Set the project up as the page says."""
    folder = tmp_path / "week"
    write_project(folder, clock.now())
    page = (ROOT / "docs" / "targets" / "hubspot.md").read_text(encoding="utf-8")
    mappings = folder / "mappings" / "hubspot"
    mappings.mkdir(parents=True)
    for name in ("person", "case"):
        shutil.copy(ROOT / "mappings" / "hubspot" / f"{name}.yaml", mappings)
    (block,) = [each for each in page.split("```yaml\n") if each.startswith("object: channel_messages")]
    (mappings / "message.yaml").write_text(block.partition("```")[0], encoding="utf-8")
    with running(fake.app) as address:
        connect(folder, TARGET.format(address=address) + "    mappings: mappings/hubspot\n")
        yield Office(folder, clock, {"HUBSPOT_KEY": SERVICE_KEY})


def test_a_week_goes_into_the_channel_once_and_an_answer_comes_back(office: Office, fake: Fake) -> None:
    office.run("check", "--prepare", expect=lambda code: code == Exit.OK)
    office.settle()
    office.balances()
    said = sum(len(thread.messages) for thread in fake.inbox.threads.values())
    assert said == len(office.deliveries(state="delivered", thing="message")) > 10
    fake.calls.clear()
    office.sync()
    assert [call.path for call in fake.calls if call.method == "POST" and call.path.endswith("/messages")] == []
    thread = next(
        one for one in fake.inbox.threads.values() if any("Router kam kaputt" in each["text"] for each in one.messages)
    )
    fake.inbox.answer(thread.id, ANSWER)
    for _ in range(3):
        office.sync()
    assert ANSWER in " ".join(path.read_text("utf-8") for path in (office.folder / "outbox").glob("*.jsonl"))
    office.balances()
    assert fake.notices.outside("acme.example") == []
