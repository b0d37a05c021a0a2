"""The lists that are read newest first: notifications, our own posts, searches. Each is asked for a page, and says how far it goes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.bluesky.client import moment
from adapters.bluesky.errors import Declined
from adapters.bluesky.names import AUTHOR_FEED, NOTIFICATIONS, PAGE, REASONS, SEARCH
from adapters.bluesky.shapes import items, obj, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapters.bluesky.client import Client
    from adapters.bluesky.cursor import Window
    from adapters.bluesky.settings import BlueskySettings
    from bridge.nouns import Json

_TIE = timedelta(milliseconds=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
MENTIONS, OWN, SEARCHES = "mentions", "own", "search:"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list."""

    name: str
    """What it is known by: its address and its content's hash."""
    uri: str
    at: datetime | None
    view: Mapping[str, Json]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a list, and its own cursor to the next, empty at the end."""

    items: tuple[Item, ...]
    following: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list by its name in the cursor."""

    name: str
    ask: Callable[[str], Part]
    """Its cursor → the page after it."""
    whole: bool
    """Its entries are posts as they are shown; of notifications the posts are still to be asked for."""


def listings(client: Client, settings: BlueskySettings) -> list[Listing]:
    """Return what is read. Searches come first: a post that is found by one is no mere context of another."""
    found = [Listing(f"{SEARCHES}{term}", _search(client, term), whole=True) for term in settings.search]
    return [
        *found,
        Listing(MENTIONS, lambda after: _notifications(client, after), whole=False),
        Listing(OWN, lambda after: _own(client, after), whole=True),
    ]


def walk(
    listing: Listing, window: Window, overlap: timedelta, now: datetime
) -> Iterator[tuple[tuple[Item, ...], bool]]:
    """Go through a list to the end of its window; yields what was not handed over before, and whether the window is complete.

    The window is moved on beforehand, so that a cursor written after a page resumes after it; never beyond the
    network's ``now``, whatever an entry says.
    """
    end, asked = window.until(overlap), window.walk
    while True:
        part = _asked(listing, window, asked)
        times = [item.at for item in part.items if item.at is not None]
        window.top = max([*(min(at, now) for at in times), *([window.top] if window.top else [])], default=None)
        fresh = tuple(item for item in part.items if not window.knows(item.name) and _within(item, end))
        for item in fresh:
            window.note(item.name, item.at or _LONG_AGO)
        following = _following(part, asked)
        past = end is not None and bool(times) and min(times) < end
        if past or not following:
            window.complete(overlap)
            yield fresh, True
            return
        window.walk = asked = following
        yield fresh, False


def _asked(listing: Listing, window: Window, asked: str) -> Part:
    """Ask for a page; a cursor that the server does not take any more begins the window anew."""
    try:
        return listing.ask(asked)
    except Declined:
        if not asked or asked != window.walk:
            raise
        window.walk = ""
        return listing.ask("")


def _following(part: Part, asked: str) -> str:
    """Return the cursor of the next page: a moment later where it is a time, as entries of one moment may stand on both sides."""
    at = moment(part.following)
    if at is None or not part.following.endswith("Z"):
        return part.following
    later = (at + _TIE).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return part.following if later == asked else later


def _within(item: Item, end: datetime | None) -> bool:
    return end is None or item.at is None or item.at >= end


def _notifications(client: Client, after: str) -> Part:
    # Left out, "priority" is what somebody has chosen in the app: maybe only people whom the account follows.
    asked = {"reasons": list(REASONS), "priority": False, "limit": PAGE, **_after(after)}
    told = client.get(NOTIFICATIONS, asked)
    found = (_item(each, text(each.get("reason"))) for each in items(obj(told).get("notifications")))
    return Part(tuple(found), text(obj(told).get("cursor")))


def _own(client: Client, after: str) -> Part:
    asked = {"actor": client.did, "filter": "posts_with_replies", "limit": PAGE, **_after(after)}
    told = obj(client.get(AUTHOR_FEED, asked))
    # What carries a reason is somebody else's post that we passed on.
    found = (_item(obj(each, "post")) for each in items(told.get("feed")) if not each.get("reason"))
    return Part(tuple(found), text(told.get("cursor")))


def _search(client: Client, term: str) -> Callable[[str], Part]:
    def ask(after: str) -> Part:
        told = obj(client.get(SEARCH, {"q": term, "sort": "latest", "limit": PAGE, **_after(after)}))
        return Part(tuple(_item(each) for each in items(told.get("posts"))), text(told.get("cursor")))

    return ask


def _item(view: Mapping[str, Any], reason: str = "") -> Item:
    uri = text(view.get("uri"))
    name = f"{uri} {text(view.get('cid'))}" if uri else json.dumps(view, sort_keys=True)
    return Item(name, uri, moment(view.get("indexedAt")), view, reason)


def _after(cursor: str) -> dict[str, str]:
    return {"cursor": cursor} if cursor else {}
