"""People and their records on the pretend Bluesky, and how they are shown."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bridge.clock import Clock

POST = "app.bsky.feed.post"
MENTION = "app.bsky.richtext.facet#mention"
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class Person:
    """Somebody with an account."""

    did: str
    handle: str
    name: str = ""
    followers: int = 0
    blocks: set[str] = field(default_factory=set)
    deactivated: bool = False
    allow_incoming: str = "all"
    chat_disabled: bool = False
    more: dict[str, Any] = field(default_factory=dict)
    """Further fields of the profile."""


@dataclass(slots=True)
class Stored:
    """A record, when the network took it in, and what its view has beside it."""

    uri: str
    cid: str
    value: dict[str, Any]
    at: datetime
    more: dict[str, Any] = field(default_factory=dict)


class World:
    """Everybody and everything."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self.clock = clock
        self.people: dict[str, Person] = {}
        self.records: dict[str, Stored] = {}
        self.closed: set[str] = set()
        """Threads in which nobody may reply."""
        self.odd: list[dict[str, Any]] = []
        """Notifications that come beside those of posts."""
        self._numbers = itertools.count(1)

    def person(self, name: str, **more: Any) -> Person:  # noqa: ANN401 - fields of a person
        """Invent somebody."""
        did = f"did:plc:{name.lower():a<24}"
        self.people[did] = Person(did, f"{name.lower()}.bsky.example", name, **more)
        return self.people[did]

    def say(self, author: Person, text: str, *, at: datetime | None = None, **more: Any) -> str:  # noqa: ANN401 - as below
        """Let somebody post: ``mentions`` a person, ``to`` or ``quotes`` a post; other fields of the record as they are."""
        value: dict[str, Any] = {
            "$type": POST,
            "text": text,
            "createdAt": stamp(at or self.clock.now()),
            "langs": ["en"],
        }
        mentioned, parent, quoted = (more.pop(name, None) for name in ("mentions", "to", "quotes"))
        if mentioned is not None:
            start = len(text[: text.index("@")].encode())
            index = {"byteStart": start, "byteEnd": start + len(f"@{mentioned.handle}".encode())}
            value["facets"] = [{"index": index, "features": [{"$type": MENTION, "did": mentioned.did}]}]
        if parent:
            above = self.records[parent].value.get("reply", {}).get("root") or self.ref(parent)
            value["reply"] = {"root": above, "parent": self.ref(parent)}
        if quoted:
            value["embed"] = {"$type": "app.bsky.embed.record", "record": self.ref(quoted)}
        return self.store(author.did, POST, self.key(), value | more, at=at).uri

    def key(self) -> str:
        """Return a record key as apps make them: a TID."""
        number = int(self.clock.now().timestamp() * 1_000_000 + next(self._numbers)) << 10
        return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))

    def store(
        self, did: str, collection: str, key: str, value: dict[str, Any], *, at: datetime | None = None
    ) -> Stored:
        """Write a record."""
        uri = f"at://{did}/{collection}/{key}"
        digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
        self.records[uri] = Stored(uri, f"bafyrei{digest[:52]}", value, at or self.clock.now())
        return self.records[uri]

    def ref(self, uri: str) -> dict[str, str]:
        """Return a strong reference."""
        return {"uri": uri, "cid": self.records[uri].cid}

    def posts(self) -> list[Stored]:
        """Return all posts, newest first."""
        found = [each for each in self.records.values() if f"/{POST}/" in each.uri]
        return sorted(found, key=lambda each: (each.at, each.uri), reverse=True)

    def shown(self, stored: Stored, viewer: Person) -> dict[str, Any] | None:
        """Return a post's view; None where it is hidden from whoever looks."""
        author = self.people[author_of(stored.uri)]
        if author.deactivated or viewer.did in author.blocks or author.did in viewer.blocks:
            return None
        below = [
            each for each in self.posts() if each.value.get("reply", {}).get("parent", {}).get("uri") == stored.uri
        ]
        root = stored.value.get("reply", {}).get("root", {}).get("uri", stored.uri)
        return {
            "uri": stored.uri,
            "cid": stored.cid,
            "author": self.basic(author, viewer),
            "record": stored.value,
            "replyCount": len(below),
            "indexedAt": stamp(stored.at),
            "viewer": {
                **({"replyDisabled": True} if root in self.closed else {}),
                **self._liked(stored.uri, viewer),
            },
            "labels": [],
            **stored.more,
        }

    def _liked(self, uri: str, viewer: Person) -> dict[str, str]:
        """Return which like is whoever looks's own."""
        likes = (each for each in self.records.values() if each.value.get("subject", {}).get("uri") == uri)
        own = [each.uri for each in likes if author_of(each.uri) == viewer.did]
        return {"like": own[0]} if own else {}

    def basic(self, person: Person, viewer: Person) -> dict[str, Any]:
        """Return the short view of a profile."""
        return {
            "did": person.did,
            "handle": person.handle,
            "displayName": person.name,
            "associated": {"chat": {"allowIncoming": person.allow_incoming}},
            "viewer": {"muted": False, "blockedBy": viewer.did in person.blocks},
            "labels": [],
        }

    def notified(self, viewer: Person) -> Iterator[tuple[str, Stored]]:
        """Yield what concerns somebody, newest first, each with its reason."""
        for stored in self.posts():
            if author_of(stored.uri) != viewer.did:
                reason = self._reason(stored, viewer)
                if reason:
                    yield reason, stored

    def above(self, uri: str) -> list[str]:
        """Return the posts above one, nearest first."""
        chain: list[str] = []
        stored = self.records.get(uri)
        while stored is not None and (parent := stored.value.get("reply", {}).get("parent", {}).get("uri")):
            chain.append(parent)
            stored = self.records.get(parent)
        return chain

    def thread(self, uri: str, viewer: Person, height: int, depth: int) -> dict[str, Any]:
        """Return a post with those above it, so many high, and those below it, so many deep."""
        node = top = self._node(uri, viewer)
        for above in self.above(uri)[:height]:
            top["parent"] = self._node(above, viewer)
            top = top["parent"]
        self._below(node, viewer, depth)
        return node

    def _below(self, node: dict[str, Any], viewer: Person, depth: int) -> None:
        if not depth or "post" not in node:
            return
        below = [each.uri for each in self.posts() if self.above(each.uri)[:1] == [node["post"]["uri"]]]
        node["replies"] = [self._node(each, viewer) for each in below]
        for reply in node["replies"]:
            self._below(reply, viewer, depth - 1)

    def _node(self, uri: str, viewer: Person) -> dict[str, Any]:
        if uri not in self.records:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        view = self.shown(self.records[uri], viewer)
        if view is None:
            return {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": True}
        return {"$type": "app.bsky.feed.defs#threadViewPost", "post": view}

    def _reason(self, stored: Stored, viewer: Person) -> str:
        facets = [each for facet in stored.value.get("facets", ()) for each in facet["features"]]
        quoted = stored.value.get("embed", {}).get("record", {}).get("uri", "")
        if any(author_of(uri) == viewer.did for uri in self.above(stored.uri)[:5]):
            return "reply"
        if any(each.get("did") == viewer.did for each in facets):
            return "mention"
        return "quote" if quoted and author_of(quoted) == viewer.did else ""


def author_of(uri: str) -> str:
    """Return in whose repository a record lies."""
    return uri.split("/")[2]


def stamp(at: datetime) -> str:
    """Write a time as the network does."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
