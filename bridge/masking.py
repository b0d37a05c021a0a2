"""Card numbers are masked in what comes in before it is kept; ids of networks look alike and stay.

In text that people write a number stands among words, or in a field that is named for talk; a value that is nothing but
digits in any other field is an id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import orjson

from bridge.cards import mask_cards
from bridge.features import safe_text, storable
from bridge.keys import short_hash

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.nouns import Broken

_TALK = ("text", "message", "body", "content", "caption", "title", "subject", "description", "comment", "note", "name")
"""Names, or ends of names, of fields that hold what people write."""


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
    if mask_cards(text) is text:
        return text
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        return mask_cards(text)
    return orjson.dumps(masked_value(data)).decode()


def masked_value(value: Any, name: str = "") -> Any:  # noqa: ANN401 - a JSON value
    """Return a value of the field ``name`` with card numbers masked, and so whatever is in it."""
    if isinstance(value, dict):
        return {key: masked_value(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        return [masked_value(each, name) for each in value]
    if isinstance(value, str) and (not value.isdecimal() or name.lower().endswith(_TALK)):
        return mask_cards(value)
    return value


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
