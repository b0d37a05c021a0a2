"""Card numbers are masked in what comes in before it is kept; ids of networks look alike and stay.

In text that people write a number stands among words, or in a field that is named for talk; a value that is nothing but
digits in any other field is an id.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import orjson

from bridge.cards import is_card, mask_cards
from bridge.features import safe_text, storable
from bridge.keys import short_hash

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.nouns import Attachment, Broken, Message, Person, Profile

_IDS = ("mid:",)
"""Addresses that are ids: of mails and their parts."""
_TALK = (
    "text",
    "message",
    "body",
    "content",
    "caption",
    "title",
    "subject",
    "description",
    "comment",
    "note",
    "name",
    "msg",
    "summary",
    "details",
)
"""Names, or ends of names, of fields that hold what people write."""
_CARD = re.compile(r"(?i)card|karten?_?-?nummer|kreditkarte|(?:^|_)pan$")
"""Names of fields that hold a card's number if they hold digits."""
_QUOTED = re.compile(r"(?:%20|\+)\d{4}(?:%20|\+|-)\d{4}")
"""A number among the blanks of a web address."""
_ADDRESS = re.compile(r"https?://\S+")
_PAIR = 2


def masked(body: bytes, content_type: str) -> bytes:
    """Return a body with card numbers masked: the same object where there is none."""
    try:
        text, encoding = body.decode(), "utf-8"
    except UnicodeDecodeError:
        text, encoding = body.decode("latin-1"), "latin-1"
    if "x-www-form-urlencoded" in content_type:
        pairs = parse_qsl(text, keep_blank_values=True)
        kept = [(name, masked_value(value, name)) for name, value in pairs]
        return body if kept == pairs else urlencode(kept).encode()
    kept_text = masked_text(text)
    return body if kept_text is text else kept_text.encode(encoding)


def masked_text(text: str) -> str:
    """Return a payload with card numbers masked: in the fields of JSON that hold talk, else wherever they stand."""
    hidden = mask_cards(text)
    # Behind an escape, as of a no-break space, a number is no number yet.
    if hidden is text and "\\u" not in text and not _QUOTED.search(text):
        return text
    try:
        data = orjson.loads(text)
        kept = masked_value(data)
    except (orjson.JSONDecodeError, RecursionError):  # no JSON, or deeper than any that means something
        return hidden
    return text if kept == data else orjson.dumps(kept).decode()


def masked_value(value: Any, name: str = "") -> Any:  # noqa: ANN401 - a JSON value
    """Return a value of the field ``name`` with card numbers masked, and so whatever is in it."""
    if isinstance(value, dict):
        return {key: masked_value(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        return _masked_list(value, name)
    if isinstance(value, int) and _CARD.search(name) and is_card(str(value)):
        return mask_cards(str(value))
    if not isinstance(value, str):
        return value
    if value.isdecimal():
        return mask_cards(value) if name.lower().endswith(_TALK) or _CARD.search(name) else value
    return masked_address(value) if _ADDRESS.fullmatch(value) else mask_cards(value)


def _masked_list(values: list[Any], name: str) -> list[Any]:
    """Mask what a list holds; a pair of texts is a field with its name, as the headers of a mail."""
    if len(values) == _PAIR and all(isinstance(each, str) for each in values):
        return [masked_value(values[0], name), masked_value(values[1], f"{name}_{values[0]}")]
    return [masked_value(each, name) for each in values]


def masked_address(address: str) -> str:
    """Return a web address with card numbers masked; the same object where there is none."""
    if not address or address.startswith(_IDS):
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return mask_cards(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, masked_value(value, name)) for name, value in query]
    path = unquote(parts.path)
    kept_path = "/".join(_masked_part(part) for part in path.split("/"))
    if kept == query and kept_path == path:
        return address
    return urlunsplit(parts._replace(path=quote(kept_path), query=urlencode(kept)))


def masked_path(path: str) -> str:
    """Return the path of a local file with card numbers masked; ``found_path`` finds the file by it."""
    return "/".join(_masked_part(part) for part in path.split("/"))


def found_path(path: str) -> Path:
    """Return the path of a file of which ``masked_path`` is kept; the path as it is where none, or more than one, fits."""
    place = Path()
    for part in Path(path).parts:
        fitting = [part] if (place / part).exists() or "[card" not in part else _fitting(place, part)
        if len(fitting) != 1:
            return Path(path)
        place /= fitting[0]
    return place


def _fitting(folder: Path, kept: str) -> list[str]:
    return [each.name for each in folder.iterdir() if _masked_part(each.name) == kept] if folder.is_dir() else []


def _masked_part(part: str) -> str:
    """Mask a part of a path; one of digits, whatever its ending, is an id."""
    return part if PurePosixPath(part).stem.isdecimal() else mask_cards(part)


def masked_message(message: Message) -> Message:
    """Return a message without card numbers, and nothing in it that no database takes; the same object if it has none."""
    changes: dict[str, Any] = {}
    for name in ("text", "subject"):
        said = getattr(message, name)
        if (kept := safe_text(said)) is not said:
            changes[name] = kept
    if (permalink := masked_address(message.permalink)) is not message.permalink:
        changes["permalink"] = permalink
    if (files := tuple(map(_masked_file, message.attachments))) != message.attachments:
        changes["attachments"] = files
    if message.author is not None and (author := masked_profile(message.author)) is not message.author:
        changes["author"] = author
    if message.extra:
        changes["extra"] = masked_value(dict(message.extra))
    return replace(message, **changes) if changes else message


def masked_profile(profile: Profile) -> Profile:
    """Return a profile without card numbers; its id, and a handle of digits alone, stay."""
    name, bio, url = safe_text(profile.name), safe_text(profile.bio), masked_address(profile.url)
    handle = profile.handle if profile.handle.isdecimal() else safe_text(profile.handle)
    same = name is profile.name and bio is profile.bio and url is profile.url and handle is profile.handle
    return profile if same else replace(profile, name=name, bio=bio, url=url, handle=handle)


def masked_person(person: Person) -> Person:
    """Return a CRM's person without card numbers."""
    return replace(person, name=safe_text(person.name), extra=masked_value(dict(person.extra)))


def _masked_file(file: Attachment) -> Attachment:
    return replace(file, name=safe_text(file.name), path=masked_path(file.path), url=masked_address(file.url))


def quarantine_row(connection: str, event: Broken, now: datetime) -> dict[str, Any]:
    """Return the quarantine's row for something that could not be read."""
    raw = masked_text(storable(event.raw))
    return {
        "connection": connection,
        "fingerprint": short_hash(connection, raw),
        "place": safe_text(event.where),
        "reason": safe_text(event.reason),
        "raw": raw,
        "fields": masked_value(dict(event.fields)) if event.fields is not None else None,
        "at": now,
        "state": "open",
        "seen": 1,
    }
