"""Who may call, and how often: the account's minute, exports, updates of tickets and of one ticket."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.zendesk.errors import Declined, limited
from tests.fakes.zendesk.org import CLIENT_ID, CLIENT_SECRET, EMAIL, TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tests.fakes.zendesk.state import Row, State

MINUTE, TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)
BASIC = "Basic " + base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
OAUTH = "Bearer zd-oauth-0123456789"
REFRESHABLE = 2_592_000
LONGEST = 172_800
"""Seconds that a token may be asked to last; 300 is too short."""


@dataclass(slots=True)
class Access:
    """Counts calls by the clock of the story."""

    state: State
    allowed: set[str] = field(default_factory=lambda: {BASIC, OAUTH})
    granted: dict[str, datetime] = field(default_factory=dict)
    """What the OAuth client was given, and until when."""
    refreshing: set[str] = field(default_factory=set)
    """Refresh tokens that were not used yet."""
    _codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _calls: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, authorization: str) -> None:
        """Refuse whom nobody knows."""
        ends = self.granted.get(authorization)
        if ends is not None and ends <= self.state.clock.now():
            raise Declined(401, "invalid_token", "The access token provided is expired, revoked, malformed or invalid")
        if ends is None and authorization not in self.allowed:
            raise Declined(401, "Couldn't authenticate you")

    def authorize(self, asked: Mapping[str, str]) -> str:
        """Let an admin allow what the address of a browser asks; returns the code that it comes back with."""
        if asked["client_id"] != CLIENT_ID or asked["response_type"] != "code":
            raise Declined(400, "invalid_client", "No such client")
        code = f"zd-code-{len(self._codes):08d}"
        self._codes[code] = asked
        return code

    def grant(self, given: Mapping[str, Any]) -> Row:
        """Give the OAuth client tokens: for itself, for a code, or anew for a refresh token, which is good for once."""
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise Declined(401, "invalid_client", "Client authentication failed")
        if not 300 < int(given.get("expires_in") or 301) < LONGEST:
            raise Declined(400, "invalid_request", "expires_in is out of range")
        match given.get("grant_type"):
            case "client_credentials":
                return self._granted(given)
            case "authorization_code":
                self._redeem(given)
            case "refresh_token":
                if given.get("refresh_token") not in self.refreshing:
                    raise Declined(400, "invalid_grant", "The provided authorization grant is invalid or revoked")
                self.refreshing.remove(str(given["refresh_token"]))
            case _:
                raise Declined(400, "unsupported_grant_type")
        return self._granted(given) | self._refreshable()

    def _redeem(self, given: Mapping[str, Any]) -> None:
        asked = self._codes.pop(str(given.get("code")), {})
        challenge = hashlib.sha256(str(given.get("code_verifier")).encode()).digest()
        told = (asked.get("redirect_uri"), asked.get("code_challenge"), asked.get("scope"))
        kept = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        if told != (given.get("redirect_uri"), kept, given.get("scope")):
            raise Declined(400, "invalid_grant", "The provided authorization grant is invalid")

    def _granted(self, given: Mapping[str, Any]) -> Row:
        token = f"zd-granted-{len(self.granted):08d}"
        seconds = int(given["expires_in"])
        self.granted[f"Bearer {token}"] = self.state.clock.now() + timedelta(seconds=seconds)
        return {"access_token": token, "token_type": "bearer", "scope": given.get("scope"), "expires_in": seconds}

    def _refreshable(self) -> Row:
        token = f"zd-refresh-{len(self.granted):08d}"
        self.refreshing.add(token)
        return {"refresh_token": token, "refresh_token_expires_in": REFRESHABLE}

    def count(self) -> dict[str, str]:
        """Count a call; returns the headers of its answer."""
        org = self.state.org
        left = org.limit - org.neighbour - self._within("all", MINUTE)
        if left <= 0:
            raise limited(seconds=self._wait("all", MINUTE))
        self._note("all")
        return {
            "X-Rate-Limit": str(org.limit),
            "X-Rate-Limit-Remaining": str(left - 1),
            "ratelimit-limit": str(org.limit),
            "ratelimit-remaining": str(left - 1),
            "ratelimit-reset": str(self._wait("all", MINUTE)),
        }

    def count_export(self) -> None:
        """Count a call of an incremental export."""
        self._count("export", self.state.org.export_limit, MINUTE)

    def count_update(self, ticket_id: int) -> None:
        """Count an update of one ticket by itself."""
        self._count("update", self.state.org.update_limit, MINUTE)
        self.count_ticket(ticket_id)

    def count_ticket(self, ticket_id: int) -> None:
        """Count an update of one ticket, by itself or in a job."""
        self._count(f"ticket {ticket_id}", self.state.org.per_ticket, TEN_MINUTES)

    @property
    def used(self) -> int:
        """Return the calls of this minute, everybody's."""
        return self.state.org.neighbour + self._within("all", MINUTE)

    def _count(self, what: str, most: int, within: timedelta) -> None:
        if self._within(what, within) >= most:
            raise limited(seconds=self._wait(what, within))
        self._note(what)

    def _note(self, what: str) -> None:
        self._calls[what].append(self.state.clock.now())

    def _within(self, what: str, within: timedelta) -> int:
        calls, since = self._calls[what], self.state.clock.now() - within
        while calls and calls[0] <= since:
            calls.popleft()
        return len(calls)

    def _wait(self, what: str, within: timedelta) -> int:
        """Return the seconds until the oldest call counts no more."""
        calls = self._calls[what]
        return max(1, int((calls[0] + within - self.state.clock.now()).total_seconds()) + 1) if calls else 1
