"""A forum as a source, and the receiver of its webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import orjson

from adapters.discourse.client import LISTS, Client
from adapters.discourse.listing import back_to, count, is_before, readable
from adapters.discourse.parse import post_event
from adapters.discourse.places import Place, cursor_of, places_of
from adapters.discourse.reading import Reader
from adapters.discourse.settings import DiscourseSettings
from bridge.contracts import Source
from bridge.errors import Refused
from bridge.nouns import Account, Cursor, Estimate, Finding, Page, Retention

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import httpx
    from pydantic import BaseModel

    from bridge.contracts import Surroundings

_COUNTED = 20
"""Pages that an estimate looks at: a third of what a forum allows in a minute."""


class DiscourseSource(Source):
    """Posts and personal messages that one user of a forum sees, edits and deletions."""

    settings_model = DiscourseSettings
    live: ClassVar[bool] = True
    unseen: ClassVar[tuple[str, ...]] = (
        "posts in categories that the user does not see, and chat",
        "mail addresses of users",
        "edits and deletions of posts before the last 200",
    )
    retention: ClassVar[Retention] = Retention(deleted_days=1)

    def __init__(
        self, settings: DiscourseSettings, surroundings: Surroundings, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open nothing; ``transport`` stands in for the network."""
        self.settings, self.name, self.clock = settings, surroundings.name, surroundings.clock
        self.client = Client(self.name, settings, transport)

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> DiscourseSource:
        """Return a source; opens nothing."""
        own = settings.model_dump(include=set(DiscourseSettings.model_fields))
        return cls(DiscourseSettings.model_validate(own), surroundings)

    def check(self) -> Account:
        """Try the key, read each list once, and say whether the forum calls us."""
        user = self.client.me()
        findings = [
            Finding(ok=True, text=f"reads {which} posts: {len(self.client.listed(which))} on the first page")
            for which in self._lists()
        ]
        hook = f"post webhooks to /hooks/{self.name} of casebridge serve, with its secret"
        findings.append(
            Finding(ok=True, text=hook if self.settings.webhook_secret else "is asked for news, not called")
        )
        name = str(user.get("username") or self.settings.username)
        return Account(name=f"@{name} on {self.settings.host}", findings=tuple(findings))

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def head(self) -> Cursor:
        """Return the place after the newest posts."""
        return cursor_of(
            {which: self._knowing(readable(self.client.listed(which))) for which in self._lists()} | self._rest()
        )

    def at(self, time: datetime) -> Cursor:
        """Return the place after the last post before ``time``; pages back to it."""
        places = {}
        for which in self._lists():
            posts = list(back_to(self.client, which, time))
            since = [raw["id"] for raw in posts if not is_before(raw, time)]
            first = min(since, default=None)
            places[which] = self._knowing([raw for raw in posts if first is None or raw["id"] < first])
        return cursor_of(places | self._rest())

    def estimate(self, after: Cursor) -> Estimate:
        """Count what is listed after the cursor, unknown if it is much; it costs nothing."""
        places = places_of(after)
        counts = [count(self.client, which, places[which].last, _COUNTED) for which in self._lists()]
        known = [each for each in counts if each is not None]
        return Estimate(messages=sum(known) if len(known) == len(counts) else None, money=0.0)

    def pages(self, after: Cursor) -> Iterator[Page]:
        """Yield public posts, then personal messages, oldest first, then what was edited or deleted since."""
        return Reader(self.name, self.client, self.settings, self.clock, places_of(after)).pages()

    def reread(self, fields: Mapping[str, str], where: str) -> Page:
        """Parse one repaired post."""
        try:
            raw = orjson.loads(fields.get("post", ""))
        except orjson.JSONDecodeError as error:
            message = "post is no JSON"
            raise Refused(message, field="post") from error
        return Page((post_event(raw, where, self.settings),), Cursor())

    def _lists(self) -> list[str]:
        return [which for which in LISTS if which == "public" or self.settings.private]

    def _rest(self) -> dict[str, Place]:
        return {which: Place() for which in LISTS if which not in self._lists()}

    def _knowing(self, posts: list[dict[str, object]]) -> Place:
        place, now = Place(), int(self.clock.now().timestamp())
        for raw in posts:
            place = place.seen(raw, now, self.settings.watch)
        return place
