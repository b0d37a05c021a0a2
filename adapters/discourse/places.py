"""Where reading resumes: the last post of each list, and which posts are known with which words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson

from adapters.discourse.client import LISTS
from bridge.errors import ConfigError
from bridge.keys import short_hash
from bridge.nouns import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST = 100
"""Posts that are known at least: the newest 50 are seen in every run, and late ones among them must be told apart."""


@dataclass(frozen=True, slots=True)
class Known:
    """A post that was read: hash of its words, and when it was last looked at, in seconds since 1970."""

    words: str
    looked: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where one list was read to."""

    last: int = 0
    known: Mapping[int, Known] = field(default_factory=dict)

    def seen(self, raw: Mapping[str, Any], now: int, most: int) -> Place:
        """Return it with a post that was just read."""
        known = {**self.known, raw["id"]: Known(words_of(raw), now)}
        newest = sorted(known, reverse=True)[: max(most, LEAST)]
        return Place(max(self.last, raw["id"]), {id_: known[id_] for id_ in newest})

    def without(self, id_: int) -> Place:
        """Return it without a post that is gone."""
        return replace(self, known={each: held for each, held in self.known.items() if each != id_})

    def is_news(self, raw: Mapping[str, Any]) -> bool:
        """Tell whether a post is new, became visible late, or says something else than before."""
        held = self.known.get(raw["id"])
        if held is not None:
            return held.words != words_of(raw)
        return bool(raw["id"] > min(self.known, default=self.last))


Places = dict[str, Place]


def words_of(raw: Mapping[str, Any]) -> str:
    """Return a hash that changes with what a post says, and when it is deleted."""
    gone = bool(raw.get("user_deleted")) or raw.get("deleted_at") is not None
    return short_hash(str(raw.get("raw") or raw.get("cooked")), str(gone))


def places_of(cursor: Cursor) -> Places:
    """Read a cursor; the empty one is the beginning of every list."""
    if not cursor.value:
        return {which: Place() for which in LISTS}
    try:
        held = orjson.loads(cursor.value)
        return {
            which: Place(
                int(held[which]["last"]), {int(id_): Known(*each) for id_, each in held[which]["known"].items()}
            )
            for which in LISTS
        }
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"This is no place to resume from: {cursor.value[:80]}"
        raise ConfigError(message) from error


def cursor_of(places: Places) -> Cursor:
    """Return places as a cursor."""
    held = {
        which: {"last": place.last, "known": {str(id_): [each.words, each.looked] for id_, each in place.known.items()}}
        for which, place in places.items()
    }
    return Cursor(orjson.dumps(held).decode())
