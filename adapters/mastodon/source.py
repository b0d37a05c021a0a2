"""An account on a Mastodon server as a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import orjson

from adapters.mastodon import checking, signing
from adapters.mastodon.client import Client
from adapters.mastodon.parse import status_event
from adapters.mastodon.places import BEGIN, Place
from adapters.mastodon.reading import Reader, said_at
from adapters.mastodon.server import Server
from adapters.mastodon.settings import MastodonSettings
from bridge.contracts import Source
from bridge.errors import Refused
from bridge.nouns import Cursor, Estimate, Page, Retention

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    import httpx
    from pydantic import BaseModel

    from adapters.mastodon.client import Listed
    from bridge.contracts import Surroundings
    from bridge.nouns import Account
    from bridge.signing_in import Person

_COUNTED = 50
"""Pages that an estimate looks at: a sixth of the server's window."""


class MastodonSource(Source):
    """Mentions, quotes and direct messages to one account, what it posts itself, edits and deletions."""

    settings_model = MastodonSettings
    live: ClassVar[bool] = True
    unseen: ClassVar[tuple[str, ...]] = (
        "posts that speak of the brand without naming the account",
        "mentions whose notification was cleared in the app before they were read",
        "replies that never reached your server",
        "edits and deletions after three days, and who saw an answer",
    )
    retention: ClassVar[Retention] = Retention(deleted_days=1)

    def __init__(
        self, settings: MastodonSettings, surroundings: Surroundings, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open nothing; ``transport`` stands in for the network."""
        self.settings, self.name, self.clock = settings, surroundings.name, surroundings.clock
        self.client = Client(self.name, settings, self.clock, self._token, transport)
        self._tokens = signing.tokens_of(self.name, settings, surroundings.safe, self.clock, self.client.http)
        self.server = Server(self.name, self.client, settings)

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> MastodonSource:
        """Return a source; opens nothing."""
        own = settings.model_dump(include=set(MastodonSettings.model_fields))
        return cls(MastodonSettings.model_validate(own), surroundings)

    def sign_in(self, person: Person) -> None:
        """Let a person allow it in the browser; raises ``AuthError``."""
        signing.sign_in(person, self._tokens, self.client, signing.provider_of(self.name, self.settings))

    def check(self) -> Account:
        """Try the token, and look at what the server holds back."""
        return checking.check(self.server)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def head(self) -> Cursor:
        """Return the place after the newest notification and the newest post of ours."""
        return Place(_first(self.server.told()), _first(self.server.posted())).cursor()

    def at(self, time: datetime) -> Cursor:
        """Return the place after the last of what was before ``time``; pages back to it."""
        return Place(_before(self.server.told, time), _before(self.server.posted, time)).cursor()

    def estimate(self, after: Cursor) -> Estimate:
        """Count what is listed after the cursor; posts read for the sake of a thread come on top. It costs nothing."""
        place = Place.of(after)
        told = _count(self.server.told, place.notification)
        own = _count(self.server.posted, place.own)
        known = told is not None and own is not None
        return Estimate(messages=(told or 0) + (own or 0) if known else None, money=0.0)

    def pages(self, after: Cursor) -> Iterator[Page]:
        """Yield notifications, then own posts, oldest first, then what was edited or deleted since."""
        return Reader(self.server, self.settings, self.clock, Place.of(after)).pages()

    def reread(self, fields: Mapping[str, str], where: str) -> Page:
        """Parse one repaired post."""
        try:
            raw = orjson.loads(fields.get("post", ""))
        except orjson.JSONDecodeError as error:
            message = "post is no JSON"
            raise Refused(message, field="post") from error
        return Page((status_event(raw, where, self.server.me),), Cursor())

    def _token(self) -> str:
        return self.settings.token.get_secret_value() if self.settings.token is not None else self._tokens.access()


def _first(found: Listed) -> str:
    return next((str(raw["id"]) for raw in found.items if isinstance(raw, dict) and raw.get("id")), BEGIN)


def _before(listed: Callable[..., Listed], time: datetime) -> str:
    found = listed()
    while True:
        for raw in found.items:
            made = said_at(raw)
            if made is not None and made < time:
                return str(raw["id"])
        if not found.older or not found.items:
            return BEGIN
        found = listed(max_id=found.older)


def _count(listed: Callable[..., Listed], place: str) -> int | None:
    """Return how many there are after a place, None if they are too many to count."""
    count = 0
    for _ in range(_COUNTED):
        found = listed(min_id=place)
        count += len(found.items)
        if not found.items or found.newer in ("", place):
            return count
        place = found.newer
    return None
