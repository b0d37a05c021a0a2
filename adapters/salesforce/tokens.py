"""Access tokens: client credentials and JWT bearer through an External Client App, or a session from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt
import requests
from pydantic import SecretStr

from adapters.salesforce.errors import Lost, unreachable
from bridge.errors import AuthError, Transient

if TYPE_CHECKING:
    from adapters.salesforce.settings import SalesforceSettings
    from bridge.clock import Clock

PATH = "/services/oauth2/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE = timedelta(minutes=3)
"""Longest life of an assertion that every org takes."""
_REMEDIES = {
    "invalid_client_id": "The consumer key is not known in this org: compare consumer_key with Setup > External Client App Manager > your app > OAuth Settings.",
    "invalid_client": "The consumer key or secret is wrong: renew consumer_secret from Setup > External Client App Manager > your app > OAuth Settings.",
    "invalid_grant": "The user is not let in: choose a run-as user (client credentials) or pre-authorise the user's permission set (JWT) under Setup > External Client App Manager > your app > Policies.",
    "unsupported_grant_type": "The flow is not switched on: tick it under Setup > External Client App Manager > your app > OAuth Settings > Flow Enablement.",
    "inactive_user": "The run-as user is not active: choose another under Setup > External Client App Manager > your app > Policies.",
    "inactive_org": "The org is locked, closed or suspended: ask its Salesforce administrator.",
}
_OTHERWISE = "Compare url, consumer_key and the policies of the app with Setup > External Client App Manager."


@dataclass(frozen=True, slots=True)
class Token:
    """A session: where to call, as whom."""

    value: SecretStr
    instance_url: str
    user_id: str = ""
    apart: timedelta | None = None
    """How far the org's clock was from ours when it was issued, where it said so."""


def fetch(settings: SalesforceSettings, session: requests.Session, clock: Clock) -> Token:
    """Return a new token; raises ``AuthError`` with what to do, or ``Transient``."""
    if settings.access_token:
        return Token(settings.access_token, settings.url)
    form, basic = _client_credentials(settings) if settings.consumer_secret else _assertion(settings, clock)
    try:
        response = session.post(
            settings.url + PATH, data=form, auth=basic, timeout=settings.timeout, allow_redirects=False
        )
    except requests.RequestException as error:
        raise unreachable(error) from None  # its request carries the credentials
    if response.status_code != 200:
        raise _refused(response)
    return _token(settings, _body(response), clock.now())


def _client_credentials(settings: SalesforceSettings) -> tuple[dict[str, str], tuple[str, str]]:
    basic = (settings.consumer_key, settings.consumer_secret.get_secret_value())
    return {"grant_type": "client_credentials"}, basic


def _assertion(settings: SalesforceSettings, clock: Clock) -> tuple[dict[str, str], None]:
    claims = {
        "iss": settings.consumer_key,
        "sub": settings.username,
        "aud": settings.audience,
        "exp": int((clock.now() + LIFE).timestamp()),
    }
    try:
        signed = jwt.encode(claims, settings.private_key.get_secret_value(), algorithm="RS256")
    except (jwt.InvalidKeyError, ValueError, TypeError):
        message = "private_key is no RSA private key in PEM form: give the key that belongs to the app's certificate."
        raise AuthError(message) from None  # the cause may quote the key
    return {"grant_type": JWT_BEARER, "assertion": signed}, None


def _token(settings: SalesforceSettings, body: dict[str, Any], now: datetime) -> Token:
    value = body.get("access_token")
    if not isinstance(value, str):
        raise AuthError("Salesforce answered the sign-in without a token. " + _OTHERWISE)
    issued = body.get("issued_at")
    return Token(
        SecretStr(value),
        settings.url if settings.url.startswith("http:") else str(body.get("instance_url") or settings.url),
        user_id=urlsplit(str(body.get("id", ""))).path.rpartition("/")[2],
        apart=abs(now - datetime.fromtimestamp(int(issued) / 1000, UTC)) if issued else None,
    )


def _body(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _refused(response: requests.Response) -> AuthError | Transient:
    if response.status_code >= 500:
        return Lost(f"Salesforce cannot sign anybody in at the moment ({response.status_code}).")
    body = _body(response)
    code, words = str(body.get("error", response.status_code)), str(body.get("error_description", ""))
    remedy = _REMEDIES.get(code, _OTHERWISE)
    return AuthError(f"Salesforce refused the sign-in ({code}{': ' if words else ''}{words}). {remedy}")
