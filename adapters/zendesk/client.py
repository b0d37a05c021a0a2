"""The one door to Zendesk: every call has a timeout, is counted, and fails with our errors."""

from __future__ import annotations

from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from adapters.zendesk import tokens
from adapters.zendesk.errors import Denied, answered
from adapters.zendesk.limits import Purpose, Usage
from bridge.errors import AuthError
from bridge.unanswered import lost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.zendesk.settings import ZendeskSettings
    from bridge.contracts import Surroundings
    from bridge.nouns import FileContent, Json
    from bridge.signing_in import Person

_ROOT = "/api/v2"
_PAGE = 100
_GONE = (404, 410)


class Client:
    """Signs in, calls, and notes limits and the server's clock."""

    def __init__(
        self, settings: ZendeskSettings, surroundings: Surroundings, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open nothing yet; ``transport`` stands in for the network."""
        self._settings, self._clock, self._surroundings = settings, surroundings.clock, surroundings
        self._http = httpx.Client(
            base_url=settings.url + _ROOT,
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
            transport=transport,
            trust_env=False,
        )
        self._signature = tokens.signature(settings, surroundings, self._http)
        self.usage = Usage(settings, surroundings.clock)
        self.clock_off = timedelta()
        """How far Zendesk's clock is ahead of ours, as of the latest answer."""

    def __repr__(self) -> str:
        """Show the address and no secret."""
        return f"Client({self._settings.url!r})"

    def get(self, path: str, *, purpose: Purpose = Purpose.ANSWER, **query: str | int) -> dict[str, Any]:
        """Read; what everything needs, such as definitions, may come out of the reserve."""
        return self._call("GET", path, purpose, params=query)

    def pages(
        self, path: str, name: str, query: Mapping[str, str] | None = None, *, purpose: Purpose = Purpose.ANSWER
    ) -> Iterator[list[dict[str, Any]]]:
        """Yield the records under ``name``, a hundred a call."""
        after: dict[str, str | int] = {}
        while True:
            body = self._call("GET", path, purpose, params={**(query or {}), "page[size]": _PAGE, **after})
            yield body[name]
            meta = body.get("meta") or {}
            if not meta.get("has_more"):
                return
            after = {"page[after]": meta["after_cursor"]}

    def export(self, path: str, *, purpose: Purpose, **query: str | int) -> dict[str, Any]:
        """Read a page of an incremental export, at the pace that these are allowed."""
        self.usage.pace_export()
        return self._call("GET", f"/incremental/{path}", purpose, params=query)

    def rest(self, seconds: float) -> None:
        """Let some time pass."""
        self._clock.sleep(seconds)

    def write(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        purpose: Purpose = Purpose.DELIVER,
        idempotency_key: str = "",
    ) -> dict[str, Any]:
        """Change something; raises ``Uncertain`` where nobody knows whether it was done, ``Declined`` where it was not."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        content = None
        if body is not None:
            # Sorted: with an idempotency key the same record must be the same bytes.
            content, headers["Content-Type"] = orjson.dumps(body, option=orjson.OPT_SORT_KEYS), "application/json"
        return self._call(method, path, purpose, writing=True, content=content, headers=headers)

    def upload(self, file: FileContent) -> str:
        """Send a file; returns the token by which a comment takes it."""
        headers = {"Content-Type": file.mime or "application/octet-stream"}
        content = Path(file.path).read_bytes()
        query = {"filename": file.name}
        body = self._call(
            "POST", "/uploads", Purpose.DELIVER, writing=True, content=content, headers=headers, params=query
        )
        return str(body["upload"]["token"])

    def file(self, address: str) -> bytes | None:
        """Return a file of the account, None if it is not there; the storage that it leads to is told no credentials."""
        if not address.startswith(f"{self._settings.url}/attachments/"):
            return None
        try:
            response = self._http.get(address, headers=self._signature.header(), follow_redirects=True)
        except httpx.HTTPError as error:
            raise lost(error, "Zendesk", writing=False, setting="url") from error
        if not response.is_success and response.status_code not in _GONE:
            answered(response, writing=False)
        return response.content if response.is_success else None

    def sign_in(self, person: Person) -> None:
        """Let a person allow it in the browser, where that is what the settings ask for; raises ``AuthError``."""
        if self._settings.by_person:
            tokens.personal(self._settings, self._surroundings, self._http).sign_in(person)
        else:
            person.told("It signs in with the credentials of the settings; nothing is asked.")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, method: str, path: str, purpose: Purpose, *, writing: bool = False, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a request
        try:
            return self._send(method, path, purpose, writing=writing, **parts)
        except Denied:
            raise
        except AuthError:
            if not self._signature.forget():
                raise
        return self._send(method, path, purpose, writing=writing, **parts)

    def _send(
        self,
        method: str,
        path: str,
        purpose: Purpose,
        *,
        writing: bool,
        headers: Mapping[str, str] | None = None,
        **parts: Any,  # noqa: ANN401 - the others
    ) -> dict[str, Any]:
        self.usage.spend(purpose)
        signed = {**(headers or {}), **self._signature.header()}
        try:
            response = self._http.request(method, path, headers=signed, **parts)
        except httpx.HTTPError as error:
            raise lost(error, "Zendesk", writing=writing, setting="url") from error
        self.usage.note(response.headers)
        if response.headers.get("Date"):
            self.clock_off = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC) - self._clock.now()
        return answered(response, writing=writing)
