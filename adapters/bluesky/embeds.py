"""What hangs on a post: images, videos, links, other posts, as attachments with what their authors say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from adapters.bluesky.names import POST
from adapters.bluesky.shapes import items, kind, obj, text
from bridge.nouns import Attachment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.nouns import Json

_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}
_PLAYLIST = "application/vnd.apple.mpegurl"
_LONGEST = 80
"""Characters of a description that become a file's name."""


def attachments(view: Json, record: Json, permalink: Callable[[str], str]) -> tuple[Attachment, ...]:
    """Return what hangs on a post: ``view`` tells addresses, ``record`` media types and sizes."""
    read = _READ.get(kind(view).removesuffix("#view"))
    return read(view, obj(record), permalink) if read is not None else ()


def descriptions(view: Json) -> list[str]:
    """Return the alternative texts of images and videos."""
    media = obj(view, "media") or obj(view)
    told = [text(image.get("alt")) for image in items(media.get("images"))]
    return [each for each in (*told, text(media.get("alt"))) if each]


def quote(record: Mapping[str, Json]) -> str:
    """Return the address of the post that a post quotes; lists, feeds and the like are no posts."""
    uri = text(quoted(record.get("embed")).get("uri"))
    return uri if f"/{POST}/" in uri else ""


def quoted(view: Json) -> dict[str, Any]:
    """Return the post that a post quotes as it is shown there, empty if it quotes none."""
    record = obj(view, "record")
    return obj(record, "record") if kind(view).startswith("app.bsky.embed.recordWithMedia") else record


def _images(view: Json, record: Mapping[str, Json], _permalink: Callable[[str], str]) -> tuple[Attachment, ...]:
    stored = items(record.get("images"))
    found = []
    for number, image in enumerate(items(view.get("images")), 1):
        blob = obj(stored[number - 1], "image") if number <= len(stored) else {}
        mime = text(blob.get("mimeType"))
        name = _name(text(image.get("alt")) or f"image {number}") + _ENDINGS.get(mime, "")
        found.append(Attachment(url=text(image.get("fullsize")), name=name, mime=mime))
    return tuple(each for each in found if each.url)


def _video(view: Json, _record: Mapping[str, Json], _permalink: Callable[[str], str]) -> tuple[Attachment, ...]:
    """Return the playlist, which is no file of its own, and the still picture, which is one."""
    name = _name(text(view.get("alt")) or "video")
    playlist = Attachment(url=text(view.get("playlist")), name=f"{name}.m3u8", mime=_PLAYLIST)
    still = Attachment(url=text(view.get("thumbnail")), name=f"{name} (still).jpg", mime="image/jpeg")
    return tuple(each for each in (playlist, still) if each.url)


def _external(view: Json, _record: Mapping[str, Json], _permalink: Callable[[str], str]) -> tuple[Attachment, ...]:
    told = obj(view, "external")
    url = text(told.get("uri"))
    return (Attachment(url=url, name=_name(text(told.get("title")) or url), mime="text/html"),) if url else ()


def _record(view: Json, _stored: Mapping[str, Json], permalink: Callable[[str], str]) -> tuple[Attachment, ...]:
    post = quoted(view)
    uri, handle = text(post.get("uri")), text(obj(post, "author").get("handle"))
    if not uri:
        return ()
    return (Attachment(url=permalink(uri), name=f"post of @{handle}" if handle else "quoted post", mime="text/html"),)


def _both(view: Json, record: Mapping[str, Json], permalink: Callable[[str], str]) -> tuple[Attachment, ...]:
    read = _MEDIA.get(kind(view.get("media")).removesuffix("#view"))
    media = read(obj(view, "media"), obj(record, "media"), permalink) if read is not None else ()
    return (*media, *_record(view, record, permalink))


def _name(description: str) -> str:
    return " ".join(description.split())[:_LONGEST].strip() or "file"


_Read: TypeAlias = "Callable[[Json, Mapping[str, Json], Callable[[str], str]], tuple[Attachment, ...]]"
_MEDIA: Mapping[str, _Read] = {
    "app.bsky.embed.images": _images,
    "app.bsky.embed.video": _video,
    "app.bsky.embed.external": _external,
}
_READ: Mapping[str, _Read] = {
    **_MEDIA,
    "app.bsky.embed.record": _record,
    "app.bsky.embed.recordWithMedia": _both,
}
