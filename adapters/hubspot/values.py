"""Values as HubSpot keeps them, which is text, and texts as it shows them, which is HTML."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridge.nouns import FieldSchema, Json

EPOCH = datetime.fromtimestamp(0, UTC)
_BREAK = re.compile(r"<br\s*/?>|</p>\s*(?=<p)|</div>\s*(?=<div)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def stored(field: FieldSchema, value: Json) -> str:
    """Return a value as HubSpot keeps it; None empties a property."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ";".join(str(each) for each in value)
    if field.type == "datetime":
        return instant(value)
    return str(value)


def instant(value: datetime | str) -> str:
    """Return a time as HubSpot writes it, in UTC with milliseconds."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(value: str | int) -> datetime:
    """Read a time, ISO 8601 or milliseconds since 1970."""
    text = str(value)
    if text.isdecimal():
        return EPOCH + timedelta(milliseconds=int(text))
    return datetime.fromisoformat(text).astimezone(UTC)


def milliseconds(at: datetime) -> int:
    """Return a time as searches want it."""
    return int(at.timestamp() * 1000)


def same(field: FieldSchema | None, there: Any, wanted: str) -> bool:  # noqa: ANN401 - null or text
    """Tell whether a property holds ``wanted`` already, however it is spelt."""
    present = str(there or "")
    if present == wanted or field is None or not (present and wanted):
        return present == wanted
    try:
        if field.type == "datetime":
            return moment(present) == moment(wanted)
        if field.type in ("number", "integer"):
            return float(present) == float(wanted)
    except ValueError:
        return False
    return False


def as_html(text: str) -> str:
    """Return plain text as the HTML that shows it."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def as_text(markup: str) -> str:
    """Return what HTML shows as plain text."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup)))
