"""Addresses of servers, as settings give them: what is secret goes there encrypted, or stays on this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def encrypted(address: str) -> bool:
    """Tell whether what is sent to an address is encrypted, or does not leave this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def safe_address(value: str, name: str = "base_url") -> str:
    """Return the address that the setting ``name`` gives. Raises ``ValueError`` if it is not encrypted."""
    if not encrypted(value):
        message = f"{name} begins with https:// (http:// only on this machine)"
        raise ValueError(message)
    return value
