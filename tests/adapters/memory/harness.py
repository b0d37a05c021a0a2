"""The network and the CRM in memory for the conformance suite."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from adapters.memory.publisher import MemoryPublisher
from adapters.memory.settings import MemorySourceSettings, MemoryTargetSettings
from adapters.memory.source import MemorySource
from adapters.memory.target import SLOWEST_CALL, MemoryTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.faults import Fault
from bridge.keys import short_hash
from bridge.nouns import Action, ActionKind, Actor, Broken, Kind, Message, Profile, Thing, UnknownKind
from tests.conformance.harness import Cannot, FarRecord, Post, Repair, Trouble
from tests.conformance.ticket_samples import OBJECTS, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.memory.crm import Row

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "a-secret-that-nothing-shows"
LAG = timedelta(seconds=30)
FAULTS = {
    Trouble.UNAUTHORISED: Fault.UNAUTHORISED,
    Trouble.RATE_LIMITED: Fault.RATE_LIMIT,
    Trouble.UNREACHABLE: Fault.TIMEOUT_BEFORE_COMMIT,
    Trouble.LOST_REQUEST: Fault.LOST_REQUEST,
    Trouble.LOST_RESPONSE: Fault.TIMEOUT_AFTER_COMMIT,
    Trouble.JOB: Fault.JOB,
}


def said(number: int, *, public: bool = True) -> Message:
    """Return an invented message."""
    return Message(
        network="memory",
        native_id=f"m{number}",
        author=Profile(network="memory", id=f"u{number % 3}", name=f"Person {number % 3}"),
        kind=Kind.POST if public else Kind.DIRECT,
        public=public,
        text=f"Message {number}",
        sent_at=START - timedelta(hours=20) + timedelta(minutes=number),
    )


class MemorySourceHarness:
    """A network on which seven things were said, two a page, one of them repeated."""

    secrets = (SECRET,)

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(START)
        settings = MemorySourceSettings(page_size=2, overlap=1, token=SecretStr(SECRET))
        self.source = MemorySource.connect(settings, Surroundings("memory", folder, self.clock))
        self.network = self.source.network
        self.network.say(*(said(number) for number in range(7)))
        self.keys = frozenset(said(number).key for number in range(7))

    def since(self) -> tuple[datetime, frozenset[str]]:
        time = said(4).sent_at
        assert time is not None
        return time, frozenset(said(number).key for number in (4, 5, 6))

    def grow(self) -> frozenset[str]:
        number = len(self.network.log)
        self.network.say(said(number))
        return frozenset({said(number).key})

    def stand_still(self) -> None:
        self.network.stuck = True

    def plant_unknown(self) -> str:
        self.network.happen(UnknownKind("poll"))
        return "poll"

    def plant_broken(self) -> None:
        self.network.happen(Broken("event 7", "no id", "{}"))
        self.keys |= self.grow()

    def repair(self) -> Repair:
        reason = "what is in memory was never a row"
        raise Cannot(reason)

    def provoke(self, trouble: Trouble) -> None:
        self.network.faults.next(FAULTS[trouble])


class MemoryPublisherHarness:
    """A network with one message to answer, one that is too old, one that was deleted, and a closed customer."""

    secrets = (SECRET,)

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(START)
        settings = MemorySourceSettings(token=SecretStr(SECRET))
        source = MemorySource.connect(settings, Surroundings("memory", folder, self.clock))
        self.publisher = MemoryPublisher.beside(source)
        self.network = source.network
        old = START - timedelta(days=2)
        self.network.say(said(0), said(1), said(2, public=False), said(3, public=False))
        self.network.say(Message(network="memory", native_id="old", public=False, kind=Kind.DIRECT, sent_at=old))
        self.network.delete("m1")
        self.network.closed.add("u2")
        self._keys = 0

    def action(self, text: str) -> Action:
        return self._action(text, "m0")

    def ineligible(self) -> list[Action]:
        return [
            self._action("Hello", "m1"),
            self._action("Hello", "never"),
            self._action("Hello", "old", public=False),
            self._action("Hello", "m2", recipient="u2", public=False),
            self._action("x" * 281, "m0"),
            self._action("", "m0", kind=ActionKind.ANSWERED_BY_HAND),
        ]

    def posts(self) -> list[Post]:
        posts = self.network.posts.values()
        return [Post(post.native_id, post.action.text, post.action.reply_to) for post in posts]

    def provoke(self, trouble: Trouble) -> None:
        self.network.faults.next(FAULTS[trouble])

    def _action(
        self,
        text: str,
        reply_to: str,
        *,
        recipient: str = "u0",
        public: bool = True,
        kind: ActionKind = ActionKind.REPLY,
    ) -> Action:
        self._keys += 1
        return Action(
            key=short_hash("action", str(self._keys)),
            kind=kind,
            connection="memory",
            network="memory",
            scope="",
            reply_to=reply_to,
            recipient=recipient,
            public=public,
            text=text,
        )


class MemoryTargetHarness:
    """An empty CRM."""

    samples = SAMPLES
    secrets = (SECRET,)

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(START)
        settings = MemoryTargetSettings(token=SecretStr(SECRET))
        self.target = MemoryTarget.connect(settings, Surroundings("memory", folder, self.clock, OBJECTS))
        self.crm = self.target.crm

    def far(self, object_name: str) -> list[FarRecord]:
        return [self._far(row) for row in self.crm.rows.values() if row.object == object_name]

    def provoke(self, trouble: Trouble) -> None:
        if trouble is Trouble.JOB:
            self.crm.settings = self.crm.settings.model_copy(update={"job_delay": 5})
        self.crm.faults.next(FAULTS[trouble])

    def lag(self) -> timedelta:
        self.crm.settings = self.crm.settings.model_copy(update={"search_lag": LAG.total_seconds()})
        return LAG + SLOWEST_CALL

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        return self.crm.say(case_ref, text, public=public)

    def take_back(self, answer_id: str) -> None:
        self.crm.take_back(answer_id)

    def status(self, case_ref: str, *, closed: bool) -> None:
        self.crm.change(self.crm.rows[case_ref], {"status": "closed" if closed else "open"}, Actor.AGENT)

    def delete(self, thing: Thing, ref: str) -> None:  # noqa: ARG002 - a ref says what it is
        self.crm.remove(ref)

    def merge(self, thing: Thing, loser: str, winner: str) -> None:  # noqa: ARG002 - a ref says what it is
        self.crm.merge(loser, winner)

    def foreign_case(self, subject: str, permalink: str) -> str:
        return self.crm.insert("Case", {"subject": subject, "permalink": permalink}).ref

    def foreign_person(self, name: str, email: str) -> str:
        return self.crm.insert("Person", {"name": name, "email": email}).ref

    def _far(self, row: Row) -> FarRecord:
        messages = [message.fields for message in self.crm.messages(row.ref)]
        return FarRecord(
            ref=row.ref,
            key=row.key,
            fields=dict(row.fields),
            parent=row.parent,
            notes=tuple(message["text"] for message in messages if message.get("public") is False),
            tags=tuple(row.fields.get("tags", ())),
            links=tuple(sorted(row.links)),
            closed=row.fields.get("status") == "closed",
            deleted=row.deleted,
            files=tuple(sorted(file.name for file in row.files.values())),
        )


@contextmanager
def source(folder: Path) -> Iterator[MemorySourceHarness]:
    """Give a network with something said on it."""
    yield MemorySourceHarness(folder)


@contextmanager
def publisher(folder: Path) -> Iterator[MemoryPublisherHarness]:
    """Give a network with something to answer."""
    yield MemoryPublisherHarness(folder)


@contextmanager
def target(folder: Path) -> Iterator[MemoryTargetHarness]:
    """Give an empty CRM."""
    yield MemoryTargetHarness(folder)
