"""The inbox of an account: its threads, their messages, and which ticket a thread of our channel belongs to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from adapters.hubspot import paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.limits import Purpose
from adapters.hubspot.objects import patiently
from adapters.hubspot.values import as_text, instant
from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from adapters.hubspot.client import Client, Reply
    from adapters.hubspot.settings import HubSpotSettings
    from bridge.nouns import Json

TICKET = "#ticket-"
"""Stands between a customer's id and that of the ticket: no API tells a thread's ticket unless HubSpot made it."""
_PAGE = 100


class Inbox:
    """Reads threads, the one with the oldest last message first."""

    def __init__(self, client: Client, settings: HubSpotSettings) -> None:
        """Read nothing yet."""
        self._client, self._settings = client, settings
        self._account: dict[str, Any] = {}

    def threads(self, *, since: datetime | None = None, contact: str = "") -> Iterator[dict[str, Any]]:
        """Yield threads in which something was said since a time, or those of one contact."""
        query: dict[str, str | int] = {"sort": "latestMessageTimestamp"} if since else {}
        query |= {"latestMessageTimestampAfter": instant(since)} if since else {}
        query |= {"associatedContactId": contact} if contact else {}
        for reply in self._pages(paths.THREADS, query):
            yield from reply.results

    def messages(self, thread: str) -> list[dict[str, Any]]:
        """Return what was said in a thread."""
        return [each for reply in self._pages(paths.messages(thread), {}) for each in reply.results]

    def message(self, thread: str, message: str) -> dict[str, Any] | None:
        """Return a message, None where it is gone."""
        try:
            found: dict[str, Any] = self._client.get(paths.messages(thread, message)).body
        except Declined as declined:
            if declined.problem.missing:
                return None
            raise
        return None if found.get("archived") else found

    def text(self, message: Mapping[str, Json]) -> str:
        """Return the whole text of a message, of which a list may show a part only."""
        whole = message
        if message.get("truncationStatus") not in (None, "NOT_TRUNCATED"):
            path = paths.messages(message["conversationsThreadId"], message["id"], "original-content")
            whole = self._client.get(path).body
        return str(whole.get("text") or as_text(whole.get("richText") or "")).strip()

    def identifier(self) -> dict[str, str]:
        """Return the address of our account of the channel; raises ``ConfigError`` where it has none or may not send."""
        if not self._account:
            path = paths.channel(self._settings.channel, "channel-accounts", self._settings.channel_account)
            self._account = self._client.get(path).body
        found = self._account.get("deliveryIdentifier")
        if not (found and self._account.get("authorized")):
            message = f"Channel account {self._settings.channel_account} is not connected; connect it under Settings > Inboxes."
            raise ConfigError(message)
        identifier: dict[str, str] = found
        return identifier

    def _pages(self, path: str, query: Mapping[str, str | int]) -> Iterator[Reply]:
        after = ""
        while True:
            asked = {**query, "limit": _PAGE, **({"after": after} if after else {})}
            reply = patiently(self._client, partial(self._client.get, path, purpose=Purpose.ANSWER, **asked))
            yield reply
            after = reply.after
            if not after:
                return


def ticket_of(messages: Sequence[Mapping[str, Json]]) -> str:
    """Return the ticket that a thread of our channel belongs to, empty for another thread."""
    people = (one for each in messages for one in (*(each.get("senders") or ()), *(each.get("recipients") or ())))
    values = (str((one.get("deliveryIdentifier") or {}).get("value") or "") for one in people)
    return next((value.rpartition(TICKET)[2] for value in values if TICKET in value), "")
