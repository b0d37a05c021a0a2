"""A site with a feed: versions, documents of older entries, a sign-in, and everything that goes wrong with feeds."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from bridge.clock import Clock

USER, PASSWORD = "reader", "hush-reader"
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
)


@dataclass(slots=True)
class Item:
    """An entry; empty parts are left out."""

    guid: str
    title: str
    text: str
    author: str
    at: datetime | None
    link: str


class Site:
    """A blog whose feed holds the newest entries, and names the document with older ones."""

    def __init__(self, clock: Clock, *, holds: int = 100, signed: bool = False, versions: bool = True) -> None:
        """Begin without entries."""
        self.clock, self.holds, self.signed, self.versions = clock, holds, signed, versions
        self.items: list[Item] = []
        self.document: bytes | None = None
        """Served as it is in the place of the feed."""
        self.moved = ""
        self.modified = ""
        """When the feed was changed, in the words of HTTP, for sites that know no other versions."""
        self.calls, self.faults = list[Call](), Faults()
        answers = {
            "401": PlainTextResponse("no", 401),
            "410": PlainTextResponse("gone", 410),
            "429": PlainTextResponse("slow down", 429, {"Retry-After": "17"}),
        }
        app = Starlette(routes=[Route("/feed", self._feed), Route("/moved", self._feed)])
        self.app: ASGIApp = Recorded(Faulty(app, self.faults, answers), self.calls)

    def say(self, title: str, text: str = "", *, author: str = "Mira Sonnberg", dated: bool = True) -> Item:
        """Publish an entry."""
        number = len(self.items) + 1
        link, at = f"https://blog.example/{number}", self.clock.now() if dated else None
        self.items.append(Item(f"entry-{number}", title, text, author, at, link))
        return self.items[-1]

    def rss(self, items: list[Item], older: str = "") -> bytes:
        """Return some entries as a document, newest first."""
        link = f'<link xmlns="http://www.w3.org/2005/Atom" rel="next" href="{escape(older)}"/>' if older else ""
        return f"{HEAD}<title>Blog</title>{link}{''.join(map(_item, reversed(items)))}</channel></rss>".encode()

    async def _feed(self, request: Request) -> Response:
        if self.moved and request.url.path == "/feed":
            return Response(status_code=301, headers={"Location": self.moved})
        if self.signed and request.headers.get("authorization") != _basic():
            return PlainTextResponse("no", 401)
        page = int(request.query_params.get("page", 1))
        body = self.document if self.document is not None else self._page(page)
        if self.modified:
            return self._since(request, body)
        etag = f'"{hash(body)}"'
        if self.versions and request.headers.get("if-none-match") == etag:
            return Response(status_code=304)
        return Response(body, media_type="application/rss+xml", headers={"ETag": etag} if self.versions else {})

    def _since(self, request: Request, body: bytes) -> Response:
        if request.headers.get("if-modified-since") == self.modified:
            return Response(status_code=304)
        return Response(body, media_type="application/rss+xml", headers={"Last-Modified": self.modified})

    def _page(self, page: int) -> bytes:
        newest = list(reversed(self.items))
        shown = newest[(page - 1) * self.holds : page * self.holds]
        more = len(newest) > page * self.holds
        return self.rss(shown[::-1], f"https://blog.example/feed?page={page + 1}" if more else "")


def _item(item: Item) -> str:
    parts = {
        "title": item.title,
        "description": item.text,
        "link": item.link,
        'guid isPermaLink="false"': item.guid,
        "dc:creator": item.author,
        "pubDate": format_datetime(item.at) if item.at else "",
    }
    told = "".join(f"<{name}>{escape(text)}</{name.split()[0]}>" for name, text in parts.items() if text)
    return f"<item>{told}</item>"


def _basic() -> str:
    return f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
