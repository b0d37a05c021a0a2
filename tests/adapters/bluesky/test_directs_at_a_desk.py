"""Direct messages from the customer to the desk and back, against the pretend service: no real network of tests has one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select

from adapters.bluesky.client import Client
from adapters.bluesky.publisher import BlueskyPublisher
from adapters.bluesky.source import BlueskySource
from bridge.clock import FixedClock
from bridge.engine import sync
from bridge.ledger import ledger
from bridge.runs import SyncOptions
from bridge.store import schema
from bridge.verify import verify
from cli import compose
from tests.adapters.bluesky.harness import START
from tests.adapters.bluesky.shop import DESK, HOLD, PROJECT
from tests.bad_input.project import MAPPINGS, TRIAGE
from tests.fakes.bluesky.app import PASSWORD, Bluesky
from tests.fakes.carried import Carried

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.desk.agent import Desk
    from bridge.app import App
    from tests.fakes.bluesky.world import Person


class Wire(httpx.BaseTransport):
    """A wire that may lose the answer to the next message that is sent."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        """Lose nothing yet."""
        self._inner, self.loses = inner, False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call, and maybe lose the answer."""
        response = self._inner.handle_request(request)
        if self.loses and request.url.path.endswith("sendMessage"):
            self.loses = False
            raise httpx.ReadTimeout("timed out", request=request)
        return response


class Shop:
    """A brand that is written to in private, and answers at its desk."""

    def __init__(self, folder: Path) -> None:
        """Open it."""
        self.clock = FixedClock(START)
        self.far = Bluesky(self.clock)
        self.ada = self.far.world.person("Ada")
        self.wire = Wire(Carried(self.far.app, self.clock))
        self.app = self._composed(folder)
        self.sync()

    @property
    def desk(self) -> Desk:
        """Return an agent's hands."""
        hands: Desk = self.app.targets["desk"].target.agent()  # type: ignore[attr-defined] # the desk lends them
        return hands

    def _composed(self, folder: Path) -> App:
        (folder / "mappings" / "desk").mkdir(parents=True)
        places = {"appview": "https://public.api.bsky.app", "plc": "https://plc.directory"}
        settings = "    direct_messages: true\n"
        project = PROJECT.format(handle=self.far.brand.handle, settings=settings, **places)
        (folder / "casebridge.yaml").write_text(project + DESK.format(hold=HOLD))
        (folder / ".env").write_text(f"BLUESKY_PASSWORD={PASSWORD}\n")
        (folder / "triage.yaml").write_text(TRIAGE)
        for thing, mapping in MAPPINGS.items():
            (folder / "mappings" / "desk" / f"{thing}.yaml").write_text(mapping)
        app = compose(folder, self.clock)
        source = app.sources["bluesky"].source
        assert isinstance(source, BlueskySource)
        source.client = Client(source.settings, source.around, self.wire)
        setup = replace(app.sources["bluesky"], publisher=BlueskyPublisher.beside(source))
        return replace(app, sources={"bluesky": setup})

    def sync(self) -> None:
        """Sync once."""
        sync(self.app, None, SyncOptions())

    def answers(self, text: str) -> None:
        """Let an agent answer in the one case, and the answer go."""
        (case,) = self.desk.list()
        self.desk.reply(case["ref"], text)
        self.sync()
        self.clock.forward(timedelta(seconds=HOLD + 1))
        self.sync()

    def said(self, person: Person) -> list[str]:
        """Return what somebody reads in the conversation with the brand."""
        (convo,) = [name for name, each in self.far.chat.convos.items() if each is person]
        return [each["text"] for each in self.far.chat.messages[convo]]

    def actions(self) -> list[Any]:
        """Return what was to be done."""
        with self.app.store.read() as connection:
            return list(connection.execute(select(schema.action).order_by(schema.action.c.id)))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop that is open."""
    opened = Shop(tmp_path / "shop")
    yield opened
    opened.app.close()


def test_a_direct_message_becomes_a_case_and_the_answer_goes_into_the_conversation(shop: Shop) -> None:
    shop.far.chat.say(shop.ada, "My number is 4711, where is my parcel?")
    shop.sync()
    (case,) = shop.desk.list()
    assert "My number is 4711" in str(shop.desk.show(case["ref"]))
    shop.answers("It is on its way, Ada!")
    assert shop.said(shop.ada) == ["My number is 4711, where is my parcel?", "It is on its way, Ada!"]
    shop.sync()
    shop.sync()
    assert [(row.state, row.public) for row in shop.actions()] == [("sent", False)]
    assert len(shop.desk.list()) == 1
    assert not [uri for uri in shop.far.world.records if shop.far.brand.did in uri], "nothing is said in public"
    assert ledger(shop.app).balanced
    assert verify(shop.app, "desk").ok


def test_an_answer_whose_answer_was_lost_is_found_in_the_conversation_and_not_sent_again(shop: Shop) -> None:
    shop.far.chat.say(shop.ada, "Where is my parcel?")
    shop.sync()
    shop.wire.loses = True
    shop.answers("On its way!")
    assert [row.state for row in shop.actions()] == ["unknown"]
    shop.clock.forward(timedelta(minutes=3))
    shop.sync()
    shop.sync()
    assert [row.state for row in shop.actions()] == ["sent"]
    assert shop.said(shop.ada) == ["Where is my parcel?", "On its way!"]
    assert len(shop.desk.list()) == 1


def test_what_the_brand_writes_in_its_app_answers_the_case(shop: Shop) -> None:
    shop.far.chat.say(shop.ada, "Where is my parcel?")
    shop.far.chat.say(shop.far.brand, "On its way!", to=shop.ada)
    shop.sync()
    (case,) = shop.desk.list()
    assert "On its way!" in str(shop.desk.show(case["ref"]))


def test_who_takes_no_messages_any_more_is_not_answered_and_the_agent_reads_why(shop: Shop) -> None:
    shop.far.chat.say(shop.ada, "Where is my parcel?")
    shop.sync()
    shop.ada.allow_incoming = "none"
    shop.answers("On its way!")
    shop.sync()
    (case,) = shop.desk.list()
    assert "the customer takes no direct messages" in str(shop.desk.show(case["ref"]))
    assert shop.said(shop.ada) == ["Where is my parcel?"]


def test_a_public_question_can_be_answered_in_private_and_goes_on_there(shop: Shop) -> None:
    brand = shop.far.brand
    shop.far.world.say(shop.ada, f"@{brand.handle} where is my parcel?", mentions=brand)
    shop.far.chat.say(shop.ada, "hello")
    shop.sync()
    (case,) = [each for each in shop.desk.list() if "where is my parcel" in str(each)]
    shop.desk.reply(case["ref"], "#private Your number, please?")
    shop.sync()
    shop.clock.forward(timedelta(seconds=HOLD + 1))
    shop.sync()
    assert shop.said(shop.ada) == ["hello", "Your number, please?"]
    assert not [uri for uri in shop.far.world.records if brand.did in uri]
