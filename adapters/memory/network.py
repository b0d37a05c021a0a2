"""The far side of source and publisher: what was said on a network, and what we posted there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bridge.nouns import ActionKind, Deleted, Direction, Message, Profile, Said

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.memory.settings import MemorySourceSettings
    from bridge.clock import Clock
    from bridge.faults import Faults
    from bridge.nouns import Action, SourceEvent


@dataclass(frozen=True, slots=True)
class Logged:
    """Something that happened on the network, and when it could first be read."""

    at: datetime
    event: SourceEvent


@dataclass(frozen=True, slots=True)
class Posted:
    """One thing that stands there by our hand."""

    native_id: str
    action: Action
    at: datetime


class MemoryNetwork:
    """A social network with one brand on it. Its log only grows; cursors are positions in it."""

    def __init__(self, settings: MemorySourceSettings, clock: Clock, faults: Faults) -> None:
        """Start with nothing said."""
        self.settings, self.clock, self.faults = settings, clock, faults
        self.log: list[Logged] = []
        self.posts: dict[str, Posted] = {}
        """What we did there, by the action's key."""
        self.closed: set[str] = set()
        """Profile ids that take no direct messages."""
        self.stuck = False
        """True: pages keep the cursor while claiming more, as a broken network does."""

    def say(self, *messages: Message) -> None:
        """Let somebody say something; it can be read from now on."""
        self.happen(*(Said(message, where=f"event {len(self.log) + n}") for n, message in enumerate(messages)))

    def happen(self, *events: SourceEvent) -> None:
        """Let anything happen that a page can carry."""
        self.log.extend(Logged(_time_of(event) or self.clock.now(), event) for event in events)

    def delete(self, native_id: str) -> None:
        """Let somebody delete a message."""
        self.happen(Deleted(self.settings.network, native_id, self.clock.now()))

    def message(self, native_id: str) -> Message | None:
        """Return the latest revision of a message that stands, or None."""
        found = None
        for logged in self.log:
            match logged.event:
                case Said(message) if message.native_id == native_id:
                    found = message
                case Deleted(_, gone) if gone == native_id:
                    found = None
        return found

    def window_closes(self, message: Message) -> datetime | None:
        """Return until when a direct message can be answered; None for public ones."""
        if message.public or message.sent_at is None:
            return None
        return message.sent_at + timedelta(hours=self.settings.reply_window_hours)

    def post(self, action: Action) -> Posted:
        """Do an action, once per key; an answer is a message of the brand, which the source then reads."""
        if action.key in self.posts:
            return self.posts[action.key]
        posted = Posted(f"post-{len(self.posts) + 1}", action, self.clock.now())
        self.posts[action.key] = posted
        if action.kind is ActionKind.REPLY:
            self.say(self._echo(posted))
        return posted

    def _echo(self, posted: Posted) -> Message:
        action = posted.action
        return Message(
            network=action.network,
            scope=action.scope,
            native_id=posted.native_id,
            account=action.account,
            author=Profile(network=action.network, scope=action.scope, id=self.settings.brand, name="The brand"),
            direction=Direction.OUT,
            kind=action.posted,
            public=action.public,
            text=action.text,
            sent_at=posted.at,
            thread=action.thread,
            answers=(action.reply_to,),
        )


def _time_of(event: SourceEvent) -> datetime | None:
    return event.message.sent_at if isinstance(event, Said) else getattr(event, "at", None)
