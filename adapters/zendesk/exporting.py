"""Many look-ups at once: what the exports show since our keys were written. They prove what is there, never what is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.zendesk.limits import Purpose
from bridge.errors import AuthError, Transient

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from adapters.zendesk.client import Client
    from adapters.zendesk.settings import ZendeskSettings
    from bridge.clock import Clock

Row = dict[str, Any]
FEW = 5
"""So many keys are looked up one by one."""
_PAGES = 3
"""In a busy account our own are soon hard to find: a look-up of each is the shorter way then."""
_BEFORE = timedelta(minutes=2)


class Shown:
    """Reads exports for look-ups, where they may be read at once and are likely to spare calls."""

    def __init__(self, client: Client, settings: ZendeskSettings, clock: Clock) -> None:
        """Read nothing yet."""
        self._client, self._settings, self._clock = client, settings, clock

    def tickets(self, keys: Collection[str], since: datetime | None) -> dict[str, list[Row]]:
        """Return tickets under our keys, those that were deleted among them only where no other is: key → tickets."""
        found: dict[str, list[Row]] = {}
        wanted = set(keys)
        for page in self._pages("tickets/cursor", keys, since):
            for row in page["tickets"]:
                key = str(row.get("external_id") or "").casefold()
                if key in wanted:
                    found.setdefault(key, []).append(row)
        standing = {key: [row for row in rows if row["status"] != "deleted"] for key, rows in found.items()}
        return {key: standing[key] or rows for key, rows in found.items()}

    def comments(self, cases: Collection[str], since: datetime | None) -> list[Row]:
        """Return comments in some tickets, oldest first."""
        wanted = set(cases)
        return [
            child
            for page in self._pages("ticket_events", wanted, since)
            for event in page["ticket_events"]
            if str(event["ticket_id"]) in wanted
            for child in event["child_events"]
            if child.get("event_type") == "Comment" and "body" in child
        ]

    def _pages(self, path: str, wanted: Collection[str], since: datetime | None) -> Iterator[Row]:
        latest = self._clock.now() - timedelta(seconds=self._settings.export_lag)
        if since is None or len(wanted) <= FEW or since > latest:
            return
        at: dict[str, str | int] = {"start_time": max(int((since - _BEFORE).timestamp()), 1)}
        more = {"include": "comment_events"} if path == "ticket_events" else {}
        for _ in range(_PAGES):
            if not self._client.usage.export_fits():
                return
            try:
                page = self._client.export(path, purpose=Purpose.DELIVER, **at, **more)
            except (AuthError, Transient):
                return
            yield page
            if page.get("end_of_stream", True):
                return
            at = {"cursor": page["after_cursor"]} if "after_cursor" in page else {"start_time": page["end_time"]}
