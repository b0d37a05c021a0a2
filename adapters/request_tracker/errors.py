"""Request Tracker's errors become ours: what ends a call, and what one record is refused for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from adapters.request_tracker.wording import refusal
from bridge.errors import AuthError, CasebridgeError, RateLimited, Refused
from bridge.unanswered import unsure

if TYPE_CHECKING:
    from bridge.nouns import Refusal

TOKENS = "Logged in as … > Settings > Auth Tokens"
LATER = 10.0
"""Seconds until a record is tried again that something before it kept from being written."""


class Declined(Refused):
    """Request Tracker refused a call; ``refusal`` says it in plain words."""

    def __init__(self, status: int, said: str) -> None:
        """Keep its own words."""
        self.status, self.said = status, said
        self.refusal: Refusal = refusal(said, status)
        super().__init__(self.refusal.reason, field=self.refusal.field or None)


def refused(response: httpx.Response, *, writing: bool) -> CasebridgeError:
    """Return what an answer above 299 means."""
    status = response.status_code
    if status == httpx.codes.UNAUTHORIZED:
        return AuthError(f"Request Tracker does not take the token. Make a new one under {TOKENS}.")
    if status == httpx.codes.TOO_MANY_REQUESTS or (status == 503 and "Retry-After" in response.headers):
        return RateLimited("The server before Request Tracker asks to wait.", retry_after=_seconds(response))
    if status >= 500:
        return unsure(f"Request Tracker is in trouble ({status}), its log says why", writing=writing)
    if status < 400:
        message = "base_url does not lead to Request Tracker's REST interface: it sends us elsewhere. Add its WebPath."
        return AuthError(message)
    return Declined(status, _said(response))


def _said(response: httpx.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return response.reason_phrase
    return str(body.get("message") or "") if isinstance(body, dict) else ""


def _seconds(response: httpx.Response) -> float:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() else LATER
