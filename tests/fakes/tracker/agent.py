"""A person who works with the tracker in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.tracker.app import Tracker

ME = "agent:bela"


class Agent:
    """Does what people do there."""

    def __init__(self, tracker: Tracker) -> None:
        """Work in one tracker."""
        self._tracker = tracker

    def comment(self, ticket: str, text: str, *, internal: bool) -> str:
        """Write a comment; return its id."""
        fields = {"ticket": ticket, "text": text, "internal": internal}
        item = self._tracker.make("comments", fields, ME)
        self._tracker.touch(self._tracker.items["tickets"][ticket], ME)
        if not internal:
            self._tracker.notices.send("the reporter", text, automation="comment", about=ticket, by=ME)
        return item.id

    def hide(self, comment: str) -> None:
        """Make a comment internal."""
        self._tracker.touch(self._tracker.items["comments"][comment], ME, internal=True)

    def set(self, kind: str, ref: str, **fields: Any) -> None:  # noqa: ANN401 - any JSON
        """Change something."""
        self._tracker.touch(self._tracker.items[kind][ref], ME, **fields)

    def delete(self, kind: str, ref: str) -> None:
        """Delete something."""
        item = self._tracker.items[kind][ref]
        item.deleted = True
        self._tracker.touch(item, ME)

    def merge(self, kind: str, loser: str, winner: str) -> None:
        """Merge two records."""
        item = self._tracker.items[kind][loser]
        item.merged_into = winner
        self._tracker.touch(item, ME)

    def add(self, kind: str, **fields: Any) -> str:  # noqa: ANN401 - any JSON
        """Make something; return its id."""
        return self._tracker.make(kind, fields, ME).id
