"""From entries of lists to events: the posts in full, what stands above them, who wrote them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.bluesky import parse
from adapters.bluesky.errors import Declined
from adapters.bluesky.lists import MENTIONS
from adapters.bluesky.names import NETWORK, REACTIONS, REASONS, THREAD
from adapters.bluesky.parse import Surrounding, author_of
from adapters.bluesky.shapes import kind, obj, text
from bridge.nouns import Deleted, UnknownKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from adapters.bluesky.client import Client
    from adapters.bluesky.lists import Item, Listing
    from adapters.bluesky.parse import Brand
    from bridge.nouns import Json, SourceEvent

_SHOWN_POST = "app.bsky.feed.defs#threadViewPost"


@dataclass(slots=True)
class Reader:
    """Reads for one brand; knows what it has read in this run."""

    client: Client
    brand: Brand
    context: int
    """How many posts above one are read."""
    now: datetime
    _profiles: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    _read: set[str] = field(default_factory=set)
    """Addresses of posts that were read in this run."""

    def __post_init__(self) -> None:
        """Know ourselves."""
        self._profiles[self.brand.did] = {"handle": self.brand.handle}

    def events(self, listing: Listing, items: Sequence[Item]) -> list[SourceEvent]:
        """Return what the entries of one page are, with what stands above them; the context comes first."""
        told, unknown = _sort(items) if listing.name == MENTIONS else (list(items), [])
        views, gone = self._views(listing, told)
        self._read.update(text(view.get("uri")) for view in views)
        above = self._above(views)
        self._know([*views, *above])
        around = Surrounding(self._profiles)
        context = Surrounding(self._profiles, context=True)
        return [
            *gone,
            *unknown,
            *(parse.post(view, self.brand, context, _where(listing, view)) for view in above),
            *(parse.post(view, self.brand, around, _where(listing, view)) for view in views),
        ]

    def directs(self, log: Iterable[tuple[str, Mapping[str, Json]]]) -> list[SourceEvent]:
        """Return direct messages, each given with its conversation."""
        log = list(log)
        self._know([{"author": obj(view, "sender")} for _, view in log])
        around = Surrounding(self._profiles)
        return [
            parse.direct(convo, view, self.brand, around, f"direct message {text(view.get('id'))}")
            for convo, view in log
        ]

    def _views(self, listing: Listing, items: Sequence[Item]) -> tuple[list[Mapping[str, Json]], list[SourceEvent]]:
        """Return posts as they are shown; one that is gone by now is told as deleted, one that is hidden from us is read off the notification."""
        if listing.whole:
            return [item.view for item in items], []
        shown = self.client.posts(item.uri for item in items if item.uri)
        views: list[Mapping[str, Json]] = []
        gone: list[SourceEvent] = []
        for item in items:
            if item.uri in shown:
                views.append(shown[item.uri])
            elif item.uri and self.client.record(item.uri) is None:
                gone.append(Deleted(NETWORK, item.uri, self.now))
            else:
                views.append(item.view)
        return views, gone

    def _above(self, views: Sequence[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
        """Return the posts above replies, as far as they were not read in this run."""
        found: dict[str, Mapping[str, Json]] = {}
        for view in views:
            _, parent = parse.links(obj(view, "record"))
            if not parent or parent in self._read or parent in found or not self.context:
                continue
            for post in self._chain(text(view.get("uri"))):
                uri = text(post.get("uri"))
                if uri not in self._read:
                    found[uri] = post
        self._read.update(found)
        return list(found.values())

    def _chain(self, uri: str) -> list[Mapping[str, Json]]:
        """Return the posts above one, as far up as the settings say; deleted and blocked ones end it."""
        try:
            told = self.client.get(THREAD, {"uri": uri, "depth": 0, "parentHeight": self.context})
        except Declined:
            return []
        chain: list[Mapping[str, Json]] = []
        node = obj(told, "thread", "parent")
        while kind(node) == _SHOWN_POST:
            chain.append(obj(node, "post"))
            node = obj(node, "parent")
        return chain

    def _know(self, views: Iterable[Mapping[str, Json]]) -> None:
        """Ask for authors in full, each once in a run: only then their reach is told."""
        dids = {text(obj(view, "author").get("did")) for view in views} - self._profiles.keys() - {""}
        found: dict[str, dict[str, Any]] = self.client.profiles(sorted(dids)) if dids else {}
        self._profiles.update({did: found.get(did, {}) for did in dids})


def _sort(items: Sequence[Item]) -> tuple[list[Item], list[SourceEvent]]:
    """Return notifications of somebody's words, and those of a kind that we do not know."""
    unknown: list[SourceEvent] = [
        UnknownKind(item.reason, raw=dict(item.view))
        for item in items
        if item.reason not in REASONS and item.reason not in REACTIONS
    ]
    return [item for item in items if item.reason in REASONS], unknown


def _where(listing: Listing, view: Mapping[str, Json]) -> str:
    uri = text(view.get("uri"))
    return (
        f"{listing.name}: {uri}"
        if uri
        else f"{listing.name}: {author_of(text(view.get('uri'))) or 'a post without address'}"
    )
