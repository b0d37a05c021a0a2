"""Bluesky's errors become ours: what ends a call, and what one post is refused for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from bridge.errors import AuthError, CasebridgeError, RateLimited, Refused
from bridge.unanswered import unsure

if TYPE_CHECKING:
    from datetime import datetime

PASSWORDS = "Settings > Privacy and security > App passwords"
LATER = 60.0
"""Seconds to wait where a limit does not say how long."""
ENDED = frozenset({"ExpiredToken", "InvalidToken"})
"""Words for a token that is no good any more; an expired one is a 400."""
_SIGN_IN = {
    "AuthFactorTokenRequired": f"Bluesky asks for a code by mail: sign in with an app password ({PASSWORDS}), not with the account's own.",
    "AccountTakedown": "Bluesky has suspended this account; its owner can appeal in the app.",
    "AccountDeactivated": "This account is deactivated; reactivate it in the app.",
}


class Declined(Refused):
    """Bluesky refused a call: ``error`` is its word for why, ``said`` its sentence."""

    def __init__(self, status: int, error: str, said: str) -> None:
        """Keep its own words."""
        self.status, self.error, self.said = status, error, said
        super().__init__(f"Bluesky refused it: {said or error or status}")


class TokenEnded(Declined):
    """The access token is no good any more; the call was not done."""


def refused(response: httpx.Response, now: datetime, *, writing: bool) -> CasebridgeError:
    """Return what an answer other than 200 means."""
    status = response.status_code
    error, said = words(response)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return RateLimited("Bluesky asks to wait.", retry_after=seconds(response, now))
    if status >= 500:
        return unsure(f"Bluesky is in trouble ({status} {error})", writing=writing)
    if status < 400:
        return AuthError("service does not lead to a server of Bluesky: it sends us elsewhere.")
    return TokenEnded(status, error, said) if error in ENDED else _declined(status, error, said)


def _declined(status: int, error: str, said: str) -> CasebridgeError:
    if error in _SIGN_IN:
        return AuthError(_SIGN_IN[error])
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return AuthError(f"Bluesky does not let us ({said or error or status}). Make a new app password: {PASSWORDS}.")
    return Declined(status, error, said)


def words(response: httpx.Response) -> tuple[str, str]:
    """Return error and message of an answer, empty where it has none."""
    try:
        body = response.json()
    except ValueError:
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    return str(body.get("error") or ""), str(body.get("message") or "")


def seconds(response: httpx.Response, now: datetime) -> float:
    """Return how long to wait: ``Retry-After``, or until ``RateLimit-Reset`` (a time in seconds since 1970)."""
    told, reset = response.headers.get("Retry-After", ""), response.headers.get("RateLimit-Reset", "")
    if told.isdecimal():
        return max(float(told), 1.0)
    return max(float(reset) - now.timestamp(), 1.0) if reset.isdecimal() else LATER
