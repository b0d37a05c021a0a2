"""Entries of feeds become messages."""

from __future__ import annotations

import calendar
import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import feedparser  # type: ignore[import-untyped]  # it brings no types

from bridge.html_text import text_of
from bridge.keys import short_hash
from bridge.nouns import Attachment, Broken, Direction, Kind, Message, Profile, Said, Shown
from identity.model import Relation
from identity.normalise import email

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.feed.client import Document
    from adapters.feed.settings import FeedSettings

_KEPT = 200_000
"""Characters of a document that cannot be read that are kept."""
_WHOLE = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*-->\s*)?$", re.IGNORECASE | re.DOTALL)
_SHOWN = ("title", "link", "id", "published", "updated", "author", "comments")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the feed holds it now: ``content`` changes with its words and its place on the site, ``message`` has no time of an edit yet."""

    id: str
    content: str
    message: Message
    updated: datetime | None


@dataclass(frozen=True, slots=True)
class Read:
    """A document: its entries, newest first as a rule; what is wrong with it; where its older part is."""

    entries: tuple[Entry, ...]
    broken: tuple[Broken, ...] = ()
    older: str = ""
    is_feed: bool = True


def read(document: Document, name: str, settings: FeedSettings) -> Read:
    """Read a document; whatever it holds, nothing raises and what cannot be read is told."""
    headers = {"content-location": document.url, "content-type": document.kind}
    try:
        # As a stream: what looks like a path or an address would be opened.
        found = feedparser.parse(io.BytesIO(document.body), response_headers=headers, sanitize_html=False)
        feed, entries, version = found.get("feed", {}), list(found.get("entries", ())), found.get("version", "")
        trouble = found.get("bozo_exception") if found.get("bozo") else None
    except Exception as error:  # noqa: BLE001 - the library's own faults with strange documents are of every kind
        return Read((), (_document(document, name, f"cannot be read: {type(error).__name__}: {error}"),), is_feed=False)
    if not version and not entries:
        return Read((), (_document(document, name, "is neither RSS nor Atom"),), is_feed=False)
    broken = list[Broken]()
    if trouble is not None and not isinstance(trouble, _HARMLESS):
        broken.append(_document(document, name, f"is no well-formed XML: {trouble}"))
        if not _WHOLE.search(document.body):
            entries = entries[:-1]  # where the document was cut off, nobody knows what is missing
    made = [_entry(each, feed, f"{name} entry {number}", settings) for number, each in enumerate(entries, 1)]
    broken += [each for each in made if isinstance(each, Broken)]
    return Read(tuple(_apart([each for each in made if isinstance(each, Entry)])), tuple(broken), _older(feed))


_HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)


def _entry(entry: Mapping[str, Any], feed: Mapping[str, Any], where: str, settings: FeedSettings) -> Entry | Broken:
    title, link = text_of(_text(entry, "title")), _text(entry, "link")
    text = text_of(_body(entry))
    if not (title or text or link):
        return Broken(where, "has neither title nor text nor address", str(dict(entry))[:_KEPT])
    published, updated = _moment(entry, "published_parsed"), _moment(entry, "updated_parsed")
    id_ = _id(_text(entry, "id") or link, title, text)
    author = _author(entry, id_, settings)
    ours = author is not None and author.name.casefold() in {name.casefold() for name in settings.own_authors}
    message = Message(
        network=settings.network,
        scope=settings.host,
        native_id=id_,
        author=author,
        direction=Direction.OUT if ours else Direction.IN,
        kind=Kind(settings.entries),
        subject=title if text else "",
        text=text or title,
        lang=_language(entry, feed) or settings.language,
        sent_at=published or updated,
        permalink=link,
        answers=_answers(entry),
        attachments=_files(entry),
        extra=_extra(entry, settings),
        raw={name: _text(entry, name) for name in _SHOWN if _text(entry, name)} | {"content": _body(entry)},
    )
    content = short_hash(title, text, _place(link))
    return Entry(id_, content, message, updated if updated != message.sent_at else None)


def _apart(entries: list[Entry]) -> list[Entry]:
    """Give entries names of their own where a site gives one name to several: its own address, say."""
    named = Counter(entry.id for entry in {(entry.id, entry.content): entry for entry in entries}.values())
    return [
        entry if named[entry.id] == 1 else _renamed(entry, f"{entry.id[:280]}#{entry.content}") for entry in entries
    ]


def _renamed(entry: Entry, id_: str) -> Entry:
    return replace(entry, id=id_, message=replace(entry.message, native_id=id_))


def _place(link: str) -> str:
    """Return where on its site an entry is, without what changes when a site moves or counts its visitors."""
    try:
        parts = urlsplit(link)
        query = [pair for pair in parse_qsl(parts.query) if not pair[0].startswith("utm_")]
    except ValueError:
        return link
    return f"{parts.path}?{urlencode(query)}"


def _text(entry: Mapping[str, Any], name: str) -> str:
    # Past the library's own look-up, which takes one field for another and warns of it.
    value = dict.get(entry, name) if isinstance(entry, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _body(entry: Mapping[str, Any]) -> str:
    """Return the longest of what an entry holds: a summary may come beside the whole."""
    contents = dict.get(entry, "content") if isinstance(entry, dict) else None
    values = [each.get("value") for each in contents or () if isinstance(each, dict)]
    return max([_text(entry, "summary"), *(value for value in values if isinstance(value, str))], key=len)


def _id(name: str, title: str, text: str) -> str:
    """Return an entry's name: its own, else its address, else its words; long and strange ones by their hash."""
    if not name:
        return f"words-{short_hash(title, text)}"
    return name if len(name) <= 300 and name.isprintable() else f"name-{short_hash(name)}"


