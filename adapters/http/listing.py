"""Lists in pages: by number, offset, cursor, Link header or the address of the next page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx

from adapters.http import taking
from adapters.http.cursors import written
from bridge.errors import Transient
from bridge.mapping import verbs
from bridge.nouns import Share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.http.client import Client, Reply
    from adapters.http.manifest import Call
    from adapters.http.model import Pages


def pages(
    client: Client,
    call: Call,
    values: Mapping[str, Any],
    *,
    since: datetime | None = None,
    share: Share = Share.READ,
) -> Iterator[list[Any]]:
    """Yield the rows of each page; an empty last page is not told."""
    style = call.asks.pages or client.manifest.pages
    form = call.asks.times
    told = {**values, "now": written(client.clock.now(), form)}
    if since is not None:
        told["since"] = written(since, form)
    place: str = _first(style)
    before: list[Any] = []
    for number in range(style.most):
        following = style.by in ("link", "url") and number
        if following:
            reply = client.follow(call, place, told, share)
        else:
            reply = client.call(_paged(call, style, place), told | {"page": place}, share=share)
        rows = reply.rows(call)
        if rows and rows == before and style.by in ("page", "offset", "range"):
            return  # beyond its end a list that knows no such page gives the last one again
        before = rows
        if rows:
            yield rows
        further = _next(style, place, rows, reply)
        if not further:
            return
        if further == place:
            message = f"{client.manifest.name} gives the same page of {call.name} again and again."
            raise Transient(message)
        place = further


def _first(style: Pages) -> str:
    return {"page": str(style.first), "offset": "0", "range": "0"}.get(style.by, "")


def _paged(call: Call, style: Pages, place: str) -> Call:
    if style.by == "range":
        return replace(call, query={**call.query, style.number: lambda _: f"{place}-{int(place) + _size(style) - 1}"})
    more: dict[str, Any] = {name: (lambda _, size=size: size) for name, size in style.size.items()}
    if place and style.number:
        more[style.number] = lambda _: place
    return replace(call, query={**call.query, **more})


def _size(style: Pages) -> int:
    return next(iter(style.size.values()), 0)


def _next(style: Pages, place: str, rows: list[Any], reply: Reply) -> str:
    """Return where the next page is, empty at the end."""
    ended = not rows or (style.until == "short" and len(rows) < _size(style))
    if style.by == "page":
        return "" if ended else str(int(place) + 1)
    if style.by in ("offset", "range"):
        return "" if ended else str(int(place) + len(rows))
    if style.by == "link":
        return str(httpx.Response(200, headers=dict(reply.headers)).links.get("next", {}).get("url", ""))
    if style.following is None or style.by == "none":
        return ""
    found = taking.at(style.following, reply.body)
    return "" if verbs.is_empty(found) or found is False else verbs.text(found)
