"""The one door to a Mastodon server: every call has a time limit and fails with our errors; nothing is repeated by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
from pydantic import ValidationError

from adapters.mastodon.entities import Uploaded
from adapters.mastodon.errors import refused
from bridge.errors import Transient
from bridge.unanswered import lost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.mastodon.settings import MastodonSettings
    from bridge.clock import Clock

AGENT = "Casebridge"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, newest first; where the next newer and the next older ones begin, empty at the end."""

    items: tuple[Any, ...]
    newer: str = ""
    older: str = ""


class Client:
    """Signs in and calls."""

    def __init__(
        self,
        name: str,
        settings: MastodonSettings,
        clock: Clock,
        access: Callable[[], str],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Open nothing yet; ``access`` gives the token, ``transport`` stands in for the network."""
        self._name, self._host, self._clock, self._access = name, settings.host, clock, access
        self.http = httpx.Client(
            base_url=settings.base_url,
            headers={"Accept": "application/json", "User-Agent": AGENT},
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
            transport=transport,
            follow_redirects=False,
        )
        self.left: int | None = None
        """Calls left in the server's window, as of the latest answer; None where it does not say."""

    def __repr__(self) -> str:
        """Show the server and no secret."""
        return f"Client({self._host!r})"

    def get(self, path: str, **query: Any) -> Any:  # noqa: ANN401 - JSON
        """Read one thing. Raises ``Missing`` where it is not there."""
        return self._body(self._send("GET", path, query=query))

    def listed(self, path: str, **query: Any) -> Listed:  # noqa: ANN401 - values of any parameter
        """Read a page of a list."""
        response = self._send("GET", path, query=query)
        body = self._body(response)
        if not isinstance(body, list):
            message = f"{self._host} answers {path} with something that is no list."
            raise Transient(message)
        return Listed(tuple(body), _linked(response, "prev", "min_id"), _linked(response, "next", "max_id"))

    def post(self, path: str, form: Mapping[str, str | list[str]], *, key: str = "", signed: bool = True) -> Any:  # noqa: ANN401 - JSON
        """Change something, once per ``key`` within an hour. Raises ``Uncertain`` where nobody knows whether it was done."""
        return self._body(self._send("POST", path, body={"data": form}, key=key, writing=True, signed=signed))

    def upload(self, name: str, content: bytes, mime: str, description: str) -> tuple[str, bool]:
        """Put a file there; return its id, and whether it can be posted already. Repeated, it is another file."""
        form = {"description": description} if description else {}
        response = self._send("POST", "/api/v2/media", body={"data": form, "files": {"file": (name, content, mime)}})
        try:
            return Uploaded.model_validate(self._body(response)).id, response.status_code == httpx.codes.OK
        except ValidationError as error:
            message = f"{self._host} does not say under which id it has taken a file."
            raise Transient(message) from error

    def is_ready(self, id_: str) -> bool:
        """Tell whether a file that was put there can be posted."""
        return self._send("GET", f"/api/v1/media/{id_}").status_code == httpx.codes.OK

    def delete(self, path: str) -> None:
        """Delete something."""
        self._send("DELETE", path, writing=True)

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str = "",
        writing: bool = False,
        signed: bool = True,
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._access()}"} if signed else {}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            response = self.http.request(method, path, params=query, headers=headers, **(body or {}))
        except httpx.HTTPError as error:
            raise lost(error, self._host, writing=writing) from None  # the request carries the token
        left = response.headers.get("X-RateLimit-Remaining", "")
        self.left = int(left) if left.isdecimal() and len(left) < 10 else None
        if response.is_success:
            return response
        raise refused(response, self._name, self._clock, writing=writing)

    def _body(self, response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError:
            message = f"{self._host} answers with something that is no JSON: look at base_url."
            raise Transient(message) from None


def _linked(response: httpx.Response, relation: str, parameter: str) -> str:
    """Return the cursor that the Link header names; its host is not looked at, only its parameter."""
    address = response.links.get(relation, {}).get("url", "")
    try:
        return (parse_qs(urlsplit(address).query).get(parameter) or [""])[0]
    except ValueError:  # no address at all
        return ""
