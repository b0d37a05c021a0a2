"""Calls to one org: a session that always has a time limit, one sign-in anew on 401, usage read from every answer."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession
from simple_salesforce.util import call_salesforce

from adapters.salesforce import tokens
from adapters.salesforce.errors import Declined, translated
from adapters.salesforce.settings import LOOPBACK
from adapters.salesforce.usage import Usage
from bridge.meter import MemoryMeter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adapters.salesforce.settings import SalesforceSettings
    from adapters.salesforce.tokens import Token
    from bridge.clock import Clock
    from bridge.errors import CasebridgeError
    from bridge.meter import Meter
    from bridge.nouns import Share

PARTS = 5
"""Most queries and collections in one composite call."""
MOST = 25
"""Most calls of any other kind in one composite call."""
CONNECT = 10.0
"""Seconds to wait for a connection."""


_SHARE: ContextVar[Share | None] = ContextVar("share", default=None)


@dataclass(frozen=True, slots=True)
class Part:
    """One call within a composite call; ``path`` is absolute."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None

    def as_json(self, number: int) -> dict[str, Any]:
        """Return it as the API takes it."""
        more = {"body": self.body, "httpHeaders": self.headers}
        made = {"method": self.method, "url": self.path, "referenceId": f"part{number}"}
        return made | {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What was answered to one part."""

    status: int
    body: Any


class Plain(HTTPAdapter):
    """Speaks http with a pretend org on this machine, which the vendor's library would call by https."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - of requests
        """Send without TLS."""
        request.url = (request.url or "").replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


def http_session(url: str) -> requests.Session:
    """Return a session for an address."""
    session = requests.Session()
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        session.mount(f"https://{parts.netloc}", Plain())
    return session


class Client:
    """One org. Raises our errors, and ``Declined`` for what Salesforce will not do."""

    def __init__(
        self,
        settings: SalesforceSettings,
        clock: Clock,
        sessions: Callable[[str], requests.Session] = http_session,
        meter: Meter | None = None,
    ) -> None:
        """Open nothing. ``meter`` counts our calls over all processes."""
        self.settings, self.clock = settings, clock
        self.usage = Usage(settings, clock, meter or MemoryMeter())
        self._sessions = sessions
        self._session: requests.Session | None = None
        self._token: Token | None = None
        self._salesforce: Salesforce | None = None

    def __repr__(self) -> str:
        """Say which org, and nothing of the token."""
        return f"Client({self.settings.url})"

    @property
    def token(self) -> Token:
        """Return the token, fetched when it is first needed."""
        if self._token is None:
            self._token = tokens.fetch(self.settings, self._http(), self.clock)
        return self._token

    @property
    def path(self) -> str:
        """Return what begins every path of the API within the org."""
        return f"/services/data/v{self.settings.version}/"

    def close(self) -> None:
        """Close the connections and forget the token."""
        if self._session is not None:
            self._session.close()
        self._session = self._salesforce = self._token = None

    @contextmanager
    def out_of(self, share: Share | None) -> Iterator[None]:
        """Let calls of this thread come out of a share of the org's day; each raises ``BudgetSpent`` once that is spent."""
        before = _SHARE.set(share)
        try:
            yield
        finally:
            _SHARE.reset(before)

    def ask_limits(self) -> dict[str, Any]:
        """Return the org's limits, and learn how many calls it has made and may make."""
        with self.out_of(None):
            limits: dict[str, Any] = self.json("GET", "limits")
        daily = limits["DailyApiRequests"]
        self.usage.told(daily["Max"] - daily["Remaining"], daily["Max"])
        return limits

    def json(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **kwargs: object) -> Any:  # noqa: ANN401 - a JSON value
        """Call and return the JSON answer; None for an answer without a body."""
        response = self.call(method, path, headers=headers, **kwargs)
        return response.json() if response.content else None

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **kwargs: object
    ) -> requests.Response:
        """Call a path below the API, or one that begins with ``/``; an expired session is renewed once.

        The headers go along with the second try as with the first. ``kwargs`` are those of ``requests``.
        """
        self._allow()
        try:
            return self._once(method, path, headers, kwargs)
        except SalesforceExpiredSession as error:
            if self.settings.access_token:
                raise self._ours(error) from None
            self._token = self._salesforce = None
        except (SalesforceError, requests.RequestException) as error:
            raise self._ours(error) from None
        try:
            return self._once(method, path, headers, kwargs)
        except (SalesforceError, requests.RequestException) as error:
            raise self._ours(error) from None

    def pages(self, soql: str, *, deleted: bool = False) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of a query, a page at a time; with ``deleted`` also rows that were deleted or merged."""
        answer = self.json("GET", "queryAll/" if deleted else "query/", params={"q": soql})
        yield answer["records"]
        yield from self._rest(answer)

    def rows(self, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """Return all rows of a query."""
        return [row for page in self.pages(soql, deleted=deleted) for row in page]

    def many(self, soqls: Sequence[str], *, deleted: bool = False) -> list[list[dict[str, Any]]]:
        """Return the rows of several queries, in as few calls as there can be: five at once.

        An object that is not there for us has no rows, where it is asked for beside others.
        """
        if len(soqls) <= 1:
            return [self.rows(soql, deleted=deleted) for soql in soqls]
        every = self.each(soqls, deleted=deleted)
        return [[] if pages is None else [row for page in pages for row in page] for pages in every]

    def each(self, soqls: Sequence[str], *, deleted: bool = False) -> list[Iterator[list[dict[str, Any]]] | None]:
        """Return the pages of several queries, the first ones asked for together; None for an object that is not there."""
        where = self.path + ("queryAll" if deleted else "query")
        answers = self.composite([Part("GET", f"{where}?q={quote(soql)}") for soql in soqls])
        return [self._paged(answer) for answer in answers]

    def _paged(self, answer: PartAnswer) -> Iterator[list[dict[str, Any]]] | None:
        if answer.status < 300:
            return chain([answer.body["records"]], self._rest(answer.body))
        declined = Declined(answer.status, answer.body)
        if declined.said.code == "INVALID_TYPE":
            return None
        raise declined

    def composite(
        self,
        parts: Sequence[Part],
        *,
        headers: Mapping[str, str] | None = None,
        together: bool = False,
        most: int = PARTS,
    ) -> list[PartAnswer]:
        """Make several calls in one, ``most`` at a time, each for itself or all ``together``; returns an answer for each."""
        answers = []
        for start in range(0, len(parts), most):
            body = {
                "allOrNone": together,
                "compositeRequest": [part.as_json(start + n) for n, part in enumerate(parts[start : start + most])],
            }
            answered = self.json("POST", "composite", json=body, headers=headers)["compositeResponse"]
            answers += [PartAnswer(each["httpStatusCode"], each["body"]) for each in answered]
        return answers

    def link(self, object_name: str, ref: str) -> str:
        """Return the address of a record for people."""
        return f"{self.settings.url}/lightning/r/{object_name}/{ref}/view"

    def _rest(self, answer: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        while not answer["done"]:
            answer = self.json("GET", answer["nextRecordsUrl"])
            yield answer["records"]

    def _ours(self, error: SalesforceError | requests.RequestException) -> CasebridgeError:
        return translated(error, self.clock.now(), spent=self.usage.spent)

    def _once(
        self, method: str, path: str, headers: Mapping[str, str] | None, kwargs: Mapping[str, Any]
    ) -> requests.Response:
        salesforce = self._connected()
        base = f"https://{salesforce.sf_instance}" if path.startswith("/") else salesforce.base_url
        merged = {**salesforce.headers, **(headers or {})}
        timeout = (min(CONNECT, self.settings.timeout), self.settings.timeout)
        return call_salesforce(base + path, method, salesforce.session, merged, timeout=timeout, **kwargs)

    def _allow(self) -> None:
        """Count the call to its share, unless nothing of that is left."""
        share = _SHARE.get()
        if share is None:
            return
        if self.usage.left(share) == 0 and self.usage.old:
            self.ask_limits()
        self.usage.ask(share)
        self.usage.count(share)

    def _connected(self) -> Salesforce:
        if self._salesforce is None:
            self._salesforce = Salesforce(
                session_id=self.token.value.get_secret_value(),
                instance_url=self.token.instance_url,
                version=self.settings.version,
                session=self._http(),
            )
        return self._salesforce

    def _http(self) -> requests.Session:
        if self._session is None:
            self._session = self._sessions(self.settings.url)
            self._session.hooks["response"].append(lambda response, *_, **__: self.usage.read(response.headers))
        return self._session
