"""Addresses of records for people, in the account's own part of the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.hubspot.names import CONTACTS, TICKETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.hubspot.client import Client

_PAGES: Mapping[str, str] = {CONTACTS: "0-1", TICKETS: "0-5"}
"""Objects whose records have pages, by HubSpot's numbers."""


def link(client: Client, name: str, ref: str) -> str:
    """Return the address of a record, empty for what has no page, and where the settings do not name the account."""
    return f"{client.home}/record/{_PAGES[name]}/{ref}" if client.home and name in _PAGES else ""
