"""Mastodon's words become ours: accounts and posts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from mimetypes import guess_type
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import orjson
from pydantic import ValidationError

from adapters.mastodon.entities import Notification, Status
from bridge.html_text import text_of
from bridge.nouns import (
    Attachment,
    Broken,
    Direction,
    Kind,
    Message,
    Profile,
    Said,
    Shown,
    UnknownKind,
)
from identity.model import Relation
from identity.normalise import uid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.mastodon.entities import AccountEntity, Media
    from bridge.nouns import SourceEvent

NETWORK = "mastodon"
PUBLIC = frozenset({"public", "unlisted"})
"""Visibilities that everybody can read; all others are for some."""
READ = frozenset({"mention", "quote"})
"""Kinds of notifications that are somebody's words to the account."""
_FILES = {"image": "Image", "gifv": "Animation", "video": "Video", "audio": "Sound"}


@dataclass(frozen=True, slots=True)
class Me:
    """The account that is connected, and the server on which it is: ``domain`` is what follows its people's names."""

    id: str
    handle: str
    host: str
    domain: str
    base_url: str


def handle_of(acct: str, domain: str) -> str:
    """Return ``user@server``, whichever server says it."""
    return acct if "@" in acct else f"{acct}@{domain}"


def profile_of(account: AccountEntity, me: Me) -> Profile:
    """Return a person; the address that is the same on every server, and the one they moved to, identify them further."""
    addresses = [(account.uri, Relation.PROFILE)]
    if account.moved is not None:
        # A server shows a move only where the new account names the old one as its own.
        addresses.append((account.moved.uri, Relation.ATTESTED))
    shown = [(uid(NETWORK, "", address), relation) for address, relation in addresses if address]
    lines = [f"{text_of(line.name)}: {text_of(line.value)}" for line in account.fields]
    return Profile(
        network=NETWORK,
        scope=me.host,
        id=account.id,
        handle=handle_of(account.acct, me.domain),
        name=account.display_name,
        reach=account.followers_count,
        url=account.url,
        bio="\n".join([text_of(account.note), *lines]).strip(),
        shown=tuple(Shown(identifier=each, relation=relation) for each, relation in shown if each is not None),
    )


def message_of(status: Status, raw: Mapping[str, Any], me: Me) -> Message:
    """Return a post: ours if the account wrote it; one that neither names nor quotes us was only overheard."""
    ours = status.account.id == me.id
    public = status.visibility in PUBLIC
    extra: dict[str, Any] = {"visibility": status.visibility, "uri": status.uri}
    if status.quote is not None and (quoted := _quoted(status)):
        extra["quotes"] = quoted
    if status.account.bot:
        extra["bot"] = True
    return Message(
        network=NETWORK,
        scope=me.host,
        native_id=status.id,
        account=me.handle,
        author=profile_of(status.account, me),
        direction=Direction.OUT if ours else Direction.IN,
        kind=_kind(status),
        public=public,
        subject=status.spoiler_text,
        text=_text(status),
        lang=status.language,
        sent_at=status.created_at,
        edited_at=status.edited_at,
        permalink=(status.url or status.uri) if public else deep_link(status, me),
        answers=(status.in_reply_to_id,) if status.in_reply_to_id else (),
        attachments=tuple(_attachment(media) for media in status.media_attachments if media.url or media.remote_url),
        extra=extra,
        raw=dict(raw),
    )


def deep_link(status: Status, me: Me) -> str:
    """Return where a person who is signed in as the account sees a post and can answer it."""
    return f"{me.base_url}/@{status.account.acct}/{status.id}"


def status_event(raw: object, where: str, me: Me, *, overheard: bool = False) -> SourceEvent:
    """Return what a post is to us; ``overheard``: it was read for the sake of another one."""
    try:
        status = Status.model_validate(raw)
    except ValidationError as error:
        return broken(raw, where, error)
    if status.reblog is not None:
        return UnknownKind("boost", raw)
    message = message_of(status, raw if isinstance(raw, dict) else {}, me)
    named = any(each.id == me.id for each in status.mentions)
    if overheard and not named and message.direction is Direction.IN:
        message = replace(message, extra={**message.extra, "listening": True})
    return Said(message, where)


def notification_event(raw: object, where: str, me: Me) -> SourceEvent:
    """Return what a notification tells."""
    try:
        told = Notification.model_validate(raw)
    except ValidationError as error:
        return broken(raw, where, error)
    if told.type not in READ:
        return UnknownKind(told.type, raw)
    return status_event(told.status, f"{where}, notification {told.id}", me)


def broken(raw: object, where: str, error: ValidationError) -> Broken:
    """Return what cannot be read, with where it is wrong; ``post`` is what a person repairs."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"]) or "the whole"
    text = orjson.dumps(raw).decode()
    post = raw.get("status") if isinstance(raw, dict) and isinstance(raw.get("status"), dict) else raw
    return Broken(where, f"{place}: {first['msg']}", text, {"post": orjson.dumps(post).decode()})


def _kind(status: Status) -> Kind:
    if status.visibility == "direct":
        return Kind.DIRECT
    return Kind.REPLY if status.in_reply_to_id else Kind.POST


def _text(status: Status) -> str:
    """Return the words, then a poll's answers and what files show: people who see nothing of them must know, too."""
    parts = [text_of(status.content)]
    if status.poll is not None and status.poll.options:
        parts.append("\n".join(f"( ) {option.title}" for option in status.poll.options))
    parts += [
        f"[{_FILES.get(media.type, 'File')}: {media.description}]"
        for media in status.media_attachments
        if media.description
    ]
    return "\n\n".join(part for part in parts if part)


def _quoted(status: Status) -> str:
    quote = status.quote
    if quote is None:
        return ""
    return quote.quoted_status_id or str((quote.quoted_status or {}).get("id") or "")


def _attachment(media: Media) -> Attachment:
    address = media.url or media.remote_url
    name = PurePosixPath(unquote(_path(address))).name
    return Attachment(url=address, name=name, mime=guess_type(name)[0] or "")


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
