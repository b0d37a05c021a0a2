"""What a forum answers in trouble becomes our errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from bridge.errors import AuthError, CasebridgeError, RateLimited, Refused
from bridge.unanswered import unsure

if TYPE_CHECKING:
    import httpx

LATER = 60.0
"""Seconds to wait where the forum does not say how long: its usual window."""
_LONGEST = 24 * 3600.0
"""Seconds that are waited at most, whatever a forum says."""


class Missing(Refused):
    """It is not there, or was deleted."""


class Forbidden(Refused):
    """The user may not, or the key is no good: the forum says the same of both."""


def refused(response: httpx.Response, *, writing: bool) -> CasebridgeError:
    """Return what an answer above 299 means."""
    status, host, body = response.status_code, response.url.host, _body(response)
    told = body.get("errors")
    said = "; ".join(str(each) for each in (told if isinstance(told, list) else [told]) if each)[:300]
    if status == 429:
        return RateLimited(f"{host} asks to wait.", retry_after=_wait(response, body))
    if status >= 500 or (status in (404, 410) and not body):  # without a word of the forum's own it is a proxy
        return unsure(f"{host} is in trouble ({status})", writing=writing)
    if status in (404, 410):
        return Missing("it was deleted there, or the user does not see it")
    if status in (401, 403):
        return Forbidden(said or f"{host} does not allow it")
    if status < 400:
        return AuthError(f"{host} sends us elsewhere ({status}): look at base_url.")
    return Refused(said or f"{host} answered {status}")


def _wait(response: httpx.Response, body: dict[str, Any]) -> float:
    extras = body.get("extras")
    told = response.headers.get("Retry-After") or str(
        (extras if isinstance(extras, dict) else {}).get("wait_seconds", "")
    )
    return min(max(float(told), 1.0), _LONGEST) if told.isdecimal() else LATER


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
