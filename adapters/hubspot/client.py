"""The one door to HubSpot: every call has a timeout, is counted, and fails with our errors.

It is the vendor's own ``ApiClient`` with plain JSON instead of generated models, which know neither new fields nor the
difference between a 200 and a 207.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from hubspot.crm.objects import ApiClient, Configuration  # type: ignore[import-untyped]  # ships no types
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from adapters.hubspot import paths
from adapters.hubspot.errors import Declined, Problem, problem_of, translated
from adapters.hubspot.limits import Purpose, Usage
from bridge.errors import AuthError, Transient, Uncertain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.hubspot.settings import HubSpotSettings
    from bridge.contracts import Surroundings
    from bridge.nouns import Json

_PIECE = 1 << 16
_EARLY = timedelta(minutes=2)
"""OAuth tokens are renewed so long before they end: by the clock, never by waiting for a 401."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its body, and the problems of single records, which hide in a 207 (or, newer, in a 200)."""

    body: Any
    problems: tuple[Problem, ...] = ()

    @property
    def results(self) -> list[dict[str, Any]]:
        """Return the records of a batch or page."""
        return list((self.body or {}).get("results") or ())

    @property
    def after(self) -> str:
        """Return where the next page begins, empty at the end."""
        following = ((self.body or {}).get("paging") or {}).get("next") or {}
        return str(following.get("after") or "")


def pool() -> PoolManager:
    """Return the connections to HubSpot; nothing is repeated by itself and no redirection followed."""
    return PoolManager(num_pools=2, maxsize=4, retries=False)


