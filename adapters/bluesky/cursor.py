"""Where reading stands: one window for each list that is read newest first, the place in the log of direct messages, the watched posts.

A list has no "since", and a post stands in it where its author's clock puts it, which may be hours back. So each poll
goes through the list until it is past the overlap, and what was handed over within that is known by a short hash.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bridge.errors import ConfigError
from bridge.keys import short_hash
from bridge.nouns import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
MOST_SEEN = 2_000
"""Items of one list that are known; of more the oldest are read again, which changes nothing."""
_HASH = 10


@dataclass(slots=True)
class Window:
    """How far one list was read."""

    since: datetime | None = None
    """Time of the newest item of the last complete window; None: everything is still to be read."""
    seen: dict[str, int] = field(default_factory=dict)
    """Hash → time in seconds since 1970 of what was handed over and may be met again."""
    walk: str = ""
    """The list's own cursor within a window that is not complete."""
    top: datetime | None = None
    """Time of the newest item of that window."""

    def until(self, overlap: timedelta) -> datetime | None:
        """Return the time at which a window ends; None: with the list."""
        return self.since - overlap if self.since is not None else None

    def knows(self, name: str) -> bool:
        """Tell whether something was handed over already."""
        return _hash(name) in self.seen

    def note(self, name: str, at: datetime) -> None:
        """Note that something is handed over."""
        self.seen[_hash(name)] = int(at.timestamp())

    def complete(self, overlap: timedelta) -> None:
        """Move on to the newest item, and forget what cannot be met again."""
        times = [each for each in (self.since, self.top) if each is not None]
        self.since, self.walk, self.top = max(times, default=None), "", None
        kept = sorted(self.seen.items(), key=lambda item: -item[1])[:MOST_SEEN]
        end = self.until(overlap)
        self.seen = {name: at for name, at in kept if end is None or at >= int(end.timestamp())}


@dataclass(slots=True)
class Watch:
    """Posts that are looked after for deletion, with the time of each, and when that was done last."""

    posts: dict[str, int] = field(default_factory=dict)
    looked: datetime | None = None


@dataclass(slots=True)
class State:
    """What a cursor says."""

    windows: dict[str, Window] = field(default_factory=dict)
    chat: str | None = None
    """Place in the log of direct messages, empty at its beginning; None: it was never read."""
    watch: Watch = field(default_factory=Watch)

    def window(self, name: str) -> Window:
        """Return the window of a list, a fresh one for a list that was never read."""
        return self.windows.setdefault(name, Window())

    def cursor(self) -> Cursor:
        """Write it down."""
        told = {
            "v": VERSION,
            "windows": {name: _told(window) for name, window in self.windows.items()},
            "chat": self.chat,
            "watch": {"posts": self.watch.posts, "looked": _iso(self.watch.looked)},
        }
        return Cursor(json.dumps(told, separators=(",", ":"), sort_keys=True))


def read(cursor: Cursor) -> State:
    """Read a cursor; the empty one is the beginning. Raises ``ConfigError`` for one that is not ours."""
    if not cursor.value:
        return State()
    try:
        told = json.loads(cursor.value)
        windows = {name: _window(each) for name, each in told["windows"].items()}
        watch = Watch(dict(told["watch"]["posts"]), _time(told["watch"]["looked"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"This is no cursor of a Bluesky source: {cursor.value[:40]!r}.") from error
    return State(windows, told["chat"], watch)


def _told(window: Window) -> dict[str, Any]:
    told = {"since": _iso(window.since), "seen": window.seen, "walk": window.walk, "top": _iso(window.top)}
    return {name: value for name, value in told.items() if value}


def _window(told: Mapping[str, Any]) -> Window:
    return Window(_time(told.get("since")), dict(told.get("seen", {})), told.get("walk", ""), _time(told.get("top")))


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _time(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told).astimezone(UTC) if told else None


def _hash(name: str) -> str:
    return short_hash(name)[:_HASH]
