"""The desk's objects and their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.errors import ConfigError
from bridge.nouns import FieldSchema, ObjectSchema, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.desk.settings import CustomFields

KEY_FIELD = "casebridge_key"
PERSON, CASE, MESSAGE = "Person", "Case", "Message"
OBJECTS: dict[str, Thing] = {PERSON: Thing.PERSON, CASE: Thing.CASE, MESSAGE: Thing.MESSAGE}
PREFIXES: dict[str, str] = {PERSON: "U-", CASE: "T-", MESSAGE: "N-"}
FIRST_NUMBERS: dict[str, int] = {PERSON: 1, CASE: 1001, MESSAGE: 1}
"""Cases start at a number that looks like one."""
STATUSES = ("new", "open", "waiting", "closed")
DEFAULTS: dict[str, dict[str, Any]] = {PERSON: {}, CASE: {"status": "new", "priority": "normal"}, MESSAGE: {}}
TEXT_LENGTH = 65_535
SUBJECT_LENGTH = 255


def objects(custom: CustomFields) -> dict[str, ObjectSchema]:
    """Return every object of a desk with these custom fields."""
    return {
        PERSON: _object(PERSON, _PERSON, custom.Person),
        CASE: _object(CASE, _CASE, custom.Case),
        MESSAGE: _object(MESSAGE, _MESSAGE, custom.Message),
    }


def object_schema(objects: Mapping[str, ObjectSchema], name: str) -> ObjectSchema:
    """Return one object; raises ``ConfigError`` naming those there are."""
    try:
        return objects[name]
    except KeyError:
        message = f"The desk has no object {name!r}; it has: {', '.join(objects)}."
        raise ConfigError(message) from None


def _string(name: str, length: int = 255, **more: Any) -> FieldSchema:  # noqa: ANN401 - passed on to FieldSchema
    return FieldSchema(name=name, length=length, **more)


def _typed(type_: str, *names: str) -> tuple[FieldSchema, ...]:
    return tuple(FieldSchema(name=name, type=type_) for name in names)


def _picklist(name: str, *values: str) -> FieldSchema:
    return FieldSchema(name=name, type="picklist", picklist=values)


_KEY = _string(KEY_FIELD, updateable=False)
_PERSON = (
    _KEY,
    *(_string(name) for name in ("name", "email", "phone", "handle", "network")),
    _string("profile_url", 2000),
    *_typed("integer", "reach"),
)
_CASE = (
    _KEY,
    _string("subject", SUBJECT_LENGTH, required=True),
    FieldSchema(name="description", type="text", length=TEXT_LENGTH),
    _picklist("status", *STATUSES),
    _picklist("priority", "low", "normal", "high", "urgent"),
    *(_string(name) for name in ("queue", "channel", "reason", "owner")),
    FieldSchema(name="requester", type="reference", refers_to=PERSON),
    *(_string(name) for name in ("person_name", "person_handle")),
    *(_string(name, 2000) for name in ("permalink", "reply_hint", "answer_state")),
    *_typed("datetime", "first_reply_due", "resolve_due", "opened_at"),
    *_typed("list", "tags"),
)
_MESSAGE = (
    _KEY,
    _string("author"),
    FieldSchema(name="text", type="text", length=TEXT_LENGTH),
    _picklist("direction", "in", "out"),
    *(_string(name) for name in ("channel", "kind")),
    *_typed("boolean", "public"),
    *_typed("datetime", "sent_at"),
    _string("permalink", 2000),
    *_typed("number", "rating"),
)


def _object(name: str, usual: tuple[FieldSchema, ...], custom: Mapping[str, Any]) -> ObjectSchema:
    fields = {field.name: field for field in usual}
    for custom_name, custom_field in custom.items():
        if custom_name in fields:
            message = f"The desk's {name} has a field {custom_name!r} already; give the custom field another name."
            raise ConfigError(message)
        fields[custom_name] = FieldSchema(name=custom_name, **custom_field.model_dump())
    return ObjectSchema(name, fields)
