"""The one door to Bluesky: every call has a timeout and fails with our errors; nothing is repeated by itself.

Only what was not done for an ended token is asked for once more, with a new one.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx

from adapters.bluesky.calls import NOTHING, Call
from adapters.bluesky.errors import PASSWORDS, Declined, TokenEnded, refused
from adapters.bluesky.names import BATCH, GET_RECORD, POSTS, PROFILES
from adapters.bluesky.session import Session, Sessions
from adapters.bluesky.shapes import items, obj, text
from bridge.errors import AuthError, Transient
from bridge.unanswered import lost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from adapters.bluesky.settings import BlueskySettings
    from bridge.contracts import Surroundings
    from bridge.nouns import Json

CHAT = "chat."
_HEADERS_SECOND = timedelta(seconds=2)
"""What a header that tells whole seconds, and the way of the answer, may make of equal clocks."""
_FIRST = datetime(1980, 1, 1, tzinfo=UTC)
_NOT_JSON = "Bluesky answered with something else than JSON: look at service."
_NO_CHAT = f"The app password does not allow direct messages. Make one that does ({PASSWORDS} > Allow access to your direct messages), then: casebridge connect"


class Client:
    """Signs in and calls."""

    def __init__(
        self, settings: BlueskySettings, surroundings: Surroundings, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Open nothing yet; ``transport`` stands in for the network."""
        self._settings, self._clock, self._name = settings, surroundings.clock, surroundings.name
        timeout = httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout)
        self._http = httpx.Client(timeout=timeout, transport=transport, follow_redirects=False)
        self.sessions = Sessions(settings, surroundings, self.ask)
        self.clock_off = timedelta()
        """How far the server's clock is ahead of ours, as of the latest answer."""
        self.limits: dict[str, str] = {}
        """What the latest answer said of limits."""

    def __repr__(self) -> str:
        """Show the account and no secret."""
        return f"Client({self._settings.handle!r})"

    @property
    def did(self) -> str:
        """Return our own stable id."""
        return self.sessions.current().did

    def get(self, method: str, query: Mapping[str, Json] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Ask for something."""
        return self._call("GET", method, Call(query=query))

    def post(self, method: str, body: Json = None, *, content: bytes = b"", mime: str = "") -> Any:  # noqa: ANN401 - JSON
        """Change something; raises ``Uncertain`` where nobody knows whether it was done, ``Declined`` where it was not."""
        headers = {"Content-Type": mime} if mime else {}
        return self._call("POST", method, Call(body=body, content=content, headers=headers), writing=True)

    def posts(self, uris: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the posts that are shown to us, by address: no deleted ones, and none of people who block us."""
        return self._many(POSTS, "uris", "posts", "uri", list(dict.fromkeys(uris)))

    def profiles(self, dids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return profiles by DID, with how many follow them."""
        return self._many(PROFILES, "actors", "profiles", "did", list(dict.fromkeys(dids)))

    def record(self, uri: str) -> dict[str, Any] | None:
        """Return a record as it lies in its author's repository, None if it is not there (any more)."""
        repo, _, rest = uri.removeprefix("at://").partition("/")
        collection, _, rkey = rest.partition("/")
        try:
            found = self.get(GET_RECORD, {"repo": repo, "collection": collection, "rkey": rkey})
        except Declined as declined:
            if _absent(declined):
                return None
            raise
        return found if isinstance(found, dict) else None

    def ask(self, verb: str, url: str, call: Call = NOTHING, *, token: str = "", writing: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Make one call anywhere, without our session."""
        headers = dict(call.headers)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            response = self._http.request(
                verb,
                url,
                params=call.query,
                headers=headers,
                json=call.body,
                content=call.content or None,
            )
        except httpx.HTTPError as error:
            raise lost(error, "Bluesky", writing=writing, setting="service") from error
        self._note(response)
        if not response.is_success:
            raise refused(response, self._clock.now() + self.clock_off, writing=writing)
        try:
            return response.json() if response.content else {}
        except ValueError as error:
            raise Transient(_NOT_JSON) from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, verb: str, method: str, call: Call, *, writing: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Call our server; a token that ended, and so did nothing, is exchanged once."""
        session = self.sessions.current()
        try:
            return self._at(session, verb, method, call, writing=writing)
        except TokenEnded:
            session = self.sessions.renewed(session)
        try:
            return self._at(session, verb, method, call, writing=writing)
        except TokenEnded as ended:
            raise AuthError(
                f"Bluesky does not take a new session ({ended.said}). Sign in anew: casebridge connect {self._name}"
            ) from ended

    def _at(self, session: Session, verb: str, method: str, call: Call, *, writing: bool) -> Any:  # noqa: ANN401 - JSON
        proxied = replace(call, headers={**call.headers, **self._proxy(method, session)})
        return self.ask(verb, f"{session.pds}/xrpc/{method}", proxied, token=session.access, writing=writing)

    def _proxy(self, method: str, session: Session) -> dict[str, str]:
        """Return the header that leads calls of direct messages on to their own service."""
        if not method.startswith(CHAT):
            return {}
        if not session.private:
            raise AuthError(f"{_NO_CHAT} {self._name}")
        return {"Atproto-Proxy": self._settings.chat_service}

    def _many(self, method: str, ask: str, field: str, key: str, wanted: Sequence[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(wanted), BATCH):
            told = self.get(method, {ask: list(wanted[start : start + BATCH])})
            found.update({text(row.get(key)): row for row in items(obj(told).get(field))})
        return found

    def _note(self, response: httpx.Response) -> None:
        with suppress(ValueError, KeyError):  # a date that is none, or no date
            dated = parsedate_to_datetime(response.headers["Date"])
            off = dated.astimezone(UTC) - self._clock.now()
            self.clock_off = off if abs(off) > _HEADERS_SECOND else timedelta()
        limits = {name: response.headers.get(f"RateLimit-{name}", "") for name in ("Limit", "Remaining", "Reset")}
        self.limits = {name: value for name, value in limits.items() if value} or self.limits


def moment(text: Json) -> datetime | None:
    """Read a time; None if it is none, or one before there were networks."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at >= _FIRST else None


def _absent(declined: Declined) -> bool:
    """Tell whether a refusal says that a record is not there; a server that holds nothing of a person has no word for it."""
    return declined.error == "RecordNotFound" or declined.said.startswith(
        ("Could not find repo", "Could not locate record")
    )
