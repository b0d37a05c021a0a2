"""The session of an account: kept for all processes, refreshed when it ends, begun anew only when it is dead.

Bluesky lets an account sign in 300 times a day, and a refresh token is exchanged each time it is used.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.bluesky import discovery
from adapters.bluesky.calls import Call
from adapters.bluesky.errors import PASSWORDS, Declined
from adapters.bluesky.names import CREATE_SESSION, REFRESH_SESSION
from adapters.bluesky.shapes import obj
from bridge.errors import AuthError, BudgetSpent
from bridge.keys import short_hash
from bridge.safe import Secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.bluesky.calls import Ask
    from adapters.bluesky.settings import BlueskySettings
    from bridge.contracts import Surroundings
    from bridge.safe import Safe

EARLY = timedelta(minutes=1)
"""An access token is exchanged so long before it ends."""
PRIVATE_SCOPES = frozenset({"com.atproto.access", "com.atproto.appPassPrivileged"})
"""Scopes of tokens that may read and write direct messages."""
LOGINS = "logins"
_PASSWORD = "password"  # noqa: S105 - the name of a value


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are, where, and with which token."""

    did: str
    handle: str
    pds: str
    access: str

    def __repr__(self) -> str:
        """Show no token."""
        return f"Session({self.did!r}, {self.pds!r})"

    @property
    def scope(self) -> str:
        """Return what the token says that it is for; empty where it cannot be read."""
        return str(claims(self.access).get("scope") or "")

    @property
    def private(self) -> bool:
        """Tell whether direct messages may be read; what cannot be read is left to the server to judge."""
        return not self.scope or self.scope in PRIVATE_SCOPES


class Sessions:
    """Gives the present session."""

    def __init__(
        self,
        settings: BlueskySettings,
        surroundings: Surroundings,
        ask: Ask,
    ) -> None:
        """Open nothing; ``ask`` makes one call without a session."""
        self._settings, self._around, self._ask = settings, surroundings, ask

    @property
    def _safe(self) -> Safe:
        return self._around.safe

    def current(self) -> Session:
        """Return the session, signed in or refreshed where needed. Raises ``AuthError``, ``BudgetSpent`` and as calls do."""
        kept = self._safe.read()
        if not self._ours(kept.values):
            kept = self._safe.renew(kept, self._begin)
        elif kept.expires_at is not None and kept.expires_at - EARLY <= self._around.clock.now():
            kept = self._safe.renew(kept, self._renew)
        return _session(kept.values)

    def renewed(self, ended: Session) -> Session:
        """Return another session than one that is no good any more."""
        kept = self._safe.read()
        if kept.values.get("access") == ended.access:
            kept = self._safe.renew(kept, self._renew)
        return _session(kept.values)

    def begin(self, password: str) -> Session:
        """Sign in with an app password and keep it with the session."""
        self._safe.keep(self._login(password))
        return _session(self._safe.read().values)

    def _ours(self, values: Mapping[str, str]) -> bool:
        """Tell whether what is kept belongs to the present settings."""
        known = self._settings.app_password.get_secret_value()
        same_password = not known or values.get(_PASSWORD) == known
        return bool(values.get("access")) and values.get("account") == self._account() and same_password

    def _account(self) -> str:
        return short_hash(self._settings.handle, self._settings.service)

    def _begin(self, kept: Secrets) -> Secrets:
        password = self._settings.app_password.get_secret_value()
        if not password and kept.values.get("account") == self._account():
            password = kept.values.get(_PASSWORD, "")
        if not password:
            name = self._around.name
            raise AuthError(f"{name} has no app password. Sign in: casebridge connect {name}")
        return self._login(password)

    def _renew(self, kept: Secrets) -> Secrets:
        """Exchange the refresh token; if that is dead, too, sign in once."""
        try:
            told = self._ask("POST", f"{kept.values['pds']}/xrpc/{REFRESH_SESSION}", token=kept.values["refresh"])
        except (Declined, AuthError):
            return self._begin(kept)
        return self._kept(obj(told), kept.values["pds"], kept.values.get(_PASSWORD, ""))

    def _login(self, password: str) -> Secrets:
        self._count()
        server = self._settings.service or discovery.server_of(self._settings, self._ask)
        body = {"identifier": self._settings.handle, "password": password}
        try:
            told = self._ask("POST", f"{server}/xrpc/{CREATE_SESSION}", Call(body=body))
        except (Declined, AuthError) as error:
            why = error.said if isinstance(error, Declined) else str(error)
            name = self._around.name
            raise AuthError(
                f"Bluesky does not sign {self._settings.handle} in ({why}). Make a new app password ({PASSWORDS}), then: casebridge connect {name}"
            ) from error
        return self._kept(obj(told), server, password)

    def _count(self) -> None:
        meter = self._around.meter
        if meter.used(LOGINS) >= self._settings.logins_per_day:
            until = self._around.clock.now() + timedelta(hours=1)
            raise BudgetSpent(
                f"{self._around.name} has tried to sign in {self._settings.logins_per_day} times within a day: its password is refused, or something ends its sessions.",
                until=until,
            )
        meter.add(LOGINS, 1)

    def _kept(self, told: Mapping[str, Any], server: str, password: str) -> Secrets:
        try:
            access, refresh, did = str(told["accessJwt"]), str(told["refreshJwt"]), str(told["did"])
        except KeyError as error:
            raise AuthError(f"{server} signed us in without {error}: is it a server of Bluesky?") from None
        values = {
            "account": self._account(),
            "did": did,
            "handle": str(told.get("handle") or ""),
            "pds": discovery.server_in(told.get("didDoc"), beside=server) or server,
            "access": access,
            "refresh": refresh,
            _PASSWORD: password,
        }
        return Secrets(values, expires_at=ends(access))


def claims(token: str) -> dict[str, Any]:
    """Return what a token says of itself, unproved; nothing where it cannot be read."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        told = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def ends(token: str) -> datetime | None:
    """Return when a token ends, None if it does not say."""
    at = claims(token).get("exp")
    return datetime.fromtimestamp(at, UTC) if isinstance(at, (int, float)) else None


def _session(values: Mapping[str, str]) -> Session:
    return Session(values["did"], values["handle"], values["pds"], values["access"])
