"""django-helpdesk's errors become ours: what ends a call, and what one record is refused for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.django_helpdesk.wording import refusal
from bridge.errors import AuthError, CasebridgeError, RateLimited, Refused
from bridge.unanswered import unsure

if TYPE_CHECKING:
    import httpx

    from bridge.nouns import Refusal

LATER = 10.0
"""Seconds until a record is tried again that something before it kept from being written."""
_SIGNED_OUT = "django-helpdesk does not take the token: make a new one (drf_create_token USER, or Admin > Tokens)."


class Declined(Refused):
    """django-helpdesk refused a call; ``refusal`` says it in plain words."""

    def __init__(self, status: int, body: Any) -> None:  # noqa: ANN401 - JSON
        """Keep what it was."""
        self.status = status
        self.refusal: Refusal = refusal(body, status)
        super().__init__(self.refusal.reason, field=self.refusal.field or None)


def refused(response: httpx.Response, *, writing: bool) -> CasebridgeError:
    """Return what an answer above 299 means."""
    status = response.status_code
    body = _body(response)
    # A missing or wrong token is a 403 where the site's first way to sign in is the session.
    if status == 401 or (status == 403 and "credentials" in str(body).lower()):
        return AuthError(_SIGNED_OUT)
    if status == 429 or (status == 503 and "Retry-After" in response.headers):
        return RateLimited("django-helpdesk asks to wait.", retry_after=_seconds(response))
    if status >= 500:
        return unsure(f"django-helpdesk is in trouble ({status}), its log says why", writing=writing)
    if status < 400:
        return AuthError("base_url does not lead to django-helpdesk's interface: it sends us elsewhere.")
    return Declined(status, body)


def _body(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    try:
        return response.json()
    except ValueError:
        return response.reason_phrase


def _seconds(response: httpx.Response) -> float:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() else LATER
