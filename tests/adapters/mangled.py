"""A target whose answers somebody damages on their way: one row of them, wherever it stands."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bridge.nouns import Broken
from tests.adapters.mutations import mutated

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bridge.contracts import Target
    from bridge.nouns import Cursor

    Change = Callable[[str, list[Any]], list[Any]]

ONE_PLACE = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""The far side stays as it is from example to example: it is only read."""


@dataclass(slots=True)
class Mangling:
    """Stands before a pretend vendor and changes what its lists hold."""

    app: ASGIApp
    change: Change | None = None
    """Name and rows of a list that is answered → the rows that arrive; a list that is the whole answer has no name."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        start: list[Message] = []
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
            else:
                body.extend(message.get("body", b""))

        await self.app(scope, receive, keep)
        content = changed(bytes(body), self.change)
        head = dict(start[0])
        head["headers"] = [
            (name, str(len(content)).encode() if name.lower() == b"content-length" else value)
            for name, value in head["headers"]
        ]
        await send(head)
        await send({"type": "http.response.body", "body": content})


class MangledWire(httpx.BaseTransport):
    """Stands before a real server, which is asked each thing once, and changes what its lists hold."""

    def __init__(self, wire: httpx.BaseTransport) -> None:
        """Change nothing yet."""
        self._wire = wire
        self._known: dict[tuple[str, str, bytes], httpx.Response] = {}
        self.change: Change | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the server did, but for what is changed."""
        asked = (request.method, str(request.url), request.read())
        if asked not in self._known:
            answer = self._wire.handle_request(request)
            answer.read()
            self._known[asked] = answer
        known = self._known[asked]
        headers = {
            name: value for name, value in known.headers.items() if name not in ("content-length", "content-encoding")
        }
        return httpx.Response(
            known.status_code, headers=headers, content=changed(known.content, self.change), request=request
        )


def changed(body: bytes, change: Change | None) -> bytes:
    """Return a body of JSON with its lists changed, any other as it is."""
    if change is None:
        return body
    try:
        return orjson.dumps(_walked("", orjson.loads(body), change))
    except orjson.JSONDecodeError:
        return body


def _walked(name: str, value: Any, change: Change) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {inner: _walked(inner, each, change) for inner, each in value.items()}
    if isinstance(value, list):
        return change(name, [_walked("", each, change) for each in value])
    return value


@dataclass(slots=True)
class Read:
    """What was read: the items as text, and what was set aside."""

    items: set[str] = field(default_factory=set)
    broken: list[Broken] = field(default_factory=list)


def contacts(target: Target, after: Cursor) -> Read:
    """Read the people of a target."""
    found = [event for page in target.contacts(after) for event in page.events]
    return Read(
        {repr(each) for each in found if not isinstance(each, Broken)},
        [each for each in found if isinstance(each, Broken)],
    )


def cases(target: Target, after: Cursor) -> Read:
    """Read the cases of others."""
    pages = list(target.cases(after))
    return Read({repr(each) for page in pages for each in page.cases}, [one for page in pages for one in page.broken])


def activity(target: Target, after: Cursor) -> Read:
    """Read what happened."""
    pages = list(target.activity(after))
    return Read({repr(each) for page in pages for each in page.items}, [one for page in pages for one in page.broken])


def one_damaged_row_stops_no_other(
    data: st.DataObject,
    wire: Mangling | MangledWire,
    read: Callable[[], Read],
    lists: Collection[str],
    *,
    id_name: str = "id",
    kept: Iterable[str] = (),
    having: str = "",
) -> None:
    """Damage a row of the lists that ``read`` asks for: it is understood or kept as it came, and so are all others.

    ``kept``: fields of it by which the list itself is read on, and which stay. ``having``: what tells its lists from others
    of that name.
    """
    seen: dict[str, Any] = {}
    needed = {id_name, having or id_name}

    def known(name: str, row: Any) -> str:  # noqa: ANN401 - any JSON
        return f"{name} {row[id_name]}" if name in lists and isinstance(row, dict) and needed <= row.keys() else ""

    def note(name: str, rows: list[Any]) -> list[Any]:
        seen.update({ref: row for row in rows if (ref := known(name, row))})
        return rows

    def replaced(by: list[Any]) -> Change:
        def change(name: str, rows: list[Any]) -> list[Any]:
            return [each for row in rows for each in (by if known(name, row) == chosen else [row])]

        return change

    wire.change = note
    read()
    chosen = data.draw(st.sampled_from(sorted(seen)))
    row = copy.deepcopy(seen[chosen])
    damaged = data.draw(mutated([row]))
    if isinstance(damaged, dict):
        damaged |= {name: row[name] for name in kept}
    wire.change = replaced([])
    without = read()
    wire.change = replaced([damaged])
    got = read()
    wire.change = None
    assert without.items <= got.items
    assert all(orjson.loads(each.raw) == damaged for each in got.broken)
    assert got.broken or isinstance(damaged, dict)
