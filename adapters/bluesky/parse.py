"""Bluesky's words become our nouns: posts, direct messages, profiles. One set of functions for all that is read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.bluesky import embeds, facets, tids
from adapters.bluesky.client import moment
from adapters.bluesky.names import INVALID_HANDLE, NETWORK, POST
from adapters.bluesky.shapes import Malformed, items, kind, needed, number, obj, text, texts
from bridge.nouns import Broken, Direction, Kind, Message, Profile, Said, UnknownKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns import Json, SourceEvent

_WEB = "https://bsky.app/profile"
_TRUE = "valid"


@dataclass(frozen=True, slots=True)
class Brand:
    """Who reads."""

    did: str
    handle: str


@dataclass(frozen=True, slots=True)
class Surrounding:
    """What is known beside a post: who its author is in full, whether it was read for another post's sake."""

    profiles: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    context: bool = False


def post(view: Json, brand: Brand, around: Surrounding, where: str) -> SourceEvent:
    """Return a post as a message, or what else it is: of an unknown kind, or broken."""
    try:
        return _post(obj(view), brand, around, where)
    except Malformed as problem:
        return broken(view, str(problem), where)


def direct(convo: str, view: Json, brand: Brand, around: Surrounding, where: str) -> SourceEvent:
    """Return a direct message, or what else it is."""
    try:
        return _direct(convo, obj(view), brand, around, where)
    except Malformed as problem:
        return broken(view, str(problem), where)


def broken(view: Json, reason: str, where: str) -> Broken:
    """Set something aside as it came."""
    return Broken(where, reason, json.dumps(view, ensure_ascii=False, default=str))


def profile(view: Mapping[str, Json]) -> Profile:
    """Return a profile; one without a DID raises ``Malformed``. Sizes and what it says of itself only where it is shown in full."""
    did = needed(view.get("did"), "author.did")
    handle = text(view.get("handle"))
    checked = obj(view, "verification")
    stand = [text(checked.get(name)) for name in ("verifiedStatus", "trustedVerifierStatus")]
    return Profile(
        network=NETWORK,
        id=did,
        handle="" if handle == INVALID_HANDLE else handle,
        name=text(view.get("displayName")),
        reach=number(view.get("followersCount")),
        verified=_TRUE in stand if checked else None,
        url=f"{_WEB}/{did}",
        bio=text(view.get("description")),
    )


def permalink(uri: str) -> str:
    """Return the web address of a post; by DID, since handles change hands."""
    repo, _, rest = uri.removeprefix("at://").partition("/")
    return f"{_WEB}/{repo}/post/{rest.rpartition('/')[2]}"


def author_of(uri: str) -> str:
    """Return the DID in whose repository a record lies."""
    return uri.removeprefix("at://").partition("/")[0]


def links(record: Mapping[str, Json]) -> tuple[str, str]:
    """Return the addresses of root and parent of a reply, both empty if it is none."""
    root, parent = (text(obj(record, "reply", name).get("uri")) for name in ("root", "parent"))
    return (root or parent, parent) if parent else ("", "")


def _post(view: Mapping[str, Json], brand: Brand, around: Surrounding, where: str) -> SourceEvent:
    uri, record = needed(view.get("uri"), "uri"), obj(view, "record")
    if kind(record) and kind(record) != POST:
        return UnknownKind(kind(record), raw=dict(view))
    if not isinstance(record.get("text"), str):
        raise Malformed("record.text is missing, or is no text")
    author = _author(obj(view, "author"), around)
    if author_of(uri) != author.id:
        raise Malformed("author.did is not in whose repository uri lies")
    root, parent = links(record)
    quote = embeds.quote(record)
    ours = author.id == brand.did
    return Said(
        Message(
            network=NETWORK,
            native_id=uri,
            account=brand.did,
            author=author,
            direction=Direction.OUT if ours else Direction.IN,
            kind=Kind.REPLY if parent else Kind.POST,
            text=facets.readable(record["text"], record.get("facets")),
            lang=_language(record),
            sent_at=moment(view.get("indexedAt")),
            permalink=permalink(uri),
            thread=root or uri,
            answers=_answers(parent, quote, brand),
            attachments=embeds.attachments(view.get("embed"), record.get("embed"), permalink),
            automatic=_follows_ours(uri, parent, brand)
            if ours
            else around.context and not addresses(record, quote, brand),
            extra=_extra(view, record, quote, addressed=None if ours else addresses(record, quote, brand)),
            raw=dict(view),
        ),
        where,
    )


def addresses(record: Mapping[str, Json], quote: str, brand: Brand) -> bool:
    """Tell whether a post is meant for us: it mentions or quotes us, answers us, or stands in a thread of ours."""
    near = (*links(record), quote)
    mentioned = facets.mentions(text(record.get("text")), record.get("facets"))
    return brand.did in mentioned or any(author_of(uri) == brand.did for uri in near)


def _follows_ours(uri: str, parent: str, brand: Brand) -> bool:
    """Tell whether a post of ours is a later part of an answer that we posted."""
    return author_of(parent) == brand.did and all(tids.is_ours(each.rpartition("/")[2]) for each in (uri, parent))


def _answers(parent: str, quote: str, brand: Brand) -> tuple[str, ...]:
    """Return what a post answers: the one above it; if it begins a thread, the one of ours that it quotes."""
    if parent:
        return (parent,)
    return (quote,) if author_of(quote) == brand.did else ()


def _author(shown: Mapping[str, Json], around: Surrounding) -> Profile:
    did = needed(shown.get("did"), "author.did")
    return profile({**shown, **around.profiles.get(did, {})})


def _language(record: Mapping[str, Json]) -> str:
    told = texts(record.get("langs"))
    return told[0].partition("-")[0].lower() if told else ""


def _extra(
    view: Mapping[str, Json], record: Mapping[str, Json], quote: str, *, addressed: bool | None
) -> dict[str, Any]:
    labels = [text(each.get("val")) for each in items(view.get("labels"))]
    shown = obj(embeds.quoted(view.get("embed")), "value")
    told: dict[str, Any] = {
        "addressed": addressed,
        "labels": sorted({each for each in labels if each}),
        "tags": texts(record.get("tags")),
        "descriptions": embeds.descriptions(view.get("embed")),
        "quotes": quote,
        "quoted_text": text(shown.get("text")),
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _direct(convo: str, view: Mapping[str, Json], brand: Brand, around: Surrounding, where: str) -> SourceEvent:
    id_, body = needed(view.get("id"), "id"), view.get("text")
    if not isinstance(body, str):
        raise Malformed("text is missing, or is no text")
    author = _author(obj(view, "sender"), around)
    return Said(
        Message(
            network=NETWORK,
            native_id=f"{needed(convo, 'convoId')}/{id_}",
            account=brand.did,
            author=author,
            direction=Direction.OUT if author.id == brand.did else Direction.IN,
            kind=Kind.DIRECT,
            public=False,
            text=facets.readable(body, view.get("facets")),
            sent_at=moment(view.get("sentAt")),
            thread=convo,
            attachments=embeds.attachments(view.get("embed"), {}, permalink),
            raw=dict(view),
        ),
        where,
    )
