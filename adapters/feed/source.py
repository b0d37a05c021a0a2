"""A feed as a source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from adapters.feed.client import Client, Version
from adapters.feed.parse import read, said, wanted
from adapters.feed.places import Place
from adapters.feed.settings import FeedSettings
from bridge.contracts import Source
from bridge.errors import Unsupported
from bridge.keys import short_hash
from bridge.nouns import Account, Cursor, Estimate, Finding, Page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    import httpx
    from pydantic import BaseModel

    from adapters.feed.parse import Entry
    from bridge.contracts import Surroundings
    from bridge.nouns import Broken, SourceEvent


READ_ONLY = Finding(ok=True, text="is read only: agents are told to answer on the site, with the entry's address")


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What a feed holds: oldest first, what has no time last."""

    entries: list[Entry]
    broken: list[Broken]
    version: Version


class FeedSource(Source):
    """Entries of a feed, and their edits, as long as the feed holds them."""

    settings_model = FeedSettings
    live: ClassVar[bool] = True
    unseen: ClassVar[tuple[str, ...]] = (
        "deletions",
        "what came and went between two runs",
        "how many people read it, likes, and comments that are not in the feed",
    )

    def __init__(
        self, settings: FeedSettings, surroundings: Surroundings, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open nothing; ``transport`` stands in for the network."""
        self.settings, self.name, self.clock = settings, surroundings.name, surroundings.clock
        self.client = Client(self.name, settings, self.clock, transport)

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> FeedSource:
        """Return a source; opens nothing."""
        own = settings.model_dump(include=set(FeedSettings.model_fields))
        return cls(FeedSettings.model_validate(own), surroundings)

    def check(self) -> Account:
        """Fetch the feed once and say what it holds."""
        document = self.client.fetch(self.settings.url)
        found = read(document, self.name, self.settings) if document is not None else None
        if found is None or not found.is_feed:
            finding = Finding(ok=False, text="is neither RSS nor Atom", remedy="Look at url with a browser.")
            return Account(name=self.settings.host, findings=(finding,))
        matching = sum(wanted(entry, self.settings) for entry in found.entries)
        text = f"holds {len(found.entries)} entries, {matching} of them with the words that are looked for"
        dated = sum(entry.message.sent_at is not None for entry in found.entries)
        findings = [Finding(ok=True, text=text), Finding(ok=True, text=f"{dated} of them have a time"), READ_ONLY]
        findings += [Finding(ok=False, text=broken.reason, remedy="Tell the site.") for broken in found.broken]
        return Account(name=self.settings.host, findings=tuple(findings))

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def head(self) -> Cursor:
        """Return the place at which everything that the feed holds now is known."""
        found = self._fetched(Place())
        return replace(Place().knowing(found.entries), version=found.version).cursor()

    def at(self, time: datetime) -> Cursor:
        """Return the place at which everything before ``time`` is known; what has no time is not."""
        entries = self._fetched(Place()).entries
        before = [each for each in entries if each.message.sent_at is not None and each.message.sent_at < time]
        return Place().knowing(before).cursor()

    def estimate(self, after: Cursor) -> Estimate:
        """Count the news; they cost nothing."""
        place = Place.of(after)
        entries = self._fetched(replace(place, version=Version())).entries
        place = place.recognising(entries)
        news = [each for each in entries if place.is_news(each) and wanted(each, self.settings)]
        return Estimate(messages=len(news), money=0.0)

    def pages(self, after: Cursor) -> Iterator[Page]:
        """Yield what is new or changed, oldest first; nothing is asked for twice while the site says that it is the same."""
        return self._pages(Place.of(after))

    def reread(self, fields: Mapping[str, str], where: str) -> Page:  # noqa: ARG002 - the contract's signature
        """Refuse: a feed has no rows."""
        message = f"{self.name} has no rows to repair."
        raise Unsupported(message, manual_step="Let the site repair its feed; it is read again then.")

    def _pages(self, place: Place) -> Iterator[Page]:
        found = self._fetched(place)
        place = place.recognising(found.entries)
        news, size = [each for each in found.entries if place.is_news(each)], self.settings.page
        while len(news) > size:
            events, place = self._told(news[:size], place)
            news = news[size:]
            yield Page(tuple(events), place.cursor(), more=True)
        events, place = self._told(news, place)
        broken = short_hash(*(each.raw for each in found.broken)) if found.broken else ""
        if broken != place.broken:
            events += found.broken
        # Only now: who asks with the new version before all was read is told that nothing changed.
        yield Page(tuple(events), replace(place, version=found.version, broken=broken).cursor())

    def _told(self, entries: list[Entry], place: Place) -> tuple[list[SourceEvent], Place]:
        now = self.clock.now()
        events: list[SourceEvent] = [
            said(entry, f"{self.name} {entry.id}"[:300], noticed=now if entry.id in place.known else None)
            for entry in entries
            if wanted(entry, self.settings)
        ]
        return events, place.knowing(entries)

    def _fetched(self, place: Place) -> _Fetched:
        """Fetch the feed, and its older documents back to what is known; nothing if it is the version that is known."""
        document = self.client.fetch(self.settings.url, place.version)
        if document is None:
            return _Fetched([], [], place.version)
        version, seen = document.version, {self.settings.url}
        entries: dict[str, Entry] = {}
        broken: list[Broken] = []
        while document is not None:
            found = read(document, self.name, self.settings)
            broken += found.broken
            entries = {entry.id: entry for entry in reversed(found.entries)} | entries
            reached = any(entry.id in place.known for entry in found.entries)
            if reached or len(seen) > self.settings.further or not self._follows(found.older, seen):
                break
            seen.add(found.older)
            document = self.client.fetch(found.older)
        return _Fetched(sorted(entries.values(), key=_age), broken, version)

    def _follows(self, older: str, seen: Collection[str]) -> bool:
        return bool(older) and older not in seen and self.client.same_site(older)


def _age(entry: Entry) -> tuple[bool, float]:
    """Sort by time, what has none last and otherwise as it stands."""
    at = entry.message.sent_at
    return (at is None, at.timestamp() if at is not None else 0.0)
