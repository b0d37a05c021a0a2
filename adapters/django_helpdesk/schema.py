"""Objects with their fields, as the interface describes itself; and values checked before they are sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.django_helpdesk.names import NOT_OURS, OBJECTS, PATHS, REQUIRED
from bridge.errors import ConfigError
from bridge.nouns import FieldSchema, ObjectSchema, Reference, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.django_helpdesk.client import Client
    from bridge.nouns import Record

_TYPES: Mapping[str, str] = {
    "string": "string",
    "email": "string",
    "url": "string",
    "slug": "string",
    "integer": "integer",
    "float": "number",
    "decimal": "number",
    "boolean": "boolean",
    "datetime": "datetime",
    "field": "integer",
    "duration": "string",
}
_LONG = ("description", "resolution", "comment")


@dataclass(slots=True)
class Schemas:
    """Read when they are first needed."""

    client: Client
    _known: dict[str, ObjectSchema] = field(default_factory=dict)
    _choices: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)

    def of(self, name: str) -> ObjectSchema:
        """Describe an object; raises ``ConfigError`` for one that there is not."""
        if name not in OBJECTS:
            message = f"django-helpdesk has no object {name} for us; there are {', '.join(OBJECTS)} and no persons."
            raise ConfigError(message)
        if name not in self._known:
            told = self.client.options(PATHS[name]).get("actions", {}).get("POST")
            if not told:
                message = f"Our user may not create a {name} in django-helpdesk: tick Staff status under Admin > Users."
                raise ConfigError(message)
            fields = {
                each: _field(name, each, is_told) for each, is_told in told.items() if _writable(name, each, is_told)
            }
            self._choices |= {
                (name, each): tuple(choice["value"] for choice in is_told["choices"])
                for each, is_told in told.items()
                if is_told.get("choices")
            }
            self._known[name] = ObjectSchema(name, fields)
        return self._known[name]

    def checked(self, record: Record) -> dict[str, Any] | Refusal:
        """Return a record's values as they are sent, or the first that cannot be: unknown fields are ignored there."""
        schema = self.of(record.object)
        sent: dict[str, Any] = {}
        for name, value in record.fields.items():
            known = schema.fields.get(name)
            if known is None:
                reason = f"django-helpdesk has no field {name}: create it under Admin > Helpdesk > Custom fields (its name without custom_)."
                return Refusal(reason, field=name, code="unknown_field")
            if value is None:
                continue
            wrong = self._wrong(record.object, known, value)
            if wrong:
                return Refusal(f"{name} {wrong}", field=name, code="invalid")
            sent[name] = value
        missing = [] if record.ref else [name for name in REQUIRED[record.object] if sent.get(name) in (None, "")]
        if missing:
            return Refusal(
                f"{missing[0]} must be filled: write it into the mapping.", field=missing[0], code="required"
            )
        return sent

    def _wrong(self, name: str, known: FieldSchema, value: Any) -> str:  # noqa: ANN401 - values of any field
        choices = self._choices.get((name, known.name))
        if choices and (isinstance(value, bool) or value not in choices):
            return f"does not offer {value!r}, only {', '.join(str(each) for each in choices if each != '')}."
        return "" if choices else _CHECKS.get(known.type, _text)(known, value)


def _writable(name: str, each: str, told: Mapping[str, Any]) -> bool:
    return not told.get("read_only") and each not in NOT_OURS[name]


def _field(name: str, each: str, told: Mapping[str, Any]) -> FieldSchema:
    choices = [choice["value"] for choice in told.get("choices") or ()]
    words = choices and all(isinstance(choice, str) for choice in choices)
    kind = "picklist" if words else "integer" if choices else _TYPES.get(told["type"], "string")
    return FieldSchema(
        name=each,
        type="text" if each in _LONG else kind,
        length=told.get("max_length"),
        picklist=tuple(filter(None, choices)) if words else (),
        required=each in REQUIRED[name],
    )


def _text(known: FieldSchema, value: Any) -> str:  # noqa: ANN401 - values of any field
    if not isinstance(value, str) or isinstance(value, Reference):
        return f"takes a text, not {type(value).__name__}; there are no persons to refer to."
    if known.length is not None and len(value) > known.length:
        return f"is longer than {known.length} characters: write truncate: {known.length} into the mapping."
    return ""


def _number(known: FieldSchema, value: Any) -> str:  # noqa: ANN401, ARG001 - values of any field
    return "" if isinstance(value, (int, float)) and not isinstance(value, bool) else "takes a number."


def _flag(known: FieldSchema, value: Any) -> str:  # noqa: ANN401, ARG001 - values of any field
    return "" if isinstance(value, bool) else "takes true or false."


def _time(known: FieldSchema, value: Any) -> str:  # noqa: ANN401, ARG001 - values of any field
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return "takes a time with its zone, as in 2026-03-02T09:00:00Z."
    return "" if at.tzinfo else "takes a time with its zone, as in 2026-03-02T09:00:00Z."


_CHECKS: Mapping[str, Callable[[FieldSchema, Any], str]] = {
    "integer": _number,
    "number": _number,
    "boolean": _flag,
    "datetime": _time,
}
