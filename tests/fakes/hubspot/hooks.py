"""What the account tells by itself: webhooks with a signature, and the journal that can be read instead."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.hubspot.asked import Asked, Reply, Way
from tests.fakes.hubspot.errors import invalid
from tests.fakes.hubspot.org import CLIENT_SECRET
from tests.fakes.hubspot.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.clock import Clock
    from bridge.nouns import Json
    from tests.fakes.hubspot.portal import Happening, Portal

MOST = 100
"""Events of one call."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One call that HubSpot makes to an app."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def signed(clock: Clock, url: str, payload: Json, *, secret: str = CLIENT_SECRET) -> Hook:
    """Return a call with signature v3 over method, address, body and time."""
    body = json.dumps(payload, separators=(",", ":")).encode()
    stamp = str(int(clock.now().timestamp() * 1000))
    text = b"POST" + url.encode() + body + stamp.encode()
    signature = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    headers = {
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": signature,
        "X-HubSpot-Request-Timestamp": stamp,
    }
    return Hook(url, headers, body)


def webhooks(portal: Portal, url: str, *, since: int = 0, attempt: int = 0) -> list[Hook]:
    """Return the calls that tell what happened after the first ``since`` events, the newest first: order proves nothing."""
    events = [_event(portal, number, one, attempt) for number, one in enumerate(portal.happenings)][since:]
    events.reverse()
    return [signed(portal.clock, url, events[start : start + MOST]) for start in range(0, len(events), MOST)]


def _event(portal: Portal, number: int, one: Happening, attempt: int) -> Json:
    return {
        "eventId": 900_000 + number,
        "subscriptionId": 4_100_000 + len(one.type),
        "portalId": portal.org.portal_id,
        "appId": 1_160_452,
        "occurredAt": int(one.at.timestamp() * 1000),
        "subscriptionType": one.type,
        "attemptNumber": attempt,
        "objectId": int(one.object_id),
        "changeSource": one.source,
        **one.more,
    }


def _journal(asked: Asked) -> Reply:
    """Hand out the next entries after an offset; 204 when there are none yet."""
    given = asked.path["offset"]
    if not given.isdigit():
        raise invalid(f"offset {given} is not valid")
    return _entries(asked.portal, int(given))


def _earliest(asked: Asked) -> Reply:
    return _entries(asked.portal, 0)


def _latest(asked: Asked) -> Reply:
    return _entries(asked.portal, max(len(asked.portal.happenings) - MOST, 0))


def _entries(portal: Portal, start: int) -> Reply:
    rows: Sequence[Happening] = portal.happenings[start : start + MOST]
    if not rows:
        return 204, None
    end = start + len(rows)
    entries = [_event(portal, start + number, one, 0) for number, one in enumerate(rows)]
    return 200, {"offset": str(end), "publishedAt": iso(portal.clock.now()), "journalEvents": entries}


JOURNAL = "/webhooks-journal/journal/v4"
WAYS = (
    Way("GET", JOURNAL + "/earliest", _earliest),
    Way("GET", JOURNAL + "/latest", _latest),
    Way("GET", JOURNAL + "/offset/{offset}/next", _journal),
)
