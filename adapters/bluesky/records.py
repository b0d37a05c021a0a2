"""Writing records into our repository, each once: the key is ours, and what stands under it is never overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.bluesky import points
from adapters.bluesky.errors import Declined
from adapters.bluesky.names import DELETE_RECORD, PUT_RECORD
from adapters.bluesky.shapes import obj, text

if TYPE_CHECKING:
    from adapters.bluesky.client import Client
    from adapters.bluesky.settings import BlueskySettings
    from bridge.contracts import Surroundings
    from bridge.nouns import Json

STANDS = "InvalidSwap"
"""What a server says if something else stands under the key than what is to be replaced."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A record that stands in our repository."""

    uri: str
    cid: str
    created: bool = False

    @property
    def ref(self) -> dict[str, str]:
        """Return how other records refer to it."""
        return {"uri": self.uri, "cid": self.cid}


class Repository:
    """Our own repository."""

    def __init__(self, client: Client, settings: BlueskySettings, around: Surroundings) -> None:
        """Write through ``client``."""
        self.client, self._settings, self._around = client, settings, around

    def uri(self, collection: str, key: str) -> str:
        """Return the address that a record of ours has under a key."""
        return f"at://{self.client.did}/{collection}/{key}"

    def standing(self, collection: str, key: str) -> Stored | None:
        """Return what stands under a key."""
        uri = self.uri(collection, key)
        found = self.client.record(uri)
        return Stored(uri, text(found.get("cid"))) if found else None

    def insert(self, collection: str, key: str, record: dict[str, Json]) -> Stored:
        """Write a record unless something stands there, which is adopted. Raises ``Uncertain``, ``Declined``."""
        try:
            return self.replace(collection, key, record, over=None)
        except Declined as declined:
            stands = self.standing(collection, key) if declined.error == STANDS else None
            if stands is None:
                raise
            return stands

    def replace(self, collection: str, key: str, record: dict[str, Json], *, over: str | None) -> Stored:
        """Write a record in the place of the one whose hash is ``over``, None: of none; raises ``Declined`` if another stands there."""
        points.spend(self._around, self._settings, points.CREATED if over is None else points.UPDATED)
        body = {"collection": collection, "rkey": key, "record": {"$type": collection, **record}, "swapRecord": over}
        told = obj(self.client.post(PUT_RECORD, {"repo": self.client.did, **body}))
        return Stored(self.uri(collection, key), text(told.get("cid")), created=True)

    def delete(self, uri: str) -> None:
        """Delete a record of ours; what is gone already stays gone."""
        points.spend(self._around, self._settings, points.DELETED)
        repo, _, rest = uri.removeprefix("at://").partition("/")
        collection, _, key = rest.partition("/")
        self.client.post(DELETE_RECORD, {"repo": repo, "collection": collection, "rkey": key})
