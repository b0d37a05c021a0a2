"""Addresses of HubSpot's API. Versions stand here and nowhere else: v1 to v3 are enforced out in September 2027."""

from __future__ import annotations

from typing import Final

_CRM: Final = "/crm/v3"
_ASSOCIATIONS: Final = "/crm/v4/associations"

_CONVERSATIONS: Final = "/conversations/v3/conversations"

ACCOUNT: Final = "/account-info/v3/details"
FILES: Final = "/files/v3/files"
EXPORTS: Final = f"{_CRM}/exports/export/async"
FLOWS: Final = "/automation/v4/flows"
SCHEMAS: Final = "/crm-object-schemas/v3/schemas"
OWNERS: Final = f"{_CRM}/owners"
THREADS: Final = f"{_CONVERSATIONS}/threads"
CHANNELS: Final = "/conversations/custom-channels/2026-03"
TOKEN: Final = "/oauth/v1/token"  # noqa: S105 - an address


def objects(name: str, *steps: str) -> str:
    """Return the address of an object's records, or of what ``steps`` name below it."""
    return "/".join((_CRM, "objects", name, *steps))


def properties(name: str, *steps: str) -> str:
    """Return the address of an object's property definitions."""
    return "/".join((_CRM, "properties", name, *steps))


def messages(thread: str, *steps: str) -> str:
    """Return the address of a thread's messages."""
    return "/".join((THREADS, thread, "messages", *steps))


def channel(channel_id: str, *steps: str) -> str:
    """Return the address of a custom channel, or of what ``steps`` name below it."""
    return "/".join((CHANNELS, channel_id, *steps))


def pipelines(name: str) -> str:
    """Return the address of an object's pipelines with their stages."""
    return f"{_CRM}/pipelines/{name}"


def associations(from_name: str, to_name: str, *steps: str) -> str:
    """Return the address of the associations of two objects; ``labels`` lists their types."""
    return "/".join((_ASSOCIATIONS, from_name, to_name, *steps))
