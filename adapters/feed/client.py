"""Fetch a feed's documents: only if they changed, only so large, only from the feed's own host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx

from bridge.errors import AuthError, CasebridgeError, ConfigError, RateLimited, Transient

if TYPE_CHECKING:
    from adapters.feed.settings import FeedSettings
    from bridge.clock import Clock

LATER = 300.0
"""Seconds to wait where a site does not say how long."""
_LONGEST = 24 * 3600.0
"""Seconds that are waited at most, whatever a site says."""
_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of a document it was, in the site's words."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What was fetched, and from where in the end."""

    body: bytes
    url: str
    kind: str
    version: Version


class Client:
    """Fetches."""

    def __init__(
        self, name: str, settings: FeedSettings, clock: Clock, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open nothing yet; ``transport`` stands in for the network."""
        self._name, self._settings, self._clock = name, settings, clock
        password = settings.password.get_secret_value() if settings.password is not None else ""
        self._http = httpx.Client(
            headers={
                "User-Agent": "Casebridge",
                "Accept": "application/atom+xml, application/rss+xml, application/xml, */*",
            },
            auth=httpx.BasicAuth(settings.user, password) if settings.user else None,
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
            transport=transport,
            follow_redirects=False,
        )

    def __repr__(self) -> str:
        """Show the host and no secret: an address may hold one."""
        return f"Client({self._settings.host!r})"

    def fetch(self, url: str, known: Version | None = None) -> Document | None:
        """Return a document, None if it is still the version that is known."""
        known = known or Version()
        headers = {"If-None-Match": known.etag} if known.etag else {}
        headers |= {"If-Modified-Since": known.modified} if known.modified else {}
        for _ in range(_REDIRECTS + 1):
            response, body = self._send(url, headers)
            if not response.has_redirect_location:
                break
            url = self._following(response)
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return None
        if not response.is_success:
            raise self._refused(response)
        version = Version(response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
        return Document(body, url, response.headers.get("Content-Type", ""), version)

    def same_site(self, url: str) -> bool:
        """Tell whether an address that a document names is on the feed's own host."""
        try:
            found = httpx.URL(url)
        except httpx.InvalidURL:
            return False
        home = httpx.URL(self._settings.url)
        return found.scheme in ("https", home.scheme) and (found.host, found.port) == (home.host, home.port)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _send(self, url: str, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
        host, body = self._settings.host, bytearray()
        try:
            with self._http.stream("GET", url, headers=headers) as response:
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > self._settings.max_bytes:
                        message = f"{self._name}: the feed is larger than max_bytes ({self._settings.max_bytes})."
                        raise ConfigError(message)
        except httpx.HTTPError as error:
            message = f"{host} cannot be reached or does not answer ({type(error).__name__})."
            raise Transient(message) from None  # the request carries the password
        return response, bytes(body)

    def _following(self, response: httpx.Response) -> str:
        """Return where a document moved to, on the same site, maybe under https."""
        target = response.url.join(response.headers["Location"])
        secure = target.scheme in ("https", response.url.scheme)
        if target.host != response.url.host or not secure:
            message = f"{self._name}: the feed has moved to {target.host}. Look at it, and set url."
            raise ConfigError(message)
        return str(target)

    def _refused(self, response: httpx.Response) -> CasebridgeError:
        status, host = response.status_code, self._settings.host
        if status in (401, 403):
            return AuthError(
                f"{self._name}: {host} does not let us read the feed ({status}): look at user and password."
            )
        if status == 429 or (status == 503 and "Retry-After" in response.headers):
            return RateLimited(f"{host} asks to wait.", retry_after=self._wait(response))
        if status == 410:
            return ConfigError(f"{self._name}: {host} says that the feed is gone for good. Take the connection out.")
        return Transient(f"{host} does not give the feed ({status}).")

    def _wait(self, response: httpx.Response) -> float:
        told = response.headers.get("Retry-After", "")
        try:
            seconds = (
                float(told)
                if told.isdecimal()
                else (parsedate_to_datetime(told).astimezone(UTC) - self._clock.now()).total_seconds()
            )
        except (ValueError, TypeError, OverflowError):
            return LATER
        return min(max(seconds, 1.0), _LONGEST)
