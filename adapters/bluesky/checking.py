"""Check an account: are we let in, where does it live, may we read messages, is the clock right; each problem with its remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.bluesky import points
from adapters.bluesky.errors import PASSWORDS, Declined
from adapters.bluesky.names import CONVOS, GET_SESSION, INVALID_HANDLE, PROFILES
from adapters.bluesky.shapes import items, obj, text
from bridge import nouns
from bridge.errors import CasebridgeError
from bridge.nouns import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.bluesky.client import Client
    from adapters.bluesky.settings import BlueskySettings
    from bridge.contracts import Surroundings

HOW_TO_MAKE_ONE = f"in the app under {PASSWORDS}; allow access to direct messages if these are to be read and answered."
_CLOCK_OFF = timedelta(minutes=2)
_OPEN = "all"
_KINDS = {
    "com.atproto.access": "the account's own password",
    "com.atproto.appPass": "an app password without direct messages",
    "com.atproto.appPassPrivileged": "an app password with direct messages",
}


def check(client: Client, settings: BlueskySettings, around: Surroundings) -> nouns.Account:
    """Look at everything that can be looked at without writing."""
    name = f"Bluesky account {settings.handle}"
    try:
        told = obj(client.get(GET_SESSION))
    except CasebridgeError as error:
        return nouns.Account(
            name=name, findings=(Finding(ok=False, text=str(error), remedy=f"casebridge connect {around.name}"),)
        )
    findings = [*_signed_in(client, told), _clock(client), _limits(client), _points(points.left(around, settings))]
    if settings.direct_messages:
        findings += _direct_messages(client)
    return nouns.Account(name=name, findings=tuple(findings))


def _signed_in(client: Client, told: dict[str, Any]) -> Iterator[Finding]:
    session, handle = client.sessions.current(), text(told.get("handle"))
    how = _KINDS.get(session.scope, "a password of a kind that is not known")
    yield Finding(ok=True, text=f"signed in as {handle} ({session.did}) at {session.pds} with {how}")
    if session.scope == "com.atproto.access":
        remedy = f"Make an app password under {PASSWORDS} and give that: it can be withdrawn by itself."
        yield Finding(ok=False, text="the account's own password is used", remedy=remedy)
    if handle == INVALID_HANDLE:
        remedy = "Correct the DNS entry or the file that proves the handle, or choose another in the app."
        yield Finding(ok=False, text="the account's handle does not lead to it", remedy=remedy)
    if told.get("active") is False:
        why = text(told.get("status")) or "not active"
        yield Finding(ok=False, text=f"the account is {why}", remedy="Look in the app what its owner must do.")


def _clock(client: Client) -> Finding:
    seconds = round(client.clock_off.total_seconds())
    remedy = "Set this machine's clock (timedatectl set-ntp true): messages and windows go by it."
    return Finding(
        ok=abs(client.clock_off) <= _CLOCK_OFF, text=f"the server's clock is {seconds} s ahead of ours", remedy=remedy
    )


def _limits(client: Client) -> Finding:
    limits = client.limits
    if "Remaining" not in limits:
        return Finding(ok=True, text="the server tells no limit of calls")
    left = f"{limits['Remaining']} of {limits.get('Limit', 'unknown')} calls are left"
    return Finding(ok=limits["Remaining"] != "0", text=left, remedy="Wait, or sync less often.")


def _points(left: int) -> Finding:
    return Finding(
        ok=left >= points.CREATED,
        text=f"{left} points are left for writing, a post takes {points.CREATED}",
        remedy="Wait for the next hour, or allow more by points_per_hour and points_per_day.",
    )


def _direct_messages(client: Client) -> Iterator[Finding]:
    try:
        client.get(CONVOS, {"limit": 1})
    except (CasebridgeError, Declined) as error:
        yield Finding(
            ok=False, text=f"direct messages cannot be read: {error}", remedy=f"An app password {HOW_TO_MAKE_ONE}"
        )
        return
    yield Finding(ok=True, text="direct messages can be read")
    own = next(iter(items(obj(client.get(PROFILES, {"actors": [client.did]})).get("profiles"))), {})
    allowed = text(obj(own, "associated", "chat").get("allowIncoming"))
    remedy = "In the app: Chats > Settings > Allow new messages from everyone."
    shown = allowed or "people whom the account follows"
    yield Finding(ok=allowed == _OPEN, text=f"direct messages are taken from: {shown}", remedy=remedy)
