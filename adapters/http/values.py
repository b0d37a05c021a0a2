"""Values as the tool wants them, and as it shows them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bridge.errors import Refused
from bridge.mapping import verbs
from bridge.nouns import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.http.model import FieldSpec
    from bridge.nouns import Json

MARK = re.compile(r"\s*\[(cb1-[a-z2-7]+)\]\s*\Z")
AMENDMENT = re.compile(r"\{(cb1-[a-z2-7]+)\}")
"""Our keys in texts: of records, and of amendments."""
_BREAK = re.compile(r"<br\s*/?>|</p>\s*(?=<p)|</div>\s*(?=<div)|</li>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def marked(text: str, key: str) -> str:
    """Return a text with our key at its end."""
    return f"{text}\n\n[{key}]"


def to_wire(name: str, spec: FieldSpec, value: Json | Reference) -> Json:
    """Return a value as the tool wants it; ``Refused`` for what cannot be so."""
    if isinstance(value, Reference):
        value = value.ref
    if value is None:
        return None
    if spec.send_as == "integer":
        try:
            return verbs.to_integer(value)
        except ValueError as error:
            message = f"{name}: {error}"
            raise Refused(message, field=name) from error
    writing = _WRITERS.get(spec.send_as)
    return writing(value) if writing else value


def from_wire(spec: FieldSpec, value: Any) -> Json:  # noqa: ANN401 - any JSON
    """Return what the tool shows as our mappings write it."""
    if value is None:
        return None
    if spec.send_as == "html" and spec.read is None and isinstance(value, str):
        value = as_text(value)
    if spec.send_as == "adf" and isinstance(value, dict):
        value = from_document(value)
    if spec.send_as == "list" and spec.type != "list" and isinstance(value, list):
        value = value[0] if value else None
    if spec.send_as == "text" and spec.type == "list" and isinstance(value, str):
        return [each for each in value.split("\n") if each]
    if spec.type in ("string", "text", "picklist", "reference") and not isinstance(value, str) and value is not None:
        return verbs.text(value)
    return value


def same(spec: FieldSpec, there: Json, wanted: Json | Reference) -> bool:
    """Tell whether a field holds ``wanted`` already, however it is spelt."""
    wish = wanted.ref if isinstance(wanted, Reference) else wanted
    if verbs.is_empty(there) and verbs.is_empty(wish):
        return True
    if spec.type == "datetime":
        return _moment(there) == _moment(wish)
    if spec.type in ("string", "text", "picklist", "reference"):
        return _plain(there) == _plain(wish)
    return bool(there == wish)


def as_html(text: str) -> str:
    """Return plain text as the HTML that shows it."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def as_text(markup: str) -> str:
    """Return what HTML shows as plain text."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup)))


def as_document(text: str) -> Json:
    """Return plain text in the document format of Atlassian: one paragraph with breaks."""
    content: list[Json] = []
    for line in text.split("\n"):
        content += [{"type": "hardBreak"}] if content else []
        content += [{"type": "text", "text": line}] if line else [] if content else [{"type": "text", "text": "\u200b"}]
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": content}]}


def from_document(document: Json) -> str:
    """Return the plain text of a document of Atlassian's, a line for each paragraph."""
    blocks = [_inline(block) for block in document.get("content") or ()]
    return "\n".join(blocks).replace("\u200b", "")


def _inline(node: Json) -> str:
    if node.get("type") == "text":
        return str(node.get("text") or "")
    if node.get("type") == "hardBreak":
        return "\n"
    return "".join(_inline(each) for each in node.get("content") or ())


def _plain(value: Json) -> str:
    return verbs.text(value).replace("\r\n", "\n").strip()


def _moment(value: Json) -> datetime | str:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


_WRITERS: Mapping[str, Callable[[Json], Json]] = {
    "html": lambda value: as_html(str(value)),
    "adf": lambda value: as_document(str(value)),
    "list": lambda value: value if isinstance(value, list) else [value],
    "text": lambda value: "\n".join(map(verbs.text, value)) if isinstance(value, list) else verbs.text(value),
}
"""How the tool wants a value → what makes it so."""
