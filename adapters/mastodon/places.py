"""Where reading resumes: after which notification, after which post of ours, and which posts are looked at again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from bridge.errors import ConfigError
from bridge.nouns import Cursor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapters.mastodon.settings import MastodonSettings
    from bridge.nouns import Message

BEGIN = "0"
"""Before every id."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A post that may be edited or deleted yet: when it was said and last looked at, in seconds since 1970."""

    said: int
    looked: int
    edited: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor, taken apart."""

    notification: str = BEGIN
    own: str = BEGIN
    watched: Mapping[str, Watched] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Cursor) -> Place:
        """Read a cursor; the empty one is the beginning."""
        if not cursor.value:
            return cls()
        try:
            held = orjson.loads(cursor.value)
            watched = {id_: Watched(*times) for id_, times in held["watched"].items()}
            return cls(str(held["notification"]), str(held["own"]), watched)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            message = f"This is no place to resume from: {cursor.value[:80]}"
            raise ConfigError(message) from error

    def cursor(self) -> Cursor:
        """Return it as a cursor."""
        watched = {id_: [each.said, each.looked, each.edited] for id_, each in self.watched.items()}
        held = {"notification": self.notification, "own": self.own, "watched": watched}
        return Cursor(orjson.dumps(held).decode())

    def seen(self, messages: Iterable[Message], now: datetime, settings: MastodonSettings) -> Place:
        """Return it with posts that were just read among those to look at again; the oldest give way."""
        kept = dict(self.watched)
        for message in messages:
            said, edited = seconds(message.sent_at or now), seconds(message.edited_at)
            if now - timedelta(days=settings.watch_days) < datetime.fromtimestamp(said, UTC):
                kept[message.native_id] = Watched(said, seconds(now), edited)
        newest_first = sorted(kept, key=lambda id_: (kept[id_].said, id_), reverse=True)
        return replace(self, watched={id_: kept[id_] for id_ in newest_first[: settings.watch]})

    def without(self, id_: str) -> Place:
        """Return it without a post that is gone."""
        return replace(self, watched={each: held for each, held in self.watched.items() if each != id_})

    def due(self, now: datetime, settings: MastodonSettings) -> list[str]:
        """Return what is to be looked at again, what was not looked at for longest first."""
        since = seconds(now - timedelta(minutes=settings.watch_minutes))
        due = [id_ for id_, held in self.watched.items() if held.looked <= since]
        return sorted(due, key=lambda id_: (self.watched[id_].looked, id_))

    def fresh(self, now: datetime, settings: MastodonSettings) -> Place:
        """Return it without posts that are too old to be looked at again."""
        since = seconds(now - timedelta(days=settings.watch_days))
        return replace(self, watched={id_: held for id_, held in self.watched.items() if held.said > since})


def seconds(at: datetime | None) -> int:
    """Return seconds since 1970, 0 for no time."""
    return int(at.timestamp()) if at is not None else 0
