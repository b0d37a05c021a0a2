"""Ask for a token: by OAuth client credentials, or by a request of the tool's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from adapters.http import taking
from adapters.http.settings import safe
from bridge.errors import AuthError, ConfigError, Transient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.http.auth import Login
    from adapters.http.auth_model import OAuth, Session

_LASTS = 1800.0


@dataclass(frozen=True, slots=True)
class Asked:
    """How a token is asked for, with secrets filled in."""

    method: str
    url: str
    token: str
    """JMESPath to it."""
    lasts: float
    """Seconds, where the answer does not tell."""
    place: str
    """Where the address stands in the manifest."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    body: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """A token, and for how many seconds it is good."""

    token: str = field(repr=False)
    lasts: float


def by_oauth(login: Login, oauth: OAuth) -> Asked:
    """Return how OAuth client credentials ask."""
    form = {
        "grant_type": "client_credentials",
        "client_id": login.filled("auth", "oauth", "client_id"),
        "client_secret": login.filled("auth", "oauth", "client_secret"),
    }
    form |= {"scope": oauth.scope} if oauth.scope else {}
    return Asked(
        "POST",
        login.filled("auth", "oauth", "token_url"),
        "access_token",
        _LASTS,
        "token_url",
        headers=_filled(login, "oauth", "headers", oauth.headers),
        form=form | _filled(login, "oauth", "form", oauth.form),
    )


def by_session(login: Login, session: Session | None) -> Asked:
    """Return how a session begins."""
    if session is None:
        message = "there is neither oauth nor session"
        raise LookupError(message)
    body = _filled(login, "session", "body", session.body)
    return Asked(
        session.method.upper(),
        login.filled("auth", "session", "url"),
        session.token,
        session.lasts,
        "url",
        headers=_filled(login, "session", "headers", session.headers),
        body=body or None,
    )


def granted(name: str, asked: Asked, http: httpx.Client, base_url: str) -> Granted:
    """Ask; raises ``AuthError`` and ``Transient``."""
    url = asked.url if "://" in asked.url else base_url + asked.url
    if not safe(url):
        message = f"{asked.place} begins with https:// (http:// only on this machine)."
        raise ConfigError(message)
    try:
        answer = http.request(asked.method, url, headers=dict(asked.headers), data=asked.form, json=asked.body)
    except httpx.HTTPError as error:
        message = f"{name} gives no token: {type(error).__name__}."
        raise Transient(message) from error
    if answer.status_code >= 500 or answer.status_code == 429:
        message = f"{name} gives no token now: status {answer.status_code}."
        raise Transient(message)
    if not answer.is_success:
        message = f"{name} gives no token (status {answer.status_code}): look at the secrets that ask for it."
        raise AuthError(message)
    told = _json(answer)
    token = taking.text(asked.token, told)
    if not token:
        message = f"{name} answers without a token ({asked.token}): look at {asked.place} in the manifest."
        raise AuthError(message)
    return Granted(token, _seconds(told, asked.lasts))


def _json(answer: httpx.Response) -> Any:  # noqa: ANN401 - any JSON
    try:
        return answer.json()
    except ValueError:
        return None


def _seconds(told: Any, otherwise: float) -> float:  # noqa: ANN401 - any JSON
    try:
        return float(told["expires_in"])
    except (KeyError, TypeError, ValueError):
        return otherwise


def _filled(login: Login, way: str, what: str, names: Mapping[str, str]) -> dict[str, str]:
    return {name: login.filled("auth", way, what, name) for name in names}
