"""The one door to Request Tracker: every call has a timeout and fails with our errors; nothing is repeated by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx

from adapters.request_tracker.errors import refused
from bridge.errors import ConfigError
from bridge.unanswered import lost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.request_tracker.settings import RequestTrackerSettings
    from bridge.clock import Clock
    from bridge.nouns import Json

PAGE = 100
"""Request Tracker gives no more at once."""
_NOT_REST = "base_url does not lead to Request Tracker's REST interface: it answers with a page. Add its WebPath."


class Client:
    """Signs in and calls."""

    def __init__(
        self, settings: RequestTrackerSettings, clock: Clock, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open nothing yet; ``transport`` stands in for the network."""
        self._settings, self._clock = settings, clock
        timeout = httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout)
        token = settings.token.get_secret_value()
        self._http = httpx.Client(
            base_url=f"{settings.base_url}/REST/2.0/",
            headers={"Authorization": f"token {token}", "Accept": "application/json"},
            timeout=timeout,
            transport=transport,
            follow_redirects=False,
        )
        self.clock_off = timedelta()
        """How far the server's clock is ahead of ours, as of the latest answer."""

    def __repr__(self) -> str:
        """Show the address and no secret."""
        return f"Client({self._settings.base_url!r})"

    def get(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 - JSON
        """Read one thing."""
        return _json(self._send("GET", path, query=query))

    def found(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 - JSON
        """Read one thing, None where there is nothing (or nothing for us) under that number."""
        response = self._send("GET", path, query=query, missing=True)
        return None if response.status_code == httpx.codes.NOT_FOUND else _json(response) | _etag(response)

    def pages(self, path: str, body: Json = None, **query: str | int) -> Iterator[list[dict[str, Any]]]:
        """Search; yields pages until one is not full: ``total`` and ``next_page`` are null where some may not be seen."""
        method, number = ("GET" if body is None else "POST"), 1
        while True:
            asked = {**query, "per_page": PAGE, "page": number}
            found = _json(self._send(method, path, query=asked, body=body))
            yield found["items"]
            if found["count"] < found["per_page"]:
                return
            number += 1

    def all(self, path: str, body: Json = None, **query: str | int) -> list[dict[str, Any]]:
        """Search; return everything."""
        return [item for page in self.pages(path, body, **query) for item in page]

    def write(self, method: str, path: str, body: Json = None, *, etag: str = "") -> httpx.Response:
        """Change something; raises ``Uncertain`` where nobody knows whether it was done, ``Declined`` where it was not."""
        headers = {"If-Match": etag} if etag else {}
        return self._send(method, path, body=body, headers=headers, writing=True)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        writing: bool = False,
        missing: bool = False,
    ) -> httpx.Response:
        try:
            response = self._http.request(method, path, params=query, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise lost(error, "Request Tracker", writing=writing) from error
        self._note(response)
        if response.is_success or (missing and response.status_code == httpx.codes.NOT_FOUND):
            return response
        raise refused(response, writing=writing)

    def _note(self, response: httpx.Response) -> None:
        if response.headers.get("Date"):
            there = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
            self.clock_off = there - self._clock.now()


def moment(text: str) -> datetime:
    """Read a time of Request Tracker."""
    return datetime.fromisoformat(text).astimezone(UTC)


def quoted(value: str) -> str:
    """Write a value into a search."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _json(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    try:
        return response.json()
    except ValueError as error:
        raise ConfigError(_NOT_REST) from error


def _etag(response: httpx.Response) -> dict[str, str]:
    return {"_etag": response.headers.get("ETag", "")}
