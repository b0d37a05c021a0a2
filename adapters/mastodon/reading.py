"""Reading forward from a place: what the account was told, what it posted itself, what became of both since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from adapters.mastodon.entities import Notification, Status
from adapters.mastodon.errors import Missing
from adapters.mastodon.parse import NETWORK, READ, notification_event, status_event
from adapters.mastodon.places import Watched, seconds
from bridge.nouns import Deleted, Page, Said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from adapters.mastodon.client import Listed
    from adapters.mastodon.places import Place
    from adapters.mastodon.server import Server
    from adapters.mastodon.settings import MastodonSettings
    from bridge.clock import Clock
    from bridge.nouns import Message, SourceEvent

_LOOKS = 40
"""Posts that are looked at again between two pages."""


class Reader:
    """Reads on for one run."""

    def __init__(self, server: Server, settings: MastodonSettings, clock: Clock, place: Place) -> None:
        """Begin at a place."""
        self._server, self._settings, self._clock, self._place = server, settings, clock, place
        self._met: set[str] = set(place.watched)
        """Posts that need no thread read above them."""

    def pages(self) -> Iterator[Page]:
        """Yield until everything is read; only the last page claims no more."""
        yield from self._notifications()
        yield from self._own_posts()
        yield from self._again()

    def _notifications(self) -> Iterator[Page]:
        while True:
            found = self._server.told(min_id=self._place.notification)
            if not found.items:
                return
            events: list[SourceEvent] = []
            for raw in reversed(found.items):
                event = notification_event(raw, self._server.name, self._server.me)
                events += [*self._above(event), event]
            newer = found.newer or _newest(found)
            self._place = replace(self._place, notification=newer or self._place.notification)
            yield self._page(events)
            if not newer:
                return

    def _own_posts(self) -> Iterator[Page]:
        while True:
            found = self._server.posted(min_id=self._place.own)
            if not found.items:
                return
            where = f"{self._server.name} posts of the account"
            events = [status_event(raw, where, self._server.me) for raw in reversed(found.items)]
            newer = found.newer or _newest(found)
            self._place = replace(self._place, own=newer or self._place.own)
            yield self._page(events)
            if not newer:
                return

    def _again(self) -> Iterator[Page]:
        """Look at posts again, as far as the server's window allows."""
        now, settings, client = self._clock.now(), self._settings, self._server.client
        self._place = self._place.fresh(now, settings)
        events: list[SourceEvent] = []
        for looks, id_ in enumerate(self._place.due(now, settings), 1):
            if client.left is not None and client.left <= settings.reserve:
                break
            events += self._look(id_, now)
            if looks % _LOOKS == 0:
                yield Page(tuple(events), self._place.cursor(), more=True)
                events = []
        yield Page(tuple(events), self._place.cursor())

    def _look(self, id_: str, now: datetime) -> list[SourceEvent]:
        held = self._place.watched[id_]
        try:
            raw = self._server.client.get(f"/api/v1/statuses/{id_}")
        except Missing:
            self._place = self._place.without(id_)
            return [Deleted(NETWORK, id_, now, self._server.me.host)]
        event = status_event(raw, f"{self._server.name} looked at again", self._server.me)
        edited = seconds(event.message.edited_at) if isinstance(event, Said) else held.edited
        looked = Watched(held.said, seconds(now), edited)
        self._place = replace(self._place, watched={**self._place.watched, id_: looked})
        return [event] if edited != held.edited else []

    def _above(self, event: SourceEvent) -> list[SourceEvent]:
        """Return what stands above a post that answers something that was not read."""
        if not isinstance(event, Said):
            return []
        message = event.message
        self._met.add(message.native_id)
        if not self._settings.threads or not message.answers or self._met.issuperset(message.answers):
            return []
        try:
            context = self._server.client.get(f"/api/v1/statuses/{message.native_id}/context")
        except Missing:
            return []
        ancestors = context.get("ancestors") if isinstance(context, dict) else None
        where = f"{self._server.name} above {message.native_id}"
        events = [status_event(raw, where, self._server.me, overheard=True) for raw in ancestors or ()]
        self._met.update(each.message.native_id for each in events if isinstance(each, Said))
        return events

    def _page(self, events: list[SourceEvent]) -> Page:
        self._place = self._place.seen(_watchable(events), self._clock.now(), self._settings)
        return Page(tuple(events), self._place.cursor(), more=True)


def _watchable(events: list[SourceEvent]) -> list[Message]:
    said = (event.message for event in events if isinstance(event, Said))
    return [message for message in said if not message.extra.get("listening")]


def _newest(found: Listed) -> str:
    """Return the id of the first item that has one, for servers without Link headers."""
    ids = (raw.get("id") for raw in found.items if isinstance(raw, dict))
    return next((str(id_) for id_ in ids if id_), "")


def said_at(raw: Any) -> datetime | None:  # noqa: ANN401 - JSON
    """Return when a notification or a post was made, None if that cannot be read."""
    model = Notification if isinstance(raw, dict) and raw.get("type") in READ else Status
    try:
        return model.model_validate(raw).created_at
    except ValidationError:
        return None
