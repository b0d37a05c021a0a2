"""How calls are signed: by an agent's API token, by an OAuth token, by one that an OAuth client gets itself, or by those of a person."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from adapters.zendesk.errors import problem_of
from adapters.zendesk.wording import CLIENTS
from bridge import oauth
from bridge.errors import AuthError, RateLimited, Transient
from bridge.unanswered import lost

if TYPE_CHECKING:
    from pydantic import SecretStr

    from adapters.zendesk.settings import ZendeskSettings
    from bridge.clock import Clock
    from bridge.contracts import Surroundings

PATH = "/oauth/tokens"
_EARLY = timedelta(minutes=1)
"""Tokens are renewed so long before they end."""
_WAIT = 30.0


class Signature(Protocol):
    """What signs calls to one account."""

    def header(self) -> dict[str, str]:
        """Return the header that signs a call; raises ``AuthError`` or ``Transient`` where no token is to be had."""
        ...

    def forget(self) -> bool:
        """Give up a token that was not taken; False where there is no other to be had."""
        ...


def signature(settings: ZendeskSettings, surroundings: Surroundings, http: httpx.Client) -> Signature:
    """Return what signs calls; asks for nothing yet. ``http`` carries the calls for tokens."""
    if settings.by_person:
        return OfPerson(personal(settings, surroundings, http))
    return OfClient(settings, surroundings.clock, http) if settings.client_secret else Lasting(settings)


def personal(settings: ZendeskSettings, surroundings: Surroundings, http: httpx.Client) -> oauth.Tokens:
    """Return the tokens that a person has allowed: kept in the vault, and each refresh token used once."""
    provider = oauth.Provider(
        name=surroundings.name,
        authorize_url=f"{settings.url}/oauth/authorizations/new",
        token_url=settings.url + PATH,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scopes=tuple(settings.scope.split()),
        token_parameters={"scope": settings.scope, "expires_in": str(settings.token_seconds)},
    )
    return oauth.Tokens(provider, surroundings.safe, surroundings.clock, http)


class Lasting:
    """Credentials that do not end by themselves."""

    def __init__(self, settings: ZendeskSettings) -> None:
        """Take them from the settings."""
        if settings.oauth_token:
            self._header = f"Bearer {settings.oauth_token.get_secret_value()}"
        else:
            token = settings.token.get_secret_value() if settings.token else ""
            self._header = f"Basic {base64.b64encode(f'{settings.email}/token:{token}'.encode()).decode()}"

    def header(self) -> dict[str, str]:
        """Return the header."""
        return {"Authorization": self._header}

    def forget(self) -> bool:
        """Return False: there is no other."""
        return False


class OfPerson:
    """Tokens of an agent who has allowed it in the browser."""

    def __init__(self, tokens: oauth.Tokens) -> None:
        """Sign with ``tokens``."""
        self._tokens = tokens
        self._refused = self._used = ""

    def header(self) -> dict[str, str]:
        """Return the header, with another token than one that was given up."""
        self._used = self._tokens.instead_of(self._refused) if self._refused else self._tokens.access()
        return {"Authorization": f"Bearer {self._used}"}

    def forget(self) -> bool:
        """Give up the token that was used last."""
        self._refused = self._used
        return True


class OfClient:
    """Signs calls to one account for an OAuth client; what it was given is kept in memory alone."""

    def __init__(self, settings: ZendeskSettings, clock: Clock, http: httpx.Client) -> None:
        """Ask for nothing yet; ``http`` carries the calls."""
        self._settings, self._clock, self._http = settings, clock, http
        self._header = ""
        self._ends: datetime | None = None

    def header(self) -> dict[str, str]:
        """Return the header that signs a call; raises ``AuthError`` or ``Transient`` where no token is to be had."""
        if self._settings.client_secret and (self._ends is None or self._clock.now() >= self._ends - _EARLY):
            self._fetch(self._settings.client_secret)
        return {"Authorization": self._header}

    def forget(self) -> bool:
        """Give up a token that was not taken; False where there is no other to be had."""
        renewable = self._ends is not None
        self._ends = None
        return renewable

    def _fetch(self, secret: SecretStr) -> None:
        now = self._clock.now()
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": secret.get_secret_value(),
            "scope": self._settings.scope,
            "expires_in": self._settings.token_seconds,
        }
        try:
            response = self._http.post(self._settings.url + PATH, json=asked)
        except httpx.HTTPError as error:
            raise lost(error, "Zendesk", writing=False, setting="url") from None  # its request carries the secret
        if response.status_code != httpx.codes.OK:
            raise _refused(response)
        granted = _object(response)
        if not isinstance(granted.get("access_token"), str):
            message = "Zendesk answered the sign-in without a token; compare url with your account's address."
            raise AuthError(message)
        self._header = f"Bearer {granted['access_token']}"
        self._ends = now + timedelta(seconds=float(granted.get("expires_in") or self._settings.token_seconds))


def _refused(response: httpx.Response) -> AuthError | Transient:
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        wait = response.headers.get("Retry-After", "")
        message = "Zendesk asks to wait before it signs anybody in."
        return RateLimited(message, retry_after=float(wait) if wait.isdecimal() else _WAIT)
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.status_code == httpx.codes.CONFLICT:
        return Transient(f"Zendesk cannot sign anybody in at the moment ({response.status_code}).")
    problem = problem_of(response.status_code, _object(response))
    told = f"{problem.error or response.status_code}{': ' if problem.said else ''}{problem.said}"
    return AuthError(
        f"Zendesk does not sign this client in ({told}): compare client_id, client_secret and scope with {CLIENTS}."
    )


def _object(response: httpx.Response) -> dict[str, Any]:
    """Return a body, empty for one that is no JSON object."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
