"""A customer on a network in memory, a case in a CRM in memory, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from adapters.memory.publisher import MemoryPublisher
from adapters.memory.settings import MemorySourceSettings
from adapters.memory.source import MemorySource
from bridge.app import SourceSetup
from bridge.contracts import Surroundings
from bridge.nouns import Message, Profile
from bridge.publish import publish
from bridge.store import bulk, schema
from bridge.telling import tell
from bridge.triage.rules import load_rules
from bridge.writeback import WrittenBack, write_back
from tests.bridge.outbox.world import World, make_world

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

    from adapters.memory.network import MemoryNetwork
    from bridge.clock import FixedClock
    from bridge.contracts import Publisher
    from bridge.store.store import Store

RULES = Path(__file__).parents[3] / "config" / "starter" / "triage.yaml"
MINUTE = timedelta(minutes=1)


@dataclass
class Desk:
    """The world with a network beside it, and an agent at the CRM."""

    world: World
    network: MemoryNetwork

    def case(self, *, public: bool = True, messages: int = 1) -> int:
        """Deliver a case of somebody who wrote on the network."""
        case = self.world.case(0, public=public)
        for position in range(messages):
            self.said(case, position, public=public)
        self.world.deliver()
        return case

    def said(self, case: int, position: int, *, public: bool) -> None:
        """Let the customer say something in a case."""
        self.network.say(
            Message(
                network="x",
                native_id=f"{case}-{position}",
                author=Profile(network="x", id="greta"),
                public=public,
                text="Hello?",
                sent_at=self.world.clock.now(),
            )
        )
        self.world.message(case, position, public=public, kind="post" if public else "direct", author_id=1)

    def answer(self, case: int, text: str, *, public: bool = True) -> str:
        """Let the agent write in the case."""
        return self.world.target.crm.say(self.world.row("case", case).ref, text, public=public)

    def write_back(self) -> WrittenBack:
        """Read what happened in the CRM."""
        return write_back(self.world.app, self.world.setup)

    def publish(self) -> dict[str, int]:
        """Send what is due."""
        return publish(self.world.app, self.world.app.sources["x"])

    def actions(self) -> list[Row[tuple[object, ...]]]:
        """Return all actions."""
        return self.world.all(schema.action)

    def sent(self) -> list[str]:
        """Return the texts that stand on the network by our hand."""
        return [post.action.text for post in self.network.posts.values()]

    def notes(self, case: int) -> list[str]:
        """Return the internal notes of a case in the CRM."""
        tell(self.world.app)
        self.world.deliver()
        rows = self.world.target.crm.messages(self.world.row("case", case).ref)
        return [row.fields["text"] for row in rows if not row.key and not row.fields["public"]]

    def belongs_to(self, case: int, customer: int) -> None:
        """Let a case be one of a customer's."""
        self.world.update(schema.case, schema.case.c.id == case, customer_id=customer)
        self.world.update(schema.resolved, schema.resolved.c.case_id == case, customer_id=customer)

    def move(self, case: int, network: str) -> None:
        """Let what was said in a case have been said on another network."""
        said = select(schema.resolved.c.message_id).where(schema.resolved.c.case_id == case)
        self.world.update(schema.message, schema.message.c.id.in_(said), network=network)

    def answered_there(self, case: int, position: int = 0) -> None:
        """Let a colleague answer a customer's message in the network's own app."""
        answered = next(row.id for row in self.world.all(schema.message) if row.key == f"x//{case}-{position}")
        own = self.world.message(case, 90 + position, direction="out", text="By the app.")
        self.world.update(schema.resolved, schema.resolved.c.message_id == own, answers_id=answered)

    def customer_deletes(self, case: int, position: int = 0) -> None:
        """Let the customer delete a message, and let that be read."""
        key = f"x//{case}-{position}"
        self.network.delete(f"{case}-{position}")
        self.world.update(schema.message, schema.message.c.key == key, deleted_at=self.world.clock.now())

    def send(self) -> dict[str, int]:
        """Read what agents wrote, let the time of holding pass, and send it."""
        self.write_back()
        self.world.clock.forward(MINUTE)
        return self.publish()

    def state(self, case: int) -> str:
        """Return how it stands with the answer of a case, as its field says in the CRM."""
        tell(self.world.app)
        self.world.deliver()
        state: str = self.world.target.crm.rows[self.world.row("case", case).ref].fields.get("answer_state", "")
        return state

    def place_own_posts(self, case: int) -> None:
        """Let our posts belong to a case, as resolving does."""
        own = [row.id for row in self.world.all(schema.message) if row.direction == "out"]
        row = {"conversation_id": case, "customer_id": None, "case_id": case, "why": ""}
        for id_ in own:
            self.world.insert(schema.resolved, {"message_id": id_, **row})

    def own_posts(self) -> dict[str, bool]:
        """Return native id → whether it is deleted, of our posts in the store."""
        rows = self.world.all(schema.message)
        return {row.key.split("/")[2]: row.deleted_at is not None for row in rows if row.direction == "out"}

    def replace_publisher(self, publisher: Publisher) -> None:
        """Answer on the network by another publisher."""
        app = self.world.app
        self.world.app = replace(app, sources={"x": replace(app.sources["x"], publisher=publisher)})

    def set_publishing(self, *, on: bool) -> None:
        """Switch publishing on or off."""
        self.world.change(publish=on)


def make_desk(store: Store, clock: FixedClock, folder: Path, **settings: object) -> Desk:
    """Return a desk with publishing switched on and one message of Greta's."""
    world = make_world(store, clock, folder)
    source = MemorySource.connect(MemorySourceSettings(network="x", **settings), Surroundings("x", folder, clock))
    setup = SourceSetup(name="x", source=source, publisher=MemoryPublisher.beside(source))
    world.app = replace(world.app, sources={"x": setup}, rules=partial(load_rules, RULES))
    world.change(publish=True)
    profile = {"key": "x//greta", "network": "x", "scope": "", "uid": "greta", "own": False}
    with store.write("test") as connection:
        bulk.insert_new(connection, schema.profile, [profile | {"handle": "greta", "name": "Greta", "url": ""}])
    desk = Desk(world, source.network)
    desk.write_back()
    clock.forward(MINUTE)
    return desk


@pytest.fixture
def desk(store: Store, clock: FixedClock, tmp_path: Path) -> Desk:
    return make_desk(store, clock, tmp_path)
