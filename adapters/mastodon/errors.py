"""What a Mastodon server answers in trouble becomes our errors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from bridge.errors import AuthError, CasebridgeError, RateLimited, Refused
from bridge.unanswered import unsure

if TYPE_CHECKING:
    import httpx

    from bridge.clock import Clock

WINDOW = 300.0
"""Seconds of the usual window, for servers that do not say when it ends."""
_LONGEST = 24 * 3600.0
"""Seconds that are waited at most, whatever a server says."""


class Missing(Refused):
    """It is not there, or not for us: deleted, or its author has blocked the account."""


def refused(response: httpx.Response, name: str, clock: Clock, *, writing: bool) -> CasebridgeError:
    """Return what an answer above 299 means; ``name`` is the connection's."""
    said = _said(response)
    if response.status_code >= 500 or (response.status_code in (404, 410) and not said):  # without a word it is a proxy
        return unsure(f"{response.url.host} is in trouble ({response.status_code})", writing=writing)
    status, host = response.status_code, response.url.host
    if status == 401 or (status == 403 and "scope" in said.lower()):
        why = said or "the token was withdrawn"
        return AuthError(f"{host} does not let us in ({why}). Sign in anew: casebridge connect {name}")
    if status in (404, 410):
        return Missing("it was deleted there, or its author does not show it to us")
    if status == 429:
        return RateLimited(f"{host} asks to wait.", retry_after=wait(response, clock))
    if status < 400:
        return AuthError(f"{host} sends us elsewhere ({status}): look at base_url.")
    return Refused(said or f"{host} answered {status}")


def wait(response: httpx.Response, clock: Clock) -> float:
    """Return the seconds until a window ends, at least one: a time, or seconds since 1970 as GoToSocial sends them."""
    if (after := response.headers.get("Retry-After", "")).isdecimal():
        return min(max(float(after), 1.0), _LONGEST)
    told = response.headers.get("X-RateLimit-Reset", "")
    try:
        ends = datetime.fromtimestamp(int(told), UTC) if told.isdecimal() else datetime.fromisoformat(told)
        return min(max((ends - clock.now()).total_seconds(), 1.0), _LONGEST)
    except (ValueError, OverflowError, OSError, TypeError):
        return WINDOW


def _said(response: httpx.Response) -> str:
    try:
        body: Any = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(body, dict):
        return ""
    return str(body.get("error_description") or body.get("error") or "")[:300]
