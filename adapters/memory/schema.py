"""The objects of the CRM in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.nouns import FieldSchema, ObjectSchema, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_FIELD = "casebridge_key"
PERSON, PROFILE, CASE, MESSAGE, CALL = "Person", "Profile", "Case", "Message", "Call"
OBJECT_OF: Mapping[Thing, str] = {
    Thing.PERSON: PERSON,
    Thing.PROFILE: PROFILE,
    Thing.CASE: CASE,
    Thing.MESSAGE: MESSAGE,
}
IN_A_CASE = frozenset({MESSAGE, CALL})
"""Objects whose records stand in a case."""
DEFAULTS: Mapping[str, Mapping[str, str]] = {CASE: {"status": "new", "priority": "normal"}}


def _fields(*fields: FieldSchema) -> dict[str, FieldSchema]:
    key = FieldSchema(name=KEY_FIELD, length=64, updateable=False)
    return {field.name: field for field in (key, *fields)}


def _typed(type_: str, *names: str) -> tuple[FieldSchema, ...]:
    length = {"string": 255, "text": 65_535}.get(type_)
    return tuple(FieldSchema(name=name, type=type_, length=length) for name in names)


SCHEMA: Mapping[str, ObjectSchema] = {
    PERSON: ObjectSchema(
        PERSON,
        _fields(
            *_typed("string", "name", "email", "phone", "handle", "network", "profile_url"),
            *_typed("integer", "reach"),
        ),
    ),
    PROFILE: ObjectSchema(
        PROFILE,
        _fields(
            *_typed("string", "network", "uid", "handle", "name"),
            *_typed("integer", "reach"),
            FieldSchema(name="person", type="reference", refers_to=PERSON),
        ),
    ),
    CASE: ObjectSchema(
        CASE,
        _fields(
            FieldSchema(name="subject", length=255, required=True),
            *_typed("text", "description"),
            FieldSchema(name="status", type="picklist", picklist=("new", "open", "waiting", "closed")),
            FieldSchema(name="priority", type="picklist", picklist=("low", "normal", "high", "urgent")),
            *_typed("string", "queue", "channel", "reason", "owner", "person_name", "person_handle"),
            FieldSchema(name="requester", type="reference", refers_to=PERSON),
            *_typed("text", "permalink", "reply_hint", "answer_state"),
            *_typed("datetime", "first_reply_due", "resolve_due", "opened_at"),
            *_typed("list", "tags"),
        ),
    ),
    MESSAGE: ObjectSchema(
        MESSAGE,
        _fields(
            *_typed("string", "author", "channel", "kind"),
            *_typed("text", "text", "permalink"),
            FieldSchema(name="direction", type="picklist", picklist=("in", "out")),
            *_typed("boolean", "public"),
            *_typed("datetime", "sent_at"),
            *_typed("number", "rating"),
            FieldSchema(name="profile", type="reference", refers_to=PROFILE),
        ),
    ),
    CALL: ObjectSchema(
        CALL, _fields(*_typed("text", "text"), *_typed("string", "direction"), *_typed("datetime", "sent_at"))
    ),
}
