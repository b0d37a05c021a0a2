"""What a list holds after a place. Lists are given newest first, and are read forward by windows of numbers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.discourse.client import Client

Raw = dict[str, Any]
WINDOW = 49
"""Numbers in a window: a page holds 50 posts, and older forums count the one that is named in."""


def readable(posts: list[Any]) -> list[Raw]:
    """Return the posts that have a number; the others cannot be told apart from what was read before."""
    return [raw for raw in posts if isinstance(raw, dict) and type(raw.get("id")) is int and raw["id"] > 0]


def after(client: Client, which: str, last: int) -> Iterator[list[Any]]:
    """Yield what came after a post, oldest first, then the newest page once more as a whole."""
    newest = client.listed(which)
    ids = [raw["id"] for raw in readable(newest)]
    if which == "public":
        yield from _forward(client, last, min(ids, default=0))
    else:
        yield from _backward(client, which, last, min(ids, default=0))
    yield newest[::-1]


def _forward(client: Client, last: int, until: int) -> Iterator[list[Any]]:
    """Yield public posts with numbers between two, by windows: what is read stays read if the run ends.

    Where a window holds nothing the next one is twice as wide; numbers go to what the user does not see as well.
    """
    width = WINDOW
    while last < until - 1:
        posts = readable(client.listed("public", before=last + width + 1))
        inside = [raw for raw in posts if last < raw["id"] <= last + width]
        if width > WINDOW and inside and min(raw["id"] for raw in posts) > last:
            width = WINDOW  # the page was too small for all that is there
            continue
        if inside:
            yield sorted(inside, key=_number)
        last += width
        width = WINDOW if inside else 2 * width


def _backward(client: Client, which: str, last: int, before: int) -> Iterator[list[Any]]:
    """Yield personal messages between two numbers: they are few, and far apart in number."""
    pages = list[list[Raw]]()
    while before > last + 1:
        posts = [raw for raw in readable(client.listed(which, before=before)) if last < raw["id"] < before]
        if not posts:
            break
        pages.append(sorted(posts, key=_number))
        before = pages[-1][0]["id"]
    yield from reversed(pages)


def back_to(client: Client, which: str, time: datetime) -> Iterator[Raw]:
    """Yield posts, the newest first, back to a page on which all are older than a time."""
    before: int | None = None
    while posts := readable(client.listed(which, before=before)):
        yield from posts
        lowest = min(raw["id"] for raw in posts)
        if all(is_before(raw, time) for raw in posts) or lowest == before:
            return
        before = lowest


def is_before(raw: Raw, time: datetime) -> bool:
    """Tell whether a post was made before a time; one whose time cannot be read was not."""
    try:
        made = datetime.fromisoformat(str(raw.get("created_at")))
    except ValueError:
        return False
    return made.tzinfo is not None and made < time


def count(client: Client, which: str, last: int, pages: int) -> int | None:
    """Return how many posts come after a number, None if they are on more pages than are looked at."""
    total = 0
    before: int | None = None
    for _ in range(pages):
        ids = [int(raw["id"]) for raw in readable(client.listed(which, before=before))]
        below = [id_ for id_ in ids if before is None or id_ < before]
        total += sum(id_ > last for id_ in below)
        if not below or min(below) <= last:
            return total
        before = min(below)
    return None


def _number(raw: Raw) -> int:
    return int(raw["id"])
