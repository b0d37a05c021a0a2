"""OAuth 2 with PKCE (RFC 6749, 7636): a person allows it in the browser; tokens are renewed until they are withdrawn."""

from __future__ import annotations

import base64
import hashlib
import secrets as chance
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from bridge.errors import AuthError, Transient
from bridge.safe import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pydantic import SecretStr

    from bridge.clock import Clock
    from bridge.safe import Safe
    from bridge.signing_in import Person

TIMEOUT = 30.0
EARLY = timedelta(minutes=2)
"""Tokens are renewed so long before they end, since clocks differ and calls take time."""
ACCESS, REFRESH = "access_token", "refresh_token"
_REFRESH_ENDS = ("refresh_token_expires_in", "refresh_expires_in")
"""How providers call the seconds that a refresh token is good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where and as what to sign in."""

    name: str
    """Of the connection, for messages."""
    authorize_url: str
    token_url: str
    client_id: str
    client_secret: SecretStr | None = None
    scopes: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Further parameters of the address that the person is sent to, such as access_type=offline."""
    localhost: bool = False
    """Whether the browser comes back to ``http://localhost:PORT``, since the provider takes neither 127.0.0.1 nor a path."""
    token_parameters: Mapping[str, str] = field(default_factory=dict)
    """Further parameters with which tokens are asked for and renewed."""


class Tokens:
    """The tokens of one connection: read from its safe, renewed when they end."""

    def __init__(self, provider: Provider, safe: Safe, clock: Clock, client: httpx.Client) -> None:
        """Open nothing."""
        self._provider, self._safe, self._clock, self._client = provider, safe, clock, client

    def sign_in(self, person: Person, registered: Callable[[str], Provider] | None = None) -> None:
        """Send a person to the provider and keep the tokens that it gives.

        ``registered`` returns the provider once it knows where the browser comes back to, for those that want to be told
        beforehand.
        """
        verifier, state = chance.token_urlsafe(48), chance.token_urlsafe(16)
        sent_to: list[str] = []

        def address(back: str) -> str:
            if self._provider.localhost:
                back = back.replace("//127.0.0.1", "//localhost").rstrip("/")
            sent_to.append(back)
            if registered is not None:
                self._provider = registered(back)
            return _address(self._provider, back, state, verifier)

        answer = person.sent(address)
        if answer.get("state") != state:
            raise AuthError(
                f"The answer does not belong to this sign-in. Begin anew: casebridge connect {self._provider.name}"
            )
        if "code" not in answer:
            reason = answer.get("error_description") or answer.get("error") or "it gave no code"
            raise AuthError(f"{self._provider.name} was not allowed: {reason}.")
        form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": sent_to[-1]}
        self._safe.keep(self._asked(form | {"code_verifier": verifier}, Secrets()))

    def access(self) -> str:
        """Return an access token that holds for the next minutes. Raises ``AuthError`` and ``Transient``."""
        known = self._safe.read()
        if ACCESS not in known.values:
            raise AuthError(f"{self._provider.name} is not signed in: casebridge connect {self._provider.name}")
        if known.expires_at is not None and self._clock.now() >= known.expires_at - EARLY:
            known = self.renew(known)
        return known.values[ACCESS]

    def instead_of(self, refused: str) -> str:
        """Return another access token than one that is refused before its time. Raises ``AuthError`` and ``Transient``."""
        known = self._safe.read()
        if known.values.get(ACCESS) == refused:
            known = self.renew(known)
        return known.values[ACCESS]

    def renew(self, known: Secrets) -> Secrets:
        """Renew tokens that are no good any more, unless another process has."""
        return self._safe.renew(known, self._renewed)

    def _renewed(self, known: Secrets) -> Secrets:
        refresh = known.values.get(REFRESH)
        if refresh is None:
            raise AuthError(f"The sign-in of {self._provider.name} has ended: casebridge connect {self._provider.name}")
        return self._asked({"grant_type": "refresh_token", "refresh_token": refresh}, known)

    def _asked(self, form: Mapping[str, str], known: Secrets) -> Secrets:
        """Ask for tokens; what is not given anew stays as it was."""
        provider = self._provider
        credentials = {"client_id": provider.client_id, **provider.token_parameters}
        if provider.client_secret is not None:
            credentials["client_secret"] = provider.client_secret.get_secret_value()
        try:
            response = self._client.post(provider.token_url, data={**form, **credentials}, timeout=TIMEOUT)
        except httpx.HTTPError as error:
            message = f"{provider.name} cannot be signed in at the moment: {type(error).__name__}."
            raise Transient(message) from None  # the request carries the credentials
        if response.status_code >= 500:
            raise Transient(f"{provider.name} cannot be signed in at the moment ({response.status_code}).")
        body = _body(response)
        if response.status_code != 200 or not isinstance(body.get(ACCESS), str):
            reason = body.get("error_description") or body.get("error") or response.status_code
            raise AuthError(f"{provider.name} was refused: {reason}. Sign in anew: casebridge connect {provider.name}")
        return _secrets(body, known, self._clock.now())


def _address(provider: Provider, back: str, state: str, verifier: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"scope": " ".join(provider.scopes)} if provider.scopes else {}),
        **provider.parameters,
    }
    return f"{provider.authorize_url}{'&' if '?' in provider.authorize_url else '?'}{urlencode(query)}"


def _secrets(body: Mapping[str, Any], known: Secrets, now: datetime) -> Secrets:
    values = {name: body[name] for name in (ACCESS, REFRESH) if isinstance(body.get(name), str)}
    every = {**known.values, **values}
    ends = _after(now, body.get("expires_in"))
    refreshing = next((body[name] for name in _REFRESH_ENDS if name in body), None)
    lasts = _after(now, refreshing) or known.lasts_until if REFRESH in every else ends
    return Secrets(every, ends, lasts)


def _after(now: datetime, seconds: Any) -> datetime | None:  # noqa: ANN401 - what the provider gives
    try:
        return now + timedelta(seconds=float(seconds)) if seconds else None
    except (TypeError, ValueError):
        return None


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
