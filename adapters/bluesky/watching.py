"""Posts that are looked after: whether each is still there, and what its author is called by now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.bluesky import parse
from adapters.bluesky.names import NETWORK
from adapters.bluesky.parse import author_of
from adapters.bluesky.shapes import Malformed
from bridge.nouns import Deleted, ProfileSeen, Said

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from adapters.bluesky.client import Client
    from adapters.bluesky.cursor import Watch
    from adapters.bluesky.settings import BlueskySettings
    from bridge.nouns import SourceEvent


def note(watch: Watch, events: Iterable[SourceEvent], most: int) -> None:
    """Look after the posts among these from now on; of more than ``most`` the latest."""
    for event in events:
        if isinstance(event, Said) and event.message.public and event.message.sent_at is not None:
            watch.posts[event.message.native_id] = int(event.message.sent_at.timestamp())
        elif isinstance(event, Deleted):
            watch.posts.pop(event.native_id, None)
    latest = sorted(watch.posts.items(), key=lambda item: -item[1])[:most]
    watch.posts = dict(latest)


def due(watch: Watch, settings: BlueskySettings, now: datetime) -> bool:
    """Tell whether it is time to look again."""
    return bool(watch.posts) and (
        watch.looked is None or now - watch.looked >= timedelta(minutes=settings.watch_minutes)
    )


def look(client: Client, watch: Watch, settings: BlueskySettings, now: datetime) -> list[SourceEvent]:
    """Return deletions, and authors as they are now.

    A post that is not shown may only be hidden from us by a block; it is gone if its author's repository has it no more.
    """
    oldest = int((now - timedelta(days=settings.watch_days)).timestamp())
    watch.posts = {uri: at for uri, at in watch.posts.items() if at >= oldest}
    shown = client.posts(watch.posts)
    gone = [uri for uri in watch.posts if uri not in shown and client.record(uri) is None]
    watch.posts = {uri: at for uri, at in watch.posts.items() if uri not in gone}
    watch.looked = now
    return [*(Deleted(NETWORK, uri, now) for uri in gone), *_authors(client, watch.posts, now)]


def _authors(client: Client, uris: Iterable[str], now: datetime) -> list[SourceEvent]:
    found: list[SourceEvent] = []
    dids = sorted({author_of(uri) for uri in uris} - {client.did})
    for view in client.profiles(dids).values():
        try:
            found.append(ProfileSeen(parse.profile(view), now))
        except Malformed:
            continue
    return found