def _moment(entry: Mapping[str, Any], name: str) -> datetime | None:
    parsed = dict.get(entry, name) if isinstance(entry, dict) else None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _author(entry: Mapping[str, Any], id_: str, settings: FeedSettings) -> Profile | None:
    """Return who wrote an entry.

    The authors of a site are known by their names; who comments writes any name, and so is another person each time
    unless an address says who.
    """
    detail = dict.get(entry, "author_detail") if isinstance(entry, dict) else None
    detail = detail if isinstance(detail, dict) else {}
    said, address = _text(entry, "author"), _text(detail, "href")
    name, mail = _text(detail, "name") or said, _text(detail, "email")
    if "@" in said:  # RSS: mail@site.example (Name), which the library cuts at the wrong place
        name, mail = parseaddr(said)
    if not (name or mail or address):
        return None
    by_name = name.casefold() if settings.entries == "post" else id_
    return Profile(
        network=settings.network,
        scope=settings.host,
        id=(address or mail.casefold() or by_name)[:300],
        name=name or mail,
        url=address,
        shown=tuple(Shown(identifier=each, relation=Relation.CLAIMED) for each in (email(mail) if mail else ())),
    )


def _language(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> str:
    detail = dict.get(entry, "summary_detail") if isinstance(entry, dict) else None
    own = _text(detail, "language") if isinstance(detail, dict) else ""
    return own or _text(feed, "language")


def _answers(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which entry a comment answers (RFC 4685)."""
    above = dict.get(entry, "thr_in-reply-to") if isinstance(entry, dict) else None
    ref = _text(above, "ref") if isinstance(above, dict) else ""
    return (_id(ref, "", ""),) if ref else ()


def _files(entry: Mapping[str, Any]) -> tuple[Attachment, ...]:
    links = dict.get(entry, "links") if isinstance(entry, dict) else None
    files = [each for each in links or () if isinstance(each, dict) and each.get("rel") == "enclosure"]
    return tuple(
        Attachment(url=_text(each, "href"), mime=_text(each, "type"), size=_size(_text(each, "length")))
        for each in files
        if _text(each, "href")
    )


def _size(length: str) -> int | None:
    return int(length) if length.isdecimal() and len(length) < 15 else None


def _extra(entry: Mapping[str, Any], settings: FeedSettings) -> dict[str, Any]:
    found = dict.get(entry, "tags") if isinstance(entry, dict) else None
    tags = [_text(each, "term") for each in found or () if isinstance(each, dict) and _text(each, "term")]
    extra: dict[str, Any] = {"tags": tags} if tags else {}
    return extra if settings.addressed else extra | {"listening": True}


def _older(feed: Mapping[str, Any]) -> str:
    """Return where a feed's older entries are (RFC 5005)."""
    links = dict.get(feed, "links") if isinstance(feed, dict) else None
    named = (each for each in links or () if isinstance(each, dict) and each.get("rel") in ("next", "prev-archive"))
    return next((_text(each, "href") for each in named), "")


def _document(document: Document, name: str, reason: str) -> Broken:
    return Broken(name, reason, document.body.decode("utf-8", "backslashreplace")[:_KEPT])


def wanted(entry: Entry, settings: FeedSettings) -> bool:
    """Tell whether an entry has one of the words that are looked for."""
    words = f"{entry.message.subject}\n{entry.message.text}".casefold()
    return not settings.match or any(term.casefold() in words for term in settings.match)


def said(entry: Entry, where: str, *, noticed: datetime | None) -> Said:
    """Return an entry as an event; ``noticed``: when its words were seen to have changed, whatever the feed says of it."""
    return Said(replace(entry.message, edited_at=noticed or entry.updated), where)
