"""Where an account lives: its handle leads to its DID, that to a document which names its server (PDS)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.bluesky.calls import Call
from adapters.bluesky.errors import Declined
from adapters.bluesky.names import RESOLVE_HANDLE
from adapters.bluesky.settings import LOOPBACK, safe_address
from adapters.bluesky.shapes import obj, text
from bridge.errors import AuthError

if TYPE_CHECKING:
    from adapters.bluesky.calls import Ask
    from adapters.bluesky.settings import BlueskySettings
    from bridge.nouns import Json

_PDS = "AtprotoPersonalDataServer"


def server_of(settings: BlueskySettings, ask: Ask) -> str:
    """Return the address of the account's server. Raises ``AuthError`` where nobody knows it."""
    try:
        did = settings.handle if settings.handle.startswith("did:") else _did(settings, ask)
        document = ask("GET", _document(settings, did))
    except Declined as error:
        raise AuthError(f"Nobody knows {settings.handle} ({error.said or error.error}): correct handle.") from error
    server = server_in(document, beside=settings.directory)
    if not server:
        raise AuthError(f"The document of {settings.handle} names no server; give its address as service.")
    return server


def server_in(document: Json, *, beside: str) -> str:
    """Return the server that a document names; empty if it names none, or one to which no password may be sent.

    One on this machine only if what we asked is on this machine, too.
    """
    services = document.get("service") if isinstance(document, dict) else None
    for each in services if isinstance(services, list) else ():
        if not isinstance(each, dict) or each.get("type") != _PDS:
            continue
        address = str(each.get("serviceEndpoint") or "").rstrip("/")
        here, there = _on_this_machine(beside), _on_this_machine(address)
        return address if safe_address(address) and (here or not there) else ""
    return ""


def _did(settings: BlueskySettings, ask: Ask) -> str:
    told = ask("GET", f"{settings.appview}/xrpc/{RESOLVE_HANDLE}", Call(query={"handle": settings.handle}))
    return text(obj(told).get("did"))


def _document(settings: BlueskySettings, did: str) -> str:
    if did.startswith("did:web:"):
        host = did.removeprefix("did:web:").replace("%3A", ":")
        return f"https://{host}/.well-known/did.json"
    return f"{settings.directory}/{did}"


def _on_this_machine(address: str) -> bool:
    return urlsplit(address).hostname in LOOPBACK
