"""Signing in: basic, bearer, a header of the tool's own, OAuth client credentials; and signatures over bodies."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.http import granting, templates
from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from adapters.http.manifest import Loaded
    from adapters.http.settings import HttpSettings
    from bridge.clock import Clock

_EARLY = timedelta(minutes=2)
"""Tokens are renewed so long before they end (short ones after four fifths): by the clock, never by waiting for a 401."""
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
        self._filled: dict[tuple[str, ...], str] = {}

    def __repr__(self) -> str:
        """Show no secret."""
        return "Login()"

    @property
    def renewable(self) -> bool:
        """Tell whether there is a token that can be made anew."""
        auth = self._loaded.manifest.auth
        return auth.oauth is not None or auth.session is not None

    def filled(self, *place: str) -> str:
        """Return the text at a place of the manifest with secrets and values filled in."""
        if place not in self._filled:
            fill = templates.text(self._loaded.document, place, templates.SIGNING_IN)
            self._filled[place] = str(fill(self._known) or "")
        return self._filled[place]

    def forget(self) -> None:
        """Take a new token for the next request."""
        self._token = ""

    def headers(self, http: httpx.Client, base_url: str) -> dict[str, str]:
        """Return the headers that sign in; raises ``AuthError`` and ``Transient``."""
        auth = self._loaded.manifest.auth
        beside = {name: self.filled("auth", "headers", name) for name in auth.headers}
        if auth.basic:
            pair = f"{self.filled('auth', 'basic', 'user')}:{self.filled('auth', 'basic', 'password')}"
            return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode(), **beside}
        if auth.bearer:
            return {"Authorization": f"Bearer {self.filled('auth', 'bearer')}", **beside}
        if auth.header:
            return {auth.header.name: self.filled("auth", "header", "value"), **beside}
        if auth.oauth:
            return {"Authorization": f"Bearer {self._granted(http, base_url)}", **beside}
        if auth.session:
            token = self._granted(http, base_url)
            return {auth.session.header: auth.session.value.replace("{token}", token), **beside}
        return beside

    def query(self) -> dict[str, str]:
        """Return the query parameters that sign in."""
        return {name: self.filled("auth", "query", name) for name in self._loaded.manifest.auth.query}

    @property
    def names(self) -> list[str]:
        """Return the names of the headers that sign in."""
        auth = self._loaded.manifest.auth
        own = [auth.header.name] if auth.header else [auth.session.header] if auth.session else []
        usual = ["Authorization"] if auth.basic or auth.bearer or auth.oauth else []
        return [*usual, *own, *auth.headers]

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
        if self._token and self._clock.now() < self._ends:
            return self._token
        auth, name = self._loaded.manifest.auth, self._loaded.manifest.name
        asked = granting.by_oauth(self, auth.oauth) if auth.oauth else granting.by_session(self, auth.session)
        granted = granting.granted(name, asked, http, base_url)
        self._token, lasts = granted.token, timedelta(seconds=granted.lasts)
        self._ends = self._clock.now() + lasts - min(_EARLY, lasts / 5)
        return self._token
