"""Who may call: service keys, OAuth tokens that expire, scopes; and how often: by ten seconds, second and day."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.fakes.hubspot.errors import Declined, missing_scopes, rate_limited
from tests.fakes.hubspot.org import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SCOPES
from tests.fakes.hubspot.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.clock import Clock
    from bridge.nouns import Json
    from tests.fakes.hubspot.org import Org

TEN_SECONDS, SECOND = timedelta(seconds=10), timedelta(seconds=1)
TEN_SECONDLY, SECONDLY, DAILY = "TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: an app with scopes; its limits are its own."""

    app: str
    scopes: frozenset[str]
    oauth: bool = False


@dataclass(slots=True)
class Access:
    """Keys, tokens and what was used up."""

    clock: Clock
    org: Org
    revoked: set[str] = field(default_factory=set)
    tokens: dict[str, datetime] = field(default_factory=dict)
    _bursts: dict[str, deque[datetime]] = field(default_factory=dict)
    _searches: deque[datetime] = field(default_factory=deque)
    _day: str = ""
    used_today: int = 0
    burnt: int = field(init=False)
    """What the neighbour had used at the start of the day, or has used since beside its steady pace."""
    _since: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Let the neighbour have begun its day."""
        self.burnt, self._since = self.org.neighbour_daily, self.clock.now()

    @property
    def used(self) -> int:
        """Return what the account's day has seen: our calls and the neighbour's."""
        steady = self.org.neighbour_hourly * (self.clock.now() - self._since) // timedelta(hours=1)
        return self.used_today + self.burnt + steady

    def burn(self, calls: int) -> None:
        """Let the neighbour use up so many calls of the day at once."""
        self.burnt += calls

    def refresh(self, given: Mapping[str, str]) -> dict[str, Json]:
        """Give out an access token for a refresh token; raises ``Declined``."""
        wanted = {
            "grant_type": ("refresh_token", "BAD_GRANT_TYPE", "missing or invalid grant_type"),
            "client_id": (CLIENT_ID, "BAD_CLIENT_ID", "missing or invalid client id"),
            "client_secret": (CLIENT_SECRET, "BAD_CLIENT_SECRET", "missing or invalid client secret"),
            "refresh_token": (REFRESH_TOKEN, "BAD_REFRESH_TOKEN", "missing or invalid refresh token"),
        }
        for name, (value, status, message) in wanted.items():
            if given.get(name) != value or value in self.revoked:
                raise Declined(400, "BAD_REQUEST", message, more={"status": status})
        token = f"eu1-access-{len(self.tokens) + 1:08d}"
        self.tokens[token] = self.clock.now() + self.org.token_life
        return {
            "token_type": "bearer",
            "access_token": token,
            "refresh_token": REFRESH_TOKEN,
            "expires_in": int(self.org.token_life.total_seconds()),
        }

    def caller(self, authorization: str) -> Caller:
        """Return whom a token belongs to; raises ``Declined``."""
        scheme, _, token = authorization.partition(" ")
        if scheme.casefold() != "bearer" or token in self.revoked:
            raise _unknown()
        if token in self.org.tokens:
            return Caller(token[-6:], self.org.tokens[token])
        if token not in self.tokens:
            raise _unknown()
        self._check_expiry(self.tokens[token])
        return Caller(CLIENT_ID, SCOPES, oauth=True)

    def _check_expiry(self, until: datetime) -> None:
        late = self.clock.now() - until
        if late >= timedelta():
            message = f"The OAuth token used to make this call expired {late // SECOND} second(s) ago."
            raise Declined(401, "EXPIRED_AUTHENTICATION", message, context={"expire time": [iso(until)]})

    def check_scope(self, caller: Caller, scope: str) -> None:
        """Refuse what the app was not granted; raises ``Declined``."""
        if scope and scope not in caller.scopes:
            raise missing_scopes([scope])

    def count(self, caller: Caller) -> dict[str, str]:
        """Count a call and return the headers of its answer; raises ``Declined`` when a limit is reached."""
        burst = self._burst(caller)
        most = self.org.oauth_burst if caller.oauth else self.org.burst
        if len(burst) >= most:
            raise rate_limited(TEN_SECONDLY)
        left = self._count_today(caller)
        burst.append(self.clock.now())
        daily = {"X-HubSpot-RateLimit-Daily": str(self.org.daily), "X-HubSpot-RateLimit-Daily-Remaining": str(left)}
        return {
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(most - len(burst)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            **({} if caller.oauth else daily),
        }

    def count_search(self, caller: Caller) -> None:
        """Count a search, whose answers tell nothing of limits; raises ``Declined``."""
        _drop(self._searches, self.clock.now() - SECOND)
        if len(self._searches) >= self.org.searches_a_second - self.org.neighbour_searches:
            raise rate_limited(SECONDLY)
        self._count_today(caller)
        self._searches.append(self.clock.now())

    def _burst(self, caller: Caller) -> deque[datetime]:
        burst = self._bursts.setdefault(caller.app, deque())
        _drop(burst, self.clock.now() - TEN_SECONDS)
        return burst

    def _count_today(self, caller: Caller) -> int:
        """Count against the account's day, which ends at its own midnight; return what is left."""
        day = self.clock.now().astimezone(ZoneInfo(self.org.time_zone)).date().isoformat()
        if day != self._day:
            if self._day:
                self.burnt, self._since = 0, self.clock.now()
            self._day, self.used_today = day, 0
        if not caller.oauth and self.used >= self.org.daily:
            raise rate_limited(DAILY)
        self.used_today += not caller.oauth
        return self.org.daily - self.used


def _drop(times: deque[datetime], until: datetime) -> None:
    while times and times[0] <= until:
        times.popleft()


def _unknown() -> Declined:
    return Declined(
        401,
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details"
        " at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    )
