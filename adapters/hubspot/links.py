"""Addresses of records for people, in the account's own part of the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.hubspot import paths
from adapters.hubspot.names import CONTACTS, TICKETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.hubspot.client import Client

_PAGES: Mapping[str, str] = {CONTACTS: "0-1", TICKETS: "0-5"}
"""Objects whose records have pages, by HubSpot's numbers."""


class Links:
    """Asks once where the account's pages are."""

    def __init__(self, client: Client) -> None:
        """Ask nothing yet."""
        self._client = client
        self._home = ""

    def to(self, name: str, ref: str) -> str:
        """Return the address of a record, empty for what has no page of its own."""
        if name not in _PAGES:
            return ""
        if not self._home:
            details = self._client.get(paths.ACCOUNT).body
            domain = details.get("uiDomain") or "app.hubspot.com"
            self._home = f"https://{domain}/contacts/{details['portalId']}/record"
        return f"{self._home}/{_PAGES[name]}/{ref}"
