"""What was said in transactions: texts and files, read for a page of them at once."""

from __future__ import annotations

import base64
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from bridge.nouns import Attachment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from adapters.request_tracker.tracker import Tracker

_TEXT, _HTML = "text/plain", "text/html"
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3"})
_CHUNK = 40


def texts(tracker: Tracker, transactions: Collection[str]) -> dict[str, tuple[str, tuple[Attachment, ...]]]:
    """Return the text and the files of each transaction that has some."""
    rows = _attachments(tracker, "TransactionId", list(transactions), "TransactionId,ContentType,Filename")
    # Files may be large, or no text at all: what they hold is not asked for.
    bodies = [str(row["id"]) for row in rows if not row.get("Filename") and row["ContentType"] in (_TEXT, _HTML)]
    content = {str(row["id"]): row["Content"] for row in _attachments(tracker, "id", bodies, "Content")}
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(_number(row["TransactionId"]), []).append({**row, "Content": content.get(str(row["id"]), "")})
    return {number: (_text(found), _files(tracker, found)) for number, found in parts.items()}


def mailed_to(tracker: Tracker, transactions: Sequence[str]) -> list[tuple[str, str]]:
    """Return to whom, and under which subject, the mails that transactions record went."""
    rows = _attachments(tracker, "TransactionId", transactions, "Subject,Headers")
    return [
        (
            ", ".join(filter(None, (headers.get(name, "") for name in ("To", "Cc", "Bcc")))),
            row.get("Subject") or "a mail",
        )
        for row in rows
        if (headers := _headers(row.get("Headers") or "")).get("Message-ID")
    ]


def file(tracker: Tracker, url: str) -> bytes | None:
    """Return what an attachment holds, None if it is not there any more, or the address is none of this server's.

    Asked for an attachment that is gone, Request Tracker fails with 500; a search just does not find it.
    """
    number = url.removeprefix(_address(tracker))
    if not number.isdecimal() or not _attachments(tracker, "id", [number], "Filename"):
        return None
    return base64.b64decode(tracker.client.get(f"attachment/{number}").get("Content") or "")


def _attachments(tracker: Tracker, by: str, values: Sequence[str], fields: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for start in range(0, len(values), _CHUNK):
        query = [{"field": by, "operator": "IN", "value": list(values[start : start + _CHUNK])}]
        rows += tracker.client.all("attachments", query, fields=fields, orderby="id")
    return rows


def as_text(html: str) -> str:
    """Return the words of a page: RT's own editor writes HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = "".join(reader.parts).replace("\xa0", " ").splitlines()
    return "\n".join(line.strip() for line in lines).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:  # noqa: ARG002 - a parser's
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in _BREAKS and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _text(parts: Sequence[Mapping[str, Any]]) -> str:
    bodies = [part for part in parts if not part.get("Filename")]
    plain = next((part["Content"] for part in bodies if part["ContentType"] == _TEXT and part["Content"]), None)
    if plain is not None:
        return str(plain).strip()
    html = next((part["Content"] for part in bodies if part["ContentType"] == _HTML), "")
    return as_text(html or "")


def _files(tracker: Tracker, parts: Sequence[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(url=f"{_address(tracker)}{part['id']}", name=part["Filename"], mime=part["ContentType"])
        for part in parts
        if part.get("Filename")
    )


def _address(tracker: Tracker) -> str:
    """Return how the addresses of attachments begin."""
    return f"{tracker.settings.base_url}/REST/2.0/attachment/"


def _headers(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def _number(told: Any) -> str:  # noqa: ANN401 - a number, or an object with one
    return str(told["id"] if isinstance(told, dict) else told)
