"""Bodies → messages, through a mapping or as the message format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from bridge.errors import Refused
from bridge.mapping.paths import dig
from bridge.message_format import FormatError, message_from
from bridge.nouns import Broken, Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.webhook.settings import WebhookSettings
    from bridge.mapping.rows import RowMapping
    from bridge.nouns import SourceEvent


class Parser:
    """Turns a body into events."""

    def __init__(self, settings: WebhookSettings, mapping: RowMapping | None) -> None:
        """Without a mapping, a body is a document of the message format, or a list of such."""
        self._settings, self._mapping = settings, mapping
        self._defaults = settings.all_defaults()

    def body(self, body: bytes, where: str) -> Iterator[SourceEvent]:
        """Yield an event for each message of a body."""
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            yield Broken(where, f"not valid JSON: {error}", body.decode("utf-8", "backslashreplace"))
            return
        path = self._settings.records
        found = _found(data, path) if path else data if isinstance(data, list) else [data]
        for index, item in enumerate(found):
            place = f"{where}[{index}]" if len(found) > 1 or isinstance(data, list) else where
            if isinstance(item, dict):
                yield from self.document(item, place)
            else:
                reason = f"is no JSON object{f' at {path}' if path else ''} but {type(item).__name__}"
                yield Broken(place, reason, body.decode("utf-8", "backslashreplace"))

    def document(self, row: Mapping[str, Any], where: str) -> Iterator[SourceEvent]:
        """Yield the message that an object describes; nothing if the mapping passes it over."""
        try:
            document = self._mapping.read(row) if self._mapping is not None else row
            if document is not None:
                yield Said(message_from(document, self._defaults, region=self._settings.region, raw=row), where)
        except (FormatError, Refused) as error:
            cells = {
                name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in row.items()
            }
            yield Broken(where, str(error), orjson.dumps(row).decode(), cells)


def _found(data: Any, path: str) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return what stands at a path, ``*`` being each of a list; None among it stands for what is not there."""
    head, each, rest = path.partition("*")
    inner = dig(data, head.strip(".")) if head.strip(".") else data
    if not each:
        return inner if isinstance(inner, list) else [inner]
    if not isinstance(inner, list):
        return [None]
    rest = rest.strip(".")
    return [found for item in inner for found in (_found(item, rest) if rest else [item])]