class Client:
    """Signs in, calls, and notes limits and the server's clock."""

    def __init__(
        self, settings: HubSpotSettings, surroundings: Surroundings, connections: PoolManager | None = None
    ) -> None:
        """Open nothing yet; ``connections`` stands in for the network."""
        self._settings, self._clock = settings, surroundings.clock
        configuration = Configuration(host=settings.base_url)
        configuration.retries = False
        self._api = ApiClient(configuration)
        self._api.rest_client.pool_manager = connections or pool()
        self._token = settings.token.get_secret_value() if settings.token else ""
        self._token_ends: datetime | None = None
        self.home = ""
        """Where the account's pages are, once that is known."""
        self.usage = Usage.unknown(settings, surroundings.meter)
        self.clock_off = timedelta()
        """How far HubSpot's clock is ahead of ours, as of the latest answer."""

    def __repr__(self) -> str:
        """Show the address and no secret."""
        return f"Client({self._settings.base_url!r})"

    def get(self, path: str, *, purpose: Purpose = Purpose.ANSWER, **query: str | int) -> Reply:
        """Read; what everything needs, such as definitions, may come out of the reserve."""
        return self._call("GET", path, purpose, query=query)

    def ask(self, path: str, body: Json, *, purpose: Purpose = Purpose.DELIVER) -> Reply:
        """Read by a POST: batch reads and searches, which change nothing."""
        return self._call("POST", path, purpose, body=body)

    def now(self) -> datetime:
        """Return the present."""
        return self._clock.now()

    def rest(self, seconds: float) -> None:
        """Let some time pass between calls that are limited by the second."""
        self._clock.sleep(seconds)

    def write(self, path: str, body: Json = None, *, method: str = "POST", purpose: Purpose = Purpose.DELIVER) -> Reply:
        """Change something; raises ``Uncertain`` where nobody knows whether it was done, ``Declined`` where it was not."""
        return self._call(method, path, purpose, body=body, writing=True)

    def upload(self, path: str, file: str, form: Sequence[tuple[str, str]]) -> Reply:
        """Send a file as a form."""
        header = {"Content-Type": "multipart/form-data"}
        return self._call("POST", path, Purpose.DELIVER, form=form, files={"file": file}, header=header, writing=True)

    def address(self, path: str) -> str:
        """Return the whole address of a path."""
        return f"{self._settings.base_url}{path}"

    def fetch(self, link: str, put: Callable[[bytes], object]) -> None:
        """Hand the bytes of a file that HubSpot made to ``put``; the link is its own key, ours is not sent along."""
        self.usage.spend(Purpose.CRAWL, self._clock.now())
        timeout = Timeout(self._settings.connect_timeout, self._settings.read_timeout)
        try:
            answer = self._api.rest_client.pool_manager.request(
                "GET", link, timeout=timeout, redirect=False, preload_content=False
            )
            for piece in answer.stream(_PIECE):
                put(piece)
            answer.release_conn()
        except HTTPError as error:
            message = f"A file of HubSpot's could not be fetched ({type(error).__name__})."
            raise Transient(message) from error
        if answer.status != HTTPStatus.OK:
            message = f"HubSpot does not hand out a file that it made ({answer.status})."
            raise Transient(message)

    def close(self) -> None:
        """Close the connections."""
        self._api.rest_client.pool_manager.clear()
        self._api.close()

    def _call(self, method: str, path: str, purpose: Purpose, *, writing: bool = False, **parts: Any) -> Reply:  # noqa: ANN401 - parts of a request
        renewed = self._sign_in()
        try:
            self._check_portal()
            return self._send(method, path, purpose, writing=writing, **parts)
        except AuthError:
            if renewed or not self._settings.refresh_token or self._token_ends is None:
                raise
            self._token_ends = None
        self._sign_in()
        self._check_portal()
        return self._send(method, path, purpose, writing=writing, **parts)

    def _check_portal(self) -> None:
        """Look once whose account it is, where the settings say whose it is to be."""
        wanted = self._settings.portal
        if not wanted or self.home:
            return
        details = self._send("GET", paths.ACCOUNT, Purpose.ANSWER).body
        found = str(details.get("portalId"))
        if found != wanted:
            message = (
                f"The key belongs to HubSpot account {found}, the project is for {wanted} (portal): take a key of that."
            )
            raise AuthError(message)
        self.home = f"https://{details.get('uiDomain') or 'app.hubspot.com'}/contacts/{found}"

    def _sign_in(self) -> bool:
        """Renew an OAuth token that is about to end; tell whether that was done."""
        now = self._clock.now()
        if self._settings.refresh_token is None or (self._token_ends and now < self._token_ends - _EARLY):
            return False
        secret = self._settings.client_secret
        form = [
            ("grant_type", "refresh_token"),
            ("client_id", self._settings.client_id),
            ("client_secret", secret.get_secret_value() if secret else ""),
            ("refresh_token", self._settings.refresh_token.get_secret_value()),
        ]
        header = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            granted = self._send("POST", paths.TOKEN, Purpose.ANSWER, form=form, header=header, signed=False).body
        except Declined as declined:
            message = f"HubSpot does not renew the OAuth token: {declined}. Install the app in the account again."
            raise AuthError(message) from declined
        self._token = str(granted["access_token"])
        self._token_ends = now + timedelta(seconds=float(granted.get("expires_in") or 1800))
        return True

    def _send(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        purpose: Purpose,
        *,
        body: Json = None,
        query: Mapping[str, str | int] | None = None,
        form: Sequence[tuple[str, str]] = (),
        files: Mapping[str, str] | None = None,
        header: Mapping[str, str] | None = None,
        signed: bool = True,
        writing: bool = False,
    ) -> Reply:
        now = self._clock.now()
        self.usage.spend(purpose, now)
        headers = {"Accept": "application/json", **(header or {})}
        if signed:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            answer = self._api.call_api(
                path,
                method,
                query_params=list((query or {}).items()),
                header_params=headers,
                body=body,
                post_params=list(form),
                files=dict(files or {}),
                # Bodies that the vendor's client reads by itself it also logs, tokens and all.
                _preload_content=False,
                _request_timeout=(self._settings.connect_timeout, self._settings.read_timeout),
            )
        except Exception as error:
            self._note(getattr(error, "headers", None) or {}, now)
            ours = translated(error, writing=writing, midnight=self.usage.midnight(now))
            raise ours from error
        self._note(answer.headers, now)
        return _reply(answer.status, _understood(answer.data, writing=writing))

    def _note(self, headers: Mapping[str, str], now: datetime) -> None:
        self.usage.note(headers)
        if headers.get("Date"):
            self.clock_off = parsedate_to_datetime(headers["Date"]).astimezone(UTC) - now


def _understood(data: bytes, *, writing: bool) -> dict[str, Any] | None:
    """Read a body. One that is no JSON object is not HubSpot's: something stands between, and nobody knows what was done."""
    try:
        body = orjson.loads(data) if data else None
    except ValueError:
        body = data
    if body is None or isinstance(body, dict):
        return body
    kind = Uncertain if writing else Transient
    raise kind("What answered is not HubSpot, or nothing that it says; see whether a proxy stands between.")


def _reply(status: int, body: dict[str, Any] | None) -> Reply:
    faults = (body or {}).get("errors") or ()
    return Reply(body, tuple(problem_of(_status(each, status), each) for each in faults))


def _status(fault: Mapping[str, Any], status: int) -> int:
    told = str(fault.get("status") or "")
    return int(told) if told.isdecimal() else status
