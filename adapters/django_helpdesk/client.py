"""The one door to django-helpdesk: every call has a timeout and fails with our errors; nothing is repeated by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from adapters.django_helpdesk.errors import refused
from bridge.errors import ConfigError
from bridge.unanswered import lost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
    from bridge.clock import Clock
    from bridge.nouns import Json

Row = dict[str, Any]
_NOT_API = "base_url does not lead to django-helpdesk's interface: it answers with a page. HELPDESK_ACTIVATE_API_ENDPOINT must be on."


class Client:
    """Signs in and calls."""

    def __init__(
        self, settings: DjangoHelpdeskSettings, clock: Clock, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open nothing yet; ``transport`` stands in for the network."""
        self._settings, self._clock = settings, clock
        self._http = httpx.Client(
            base_url=f"{settings.base_url}/api/",
            headers={
                "Authorization": f"{settings.scheme} {settings.token.get_secret_value()}",
                "Accept": "application/json",
                # Its refusals are translated into the reader's language.
                "Accept-Language": "en",
            },
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
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

    def options(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Read how the interface describes itself."""
        return _json(self._send("OPTIONS", path))

    def found(self, path: str) -> Row | None:
        """Read one thing, None where there is nothing under that number."""
        response = self._send("GET", path, missing=True)
        return None if response.status_code == httpx.codes.NOT_FOUND else _json(response)

    def forwards(self, path: str, **query: str | int) -> Iterator[list[Row]]:
        """Yield the pages of a list."""
        number, more = 1, True
        while more:
            found = self.get(path, page_size=self._settings.page, page=number, **query)
            yield found["results"]
            number, more = number + 1, bool(found["next"])

    def backwards(self, path: str) -> Iterator[list[Row]]:
        """Yield the pages of a list, the last first: what is new stands at the end, and nothing can be asked for by time."""
        size = self._settings.page
        found = self.get(path, page_size=size, page="last")
        yield found["results"]
        for number in range((found["count"] - 1) // size, 0, -1):
            yield self.get(path, page_size=size, page=number)["results"]

    def write(self, method: str, path: str, body: Json = None) -> Any:  # noqa: ANN401 - JSON
        """Change something; raises ``Uncertain`` where nobody knows whether it was done, ``Declined`` where it was not."""
        response = self._send(method, path, body=body, writing=True)
        return response.json() if response.content else None

    def upload(self, path: str, form: dict[str, str], files: Sequence[tuple[str, bytes, str]]) -> Any:  # noqa: ANN401 - JSON
        """Write with files: name, content, type."""
        parts = [("attachments", each) for each in files]
        return self._send("POST", path, form=form, files=parts, writing=True).json()

    def file(self, address: str) -> bytes | None:
        """Return a file that the site serves, None where it serves none, or the address is another site's."""
        there, here = urlsplit(address), urlsplit(self._settings.base_url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            return None
        response = self._send("GET", address, missing=True)
        return response.content if response.is_success else None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _send(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        *,
        query: Any = None,  # noqa: ANN401 - httpx's own
        body: Json = None,
        form: dict[str, str] | None = None,
        files: Any = None,  # noqa: ANN401 - httpx's own
        writing: bool = False,
        missing: bool = False,
    ) -> httpx.Response:
        try:
            response = self._http.request(method, path, params=query, json=body, data=form, files=files)
        except httpx.HTTPError as error:
            raise lost(error, "django-helpdesk", writing=writing) from error
        if response.headers.get("Date"):
            self.clock_off = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC) - self._clock.now()
        if response.is_success or (missing and response.status_code == httpx.codes.NOT_FOUND):
            return response
        raise refused(response, writing=writing)


def moment(text: str) -> datetime:
    """Read a time of django-helpdesk."""
    return datetime.fromisoformat(text).astimezone(UTC)


def minutes(text: str | None) -> int:
    """Read a duration of django-helpdesk, ``[days ]hours:minutes:seconds``, in whole minutes."""
    days, _, clock = (text or "0:0:0").rpartition(" ")
    hours, past, _ = clock.split(":")
    return (int(days or 0) * 24 + int(hours)) * 60 + int(past)


def _json(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    try:
        return response.json()
    except ValueError as error:
        raise ConfigError(_NOT_API) from error
