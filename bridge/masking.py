"""Card numbers in webhook bodies are masked before the body is kept; ids of networks look alike and stay.

In text that people write a number stands among words, or in a field that is named for talk; a value that is nothing but
digits in any other field is an id.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from bridge.features import safe_text

_TALK = ("text", "message", "body", "content", "caption", "title", "subject", "description", "comment", "note", "name")
"""Names, or ends of names, of fields that hold what people write."""


def masked(body: bytes, content_type: str) -> bytes:
    """Return a body with card numbers masked: the same object where there is none, or where it is no text."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body
    if safe_text(text) is text:
        return body
    if "x-www-form-urlencoded" in content_type:
        pairs = parse_qsl(text, keep_blank_values=True)
        return urlencode([(name, _value(name, value)) for name, value in pairs]).encode()
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return safe_text(text).encode()
    return orjson.dumps(_value("", data))


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, dict):
        return {key: _value(key, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_value(name, each) for each in value]
    if isinstance(value, str) and (not value.isdecimal() or name.lower().endswith(_TALK)):
        return safe_text(value)
    return value
