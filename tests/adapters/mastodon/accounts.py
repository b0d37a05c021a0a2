"""A pretend Mastodon server with a brand on it, and an adapter connected to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.mastodon.publisher import MastodonPublisher
from adapters.mastodon.settings import MastodonSettings
from adapters.mastodon.source import MastodonSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import Action, ActionKind, Said
from tests.fakes.carried import Carried
from tests.fakes.mastodon.app import Mastodon

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Cursor, Message, SourceEvent

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOST = "social.example"


@dataclass
class Place:
    """The server, the brand on it, and who reads and answers for the brand."""

    clock: FixedClock
    server: Mastodon
    wire: Carried
    brand: str
    token: str
    source: MastodonSource
    publisher: MastodonPublisher
    keys: list[str] = field(default_factory=list)

    def read(self, after: Cursor) -> tuple[list[SourceEvent], Cursor]:
        """Read on to the end."""
        pages = list(self.source.pages(after))
        return [event for page in pages for event in page.events], pages[-1].cursor

    def said(self, after: Cursor) -> list[Message]:
        """Read messages on to the end."""
        return [event.message for event in self.read(after)[0] if isinstance(event, Said)]

    def action(
        self, text: str, reply_to: str, *, public: bool = True, kind: ActionKind = ActionKind.REPLY, key: str = ""
    ) -> Action:
        """Return something to do, under a key of its own."""
        self.keys.append(key or f"action-{len(self.keys)}")
        return Action(
            key=self.keys[-1],
            kind=kind,
            connection="mastodon",
            network="mastodon",
            scope=HOST,
            reply_to=reply_to,
            recipient="",
            public=public,
            text=text,
        )


def place(folder: Path, *, limit: int = 10_000, version: str = "4.5.2", **settings: Any) -> Place:  # noqa: ANN401 - any setting
    """Return a server with a brand on it that nobody has spoken to."""
    clock = FixedClock(MONDAY)
    server = Mastodon(clock, limit=limit, version=version)
    wire = Carried(server.app, clock)
    brand = server.world.person("acme", "Acme Internet")
    token = server.admit(brand)
    given = {"base_url": f"https://{HOST}", "token": SecretStr(token), **settings}
    source = MastodonSource(MastodonSettings(**given), Surroundings("mastodon", folder, clock), wire)
    return Place(clock, server, wire, brand, token, source, MastodonPublisher.beside(source))
