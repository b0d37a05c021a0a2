"""Signing in: basic, bearer, a header of the tool's own, OAuth client credentials; and signatures over bodies."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from adapters.http import templates
from bridge.errors import AuthError, ConfigError, Transient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.http.manifest import Loaded
    from adapters.http.settings import HttpSettings
    from bridge.clock import Clock

_EARLY = timedelta(minutes=2)
"""Tokens are renewed so long before they end: by the clock, never by waiting for a 401."""
_LASTS = 1800.0
MASK = "*****"


class Login:
    """Gives the headers that sign a request in."""

    def __init__(self, loaded: Loaded, settings: HttpSettings, clock: Clock) -> None:
        """Open nothing; raises ``ConfigError`` for a secret or value that the project file does not give."""
        self._loaded, self._clock, self._settings = loaded, clock, settings
        manifest = loaded.manifest
        for kind, wanted, given in (
            ("secrets", manifest.secrets, settings.secrets),
            ("values", manifest.values, settings.values),
        ):
            for name, about in wanted.items():
                if name not in given:
                    message = f"{manifest.name} needs {kind}.{name} in the project file: {about}"
                    raise ConfigError(message)
        self._known: Mapping[str, Any] = {
            "secrets": {name: each.get_secret_value() for name, each in settings.secrets.items()},
            "values": dict(settings.values),
        }
        self._token, self._ends = "", datetime.min.replace(tzinfo=clock.now().tzinfo)

    def __repr__(self) -> str:
        """Show no secret."""
        return "Login()"

    @property
    def renewable(self) -> bool:
        """Tell whether there is a token that can be made anew."""
        return self._loaded.manifest.auth.oauth is not None

    def filled(self, *place: str) -> str:
        """Return the text at a place of the manifest with secrets and values filled in."""
        return str(templates.text(self._loaded.document, place, templates.SIGNING_IN)(self._known) or "")

    def forget(self) -> None:
        """Take a new token for the next request."""
        self._token = ""

    def headers(self, http: httpx.Client, base_url: str) -> dict[str, str]:
        """Return the headers that sign in; raises ``AuthError`` and ``Transient``."""
        auth = self._loaded.manifest.auth
        if auth.basic:
            pair = f"{self.filled('auth', 'basic', 'user')}:{self.filled('auth', 'basic', 'password')}"
            return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        if auth.bearer:
            return {"Authorization": f"Bearer {self.filled('auth', 'bearer')}"}
        if auth.header:
            return {auth.header.name: self.filled("auth", "header", "value")}
        if auth.oauth:
            return {"Authorization": f"Bearer {self._granted(http, base_url)}"}
        return {}

    def signature(self, body: bytes, key: str) -> dict[str, str]:
        """Return the headers that sign a body; ``key`` is the same through all attempts."""
        sign = self._loaded.manifest.sign
        if sign is None:
            return {}
        stamp = str(int(self._clock.now().timestamp()))
        before, _, after = sign.content.partition("{body}")
        parts = [each.replace("{id}", key).replace("{timestamp}", stamp).encode() for each in (before, after)]
        content = body.join(parts) if "{body}" in sign.content else parts[0]
        digest = hmac.new(self.filled("sign", "secret").encode(), content, getattr(hashlib, sign.algorithm)).digest()
        written = sign.form.replace("{base64}", base64.b64encode(digest).decode()).replace("{hex}", digest.hex())
        return {sign.header: written, sign.id_header: key, sign.time_header: stamp}

    def masked(self, text: str) -> str:
        """Return a text without any of our secrets in it."""
        for each in (*self._known["secrets"].values(), self._token):
            text = text.replace(each, MASK) if each else text
        return text

    def _granted(self, http: httpx.Client, base_url: str) -> str:
        oauth = self._loaded.manifest.auth.oauth
        if oauth is None or (self._token and self._clock.now() < self._ends - _EARLY):
            return self._token
        address = self.filled("auth", "oauth", "token_url")
        form = {
            "grant_type": "client_credentials",
            "client_id": self.filled("auth", "oauth", "client_id"),
            "client_secret": self.filled("auth", "oauth", "client_secret"),
        }
        form |= {"scope": oauth.scope} if oauth.scope else {}
        name = self._loaded.manifest.name
        try:
            answer = http.post(address if "://" in address else base_url + address, data=form)
        except httpx.HTTPError as error:
            message = f"{name} gives no token: {type(error).__name__}."
            raise Transient(message) from error
        if answer.status_code >= 500 or answer.status_code == 429:
            message = f"{name} gives no token now: status {answer.status_code}."
            raise Transient(message)
        if not answer.is_success:
            message = f"{name} gives no token (status {answer.status_code}): look at client id and client secret."
            raise AuthError(message)
        try:
            granted = answer.json()
            self._token = str(granted["access_token"])
        except (ValueError, KeyError, TypeError) as error:
            message = f"{name} answers without a token at {oauth.token_url}: look at token_url."
            raise AuthError(message) from error
        self._ends = self._clock.now() + timedelta(seconds=float(granted.get("expires_in") or _LASTS))
        return self._token
