"""A pretend forum with a brand in it, and an adapter connected to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.discourse.publisher import DiscoursePublisher
from adapters.discourse.receiver import DiscourseReceiver
from adapters.discourse.settings import DiscourseSettings
from adapters.discourse.source import DiscourseSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import Action, ActionKind, Said
from tests.fakes.carried import Carried
from tests.fakes.discourse.forum import KEY, SECRET, Forum

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Cursor, Message, SourceEvent

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOST = "forum.example"


@dataclass
class Place:
    """The forum, and who reads and answers for the brand."""

    clock: FixedClock
    forum: Forum
    wire: Carried
    source: DiscourseSource
    publisher: DiscoursePublisher
    receiver: DiscourseReceiver
    keys: list[str] = field(default_factory=list)

    def read(self, after: Cursor) -> tuple[list[SourceEvent], Cursor]:
        """Read on to the end."""
        pages = list(self.source.pages(after))
        return [event for page in pages for event in page.events], pages[-1].cursor

    def said(self, after: Cursor) -> list[Message]:
        """Read messages on to the end."""
        return [event.message for event in self.read(after)[0] if isinstance(event, Said)]

    def action(self, text: str, reply_to: int, *, public: bool = True, kind: ActionKind = ActionKind.REPLY) -> Action:
        """Return something to do, under a key of its own."""
        self.keys.append(f"action-{len(self.keys)}")
        post = self.forum.posts.get(reply_to)
        return Action(
            key=self.keys[-1],
            kind=kind,
            connection="forum",
            network="discourse",
            scope=HOST,
            reply_to=str(reply_to),
            recipient="",
            public=public,
            thread=str(post.topic.id) if post is not None else "",
            text=text,
        )


def place(folder: Path, *, shortest: int = 20, **settings: Any) -> Place:  # noqa: ANN401 - any setting
    """Return a forum in which nobody has said anything."""
    clock = FixedClock(MONDAY)
    forum = Forum(clock, shortest=shortest)
    wire = Carried(forum.app, clock)
    given = {
        "base_url": f"https://{HOST}",
        "api_key": SecretStr(KEY),
        "username": "acme",
        "webhook_secret": SecretStr(SECRET),
        "shortest": shortest,
        **settings,
    }
    source = DiscourseSource(DiscourseSettings(**given), Surroundings("forum", folder, clock), wire)
    return Place(clock, forum, wire, source, DiscoursePublisher.beside(source), DiscourseReceiver.beside(source))
