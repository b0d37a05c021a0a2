"""Answers in public: posts below the customer's, each under a key of ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.bluesky import facets, judging, tids
from adapters.bluesky.errors import Declined
from adapters.bluesky.names import MAX_BYTES, MAX_GRAPHEMES, MAX_IMAGES, POST, RESOLVE_HANDLE, UPLOAD_BLOB
from adapters.bluesky.shapes import obj, text, texts
from adapters.bluesky.texts import split
from bridge.errors import Transient
from bridge.file_descriptions import description
from bridge.nouns import Eligibility, Found, Presence, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from adapters.bluesky.records import Repository, Stored
    from adapters.bluesky.settings import BlueskySettings
    from bridge.clock import Clock
    from bridge.nouns import Action, FileContent, Json, Outcome

_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""Media types of images that are shown."""


class Replies:
    """Posts answers."""

    def __init__(self, repository: Repository, settings: BlueskySettings, clock: Clock) -> None:
        """Write into ``repository``."""
        self._repository, self._client = repository, repository.client
        self._settings, self._clock = settings, clock

    def judge(self, action: Action) -> Eligibility:
        """Look at post, author, text and images."""
        judged = judging.reply(self._client, self._settings, action).eligibility
        return judged if not judged.can else self._images_fit(action.files) or judged

    def do(self, action: Action) -> Outcome | Eligibility:
        """Post what does not stand yet, the first below the customer's post, each further one below the one before it."""
        judged = judging.reply(self._client, self._settings, action)
        refused = judged.eligibility if not judged.eligibility.can else self._images_fit(action.files)
        if refused is not None:
            before = self._standing(action, 0)
            return refused if before is None else Written(before.uri, created=False)
        parent = {name: text(judged.view.get(name)) for name in ("uri", "cid")}
        root = self._root(judged.view) or parent
        first: Stored | None = None
        for number, piece in enumerate(self._parts(action.text)):
            record = self._record(piece, judged.view, action.files if not number else ())
            record["reply"] = {"root": root, "parent": parent}
            stored = self._repository.insert(POST, tids.key_of(action.key, _key(action.reply_to), number), record)
            first, parent = first or stored, stored.ref
        assert first is not None  # noqa: S101 - a text has a first part
        return Written(first.uri, created=first.created)

    def done(self, action: Action, not_before: datetime) -> Found:  # noqa: ARG002 - our repository has no lag
        """Look whether every part stands."""
        parts = [self._standing(action, number) for number in range(len(self._parts(action.text)))]
        if not parts or any(part is None for part in parts):
            return Found(Presence.ABSENT)
        refs = tuple(part.uri for part in parts if part is not None)
        return Found(Presence.FOUND, ref=refs[0], refs=(refs[0],))

    def _standing(self, action: Action, number: int) -> Stored | None:
        return self._repository.standing(POST, tids.key_of(action.key, _key(action.reply_to), number))

    def _parts(self, body: str) -> list[str]:
        most = self._settings.split_posts if self._settings.split else 1
        return split(body, MAX_GRAPHEMES, MAX_BYTES, most)

    def _root(self, view: Mapping[str, Json]) -> dict[str, str]:
        root = obj(view, "record", "reply", "root")
        return {"uri": text(root.get("uri")), "cid": text(root.get("cid"))} if root else {}

    def _record(self, body: str, view: Mapping[str, Json], files: Sequence[FileContent]) -> dict[str, Any]:
        languages = list(self._settings.languages) or texts(obj(view, "record").get("langs"))[:3]
        found = facets.write(body, self._did_of)
        made = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "text": body,
            "createdAt": made,
            **({"langs": languages} if languages else {}),
            **({"facets": found} if found else {}),
            **({"embed": self._embed(files)} if files else {}),
        }

    def _did_of(self, handle: str) -> str:
        try:
            return text(self._client.get(RESOLVE_HANDLE, {"handle": handle}).get("did"))
        except Declined:
            return ""

    def _images_fit(self, files: Sequence[FileContent]) -> Eligibility | None:
        """Return why files cannot go along, None if they can."""
        others = [file.name for file in files if file.mime not in _SHOWN]
        if others:
            reason = f"Bluesky shows images only (JPEG, PNG, WebP, GIF), not {', '.join(others)}"
            return judging.cannot(reason, "a link to the file", "mail")
        if len(files) > MAX_IMAGES:
            return judging.cannot(f"a post takes {MAX_IMAGES} images, not {len(files)}", "fewer images")
        large = [file.name for file in files if file.size > self._settings.image_bytes]
        if large:
            return judging.cannot(
                f"{', '.join(large)}: an image may have {self._settings.image_bytes} bytes", "a smaller image"
            )
        return None

    def _embed(self, files: Sequence[FileContent]) -> dict[str, Any]:
        images = []
        for file in files:
            told = self._client.post(UPLOAD_BLOB, content=Path(file.path).read_bytes(), mime=file.mime)
            if not (blob := obj(told, "blob")):
                raise Transient(f"Bluesky took {file.name} and does not say where it put it.")
            images.append({"image": blob, "alt": file.alt or description(file.name)})
        return {"$type": "app.bsky.embed.images", "images": images}


def _key(uri: str) -> str:
    return uri.rpartition("/")[2]
