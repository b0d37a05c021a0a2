"""Where reading resumes: which version of the feed was read, and which entries are known with which words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import orjson

from adapters.feed.client import Version
from bridge.errors import ConfigError
from bridge.nouns import Cursor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from adapters.feed.parse import Entry

_KEPT = 2_000
"""Entries that are known; feeds hold ten to a few hundred."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor, taken apart."""

    version: Version = field(default_factory=Version)
    known: Mapping[str, str] = field(default_factory=dict)
    """Entry → hash of its words, the longest known first."""
    broken: str = ""
    """Hash of a document that cannot be read and was told of."""

    @classmethod
    def of(cls, cursor: Cursor) -> Place:
        """Read a cursor; the empty one is the beginning."""
        if not cursor.value:
            return cls()
        try:
            held = orjson.loads(cursor.value)
            known = {str(id_): str(content) for id_, content in held["known"].items()}
            return cls(Version(str(held["etag"]), str(held["modified"])), known, str(held["broken"]))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            message = f"This is no place to resume from: {cursor.value[:80]}"
            raise ConfigError(message) from error

    def cursor(self) -> Cursor:
        """Return it as a cursor."""
        version = {"etag": self.version.etag, "modified": self.version.modified}
        return Cursor(orjson.dumps({**version, "known": dict(self.known), "broken": self.broken}).decode())

    def knowing(self, entries: Iterable[Entry]) -> Place:
        """Return it with entries that were just read."""
        known = dict(self.known)
        for entry in entries:
            known.pop(entry.id, None)
            known[entry.id] = entry.content
        return replace(self, known=dict(list(known.items())[-_KEPT:]))

    def recognising(self, entries: Collection[Entry]) -> Place:
        """Return it with entries that are known and got another name: a site that moved, or makes names anew.

        Their former names are gone from the feed, and words and place on the site are the same.
        """
        standing = {entry.id for entry in entries}
        gone = {content for id_, content in self.known.items() if id_ not in standing}
        same = [entry for entry in entries if entry.id not in self.known and entry.content in gone]
        return self.knowing(entry for entry in same if entry.message.permalink)

    def is_news(self, entry: Entry) -> bool:
        """Tell whether an entry is new, or its words are."""
        return self.known.get(entry.id) != entry.content
