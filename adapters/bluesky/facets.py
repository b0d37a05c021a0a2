"""Facets: what parts of a text mean, by offsets in its UTF-8 bytes. Read into plain text, and found in ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.bluesky.names import LINK_FACET, MENTION_FACET, TAG_FACET
from adapters.bluesky.shapes import items, kind, number, obj, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bridge.nouns import Json

_MENTION = re.compile(r"(?<![\w@.])@((?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]{0,61})\b")
_LINK = re.compile(r"https?://[^\s<>\"']+")
_AFTER_LINK = ".,;:!?"
_TAG = re.compile(r"(?<!\w)#([^\W\d_][\w-]{0,63})")
_SHORTENED = ("...", "…")


class Facet(NamedTuple):
    """A part of a text: from ``start`` to ``end`` in bytes, and what it is."""

    start: int
    end: int
    type: str
    value: str
    """The address of a link, the DID of a mention, a tag."""


def read(body: str, facets: Json) -> list[Facet]:
    """Return the facets that fit the text, in its order; those outside it, in the midst of a character or over another are left out."""
    whole = body.encode("utf-8", "surrogatepass")
    found: list[Facet] = []
    for facet in sorted(_stated(facets)):
        fits = 0 <= facet.start < facet.end <= len(whole) and (not found or facet.start >= found[-1].end)
        if fits and not _splits(whole, facet.start) and not _splits(whole, facet.end):
            found.append(facet)
    return found


def readable(body: str, facets: Json) -> str:
    """Return the text with the addresses of its links in full, where it shows them cut or calls them otherwise."""
    whole = body.encode("utf-8", "surrogatepass")
    parts, at = [], 0
    for facet in read(body, facets):
        if facet.type == LINK_FACET:
            shown = whole[facet.start : facet.end].decode("utf-8", "surrogatepass")
            parts += [whole[at : facet.start], _in_full(shown, facet.value).encode("utf-8", "surrogatepass")]
            at = facet.end
    return b"".join([*parts, whole[at:]]).decode("utf-8", "surrogatepass")


def mentions(body: str, facets: Json) -> list[str]:
    """Return the DIDs of those whom a text mentions."""
    return [facet.value for facet in read(body, facets) if facet.type == MENTION_FACET]


def write(body: str, did_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return facets for the links, mentions and hashtags in a text of ours; ``did_of`` a handle is empty if nobody has it."""
    taken: list[tuple[int, int]] = []
    found: list[dict[str, Any]] = []
    for start, end, feature in [*_links(body), *_mentions(body, did_of), *_tags(body)]:
        if any(start < other_end and end > other for other, other_end in taken):
            continue
        taken.append((start, end))
        index = {"byteStart": len(body[:start].encode()), "byteEnd": len(body[:end].encode())}
        found.append({"index": index, "features": [feature]})
    return sorted(found, key=lambda facet: facet["index"]["byteStart"])


def _stated(facets: Json) -> Iterator[Facet]:
    values = {LINK_FACET: "uri", MENTION_FACET: "did", TAG_FACET: "tag"}
    for facet in items(facets):
        index = obj(facet, "index")
        start, end = number(index.get("byteStart")), number(index.get("byteEnd"))
        for feature in items(facet.get("features")):
            name = values.get(kind(feature))
            if name is not None and start is not None and end is not None and text(feature.get(name)):
                yield Facet(start, end, kind(feature), text(feature.get(name)))


def _splits(whole: bytes, at: int) -> bool:
    """Tell whether an offset lies within a character: its bytes after the first begin with the bits 10."""
    return at < len(whole) and whole[at] & 0xC0 == 0x80


def _in_full(shown: str, address: str) -> str:
    bare = shown.strip()
    for ending in _SHORTENED:
        bare = bare.removesuffix(ending)
    if bare and (
        address.startswith(bare)
        or address.partition("://")[2].removeprefix("www.").startswith(bare.removeprefix("www."))
    ):
        return address
    return f"{shown} ({address})"


def _links(body: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for match in _LINK.finditer(body):
        address = match[0].rstrip(_AFTER_LINK)
        if address.endswith(")") and "(" not in address:
            address = address[:-1]
        yield match.start(), match.start() + len(address), {"$type": LINK_FACET, "uri": address}


def _mentions(body: str, did_of: Callable[[str], str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    for match in _MENTION.finditer(body):
        did = did_of(match[1])
        if did:
            yield match.start(), match.end(), {"$type": MENTION_FACET, "did": did}


def _tags(body: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for match in _TAG.finditer(body):
        yield match.start(), match.end(), {"$type": TAG_FACET, "tag": match[1]}
