"""What users, tickets and comments take: Zendesk's own fields, and those that the account has added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk import identities
from adapters.zendesk.errors import Denied
from adapters.zendesk.names import COMMENTS, CREATED, KEY, OBJECTS, TICKETS, USERS
from adapters.zendesk.values import CUSTOM, OF_USER
from bridge.errors import ConfigError, Refused
from bridge.nouns import FieldSchema, ObjectSchema

if TYPE_CHECKING:
    from adapters.zendesk.client import Client

LONGEST = 65_000
"""Characters of a comment's body; our mark and a link come on top."""
_LONGEST_SUBJECT, _LINE = 255, 255
_TYPES = {
    "text": "string",
    "textarea": "text",
    "regexp": "string",
    "tagger": "picklist",
    "dropdown": "picklist",
    "checkbox": "boolean",
    "integer": "integer",
    "decimal": "number",
    "multiselect": "list",
}
_USER = (
    FieldSchema(name="name", length=_LINE, required=True),
    FieldSchema(name="email", length=254),
    FieldSchema(name="phone", length=50),
    FieldSchema(name="details", type="text", length=LONGEST),
    FieldSchema(name="notes", type="text", length=LONGEST),
    FieldSchema(name="locale", length=20),
    FieldSchema(name="time_zone", length=64),
    FieldSchema(name="organization_id", type="reference"),
    FieldSchema(name="tags", type="list"),
    *identities.FIELDS,
    FieldSchema(name=KEY, length=_LINE, updateable=False),
)
_TICKET = (
    FieldSchema(name="subject", length=_LONGEST_SUBJECT),
    FieldSchema(name="description", type="text", length=LONGEST, required=True, updateable=False),
    FieldSchema(name="status", type="picklist", picklist=("new", "open", "pending", "hold", "solved")),
    FieldSchema(name="priority", type="picklist", picklist=("low", "normal", "high", "urgent")),
    FieldSchema(name="type", type="picklist", picklist=("problem", "incident", "question", "task")),
    FieldSchema(name="tags", type="list"),
    FieldSchema(name="requester_id", type="reference", refers_to=USERS),
    FieldSchema(name="assignee_id", type="reference"),
    FieldSchema(name="group_id", type="reference"),
    FieldSchema(name="brand_id", type="reference"),
    FieldSchema(name="ticket_form_id", type="reference"),
    FieldSchema(name="due_at", type="datetime"),
    FieldSchema(name=CREATED, type="datetime", updateable=False),
    FieldSchema(name=KEY, length=_LINE, updateable=False),
)
_COMMENT = (
    FieldSchema(name="body", type="text", length=LONGEST, required=True),
    FieldSchema(name="link", length=2_000),
    FieldSchema(name="public", type="boolean", updateable=False),
    FieldSchema(name=CREATED, type="datetime", updateable=False),
)


class Schemas:
    """Describes the objects; the account's own fields are read once, and again after one turned out not to be there."""

    def __init__(self, client: Client) -> None:
        """Read nothing yet."""
        self._client = client
        self._known: dict[str, ObjectSchema] = {COMMENTS: _schema(COMMENTS, _COMMENT)}

    def of(self, name: str) -> ObjectSchema:
        """Describe an object; raises ``ConfigError`` for one that Zendesk has not."""
        if name not in OBJECTS:
            message = f"Zendesk has no object {name}; it has {', '.join(OBJECTS)}."
            raise ConfigError(message)
        if name not in self._known:
            built_in = _USER if name == USERS else _TICKET
            self._known[name] = _schema(name, (*built_in, *self._own(name)))
        return self._known[name]

    def forget(self, name: str) -> None:
        """Read an object's own fields again when it is next asked for."""
        if name != COMMENTS:
            self._known.pop(name, None)

    def _own(self, name: str) -> list[FieldSchema]:
        """Return the fields that the account has added; none where the credentials may not read them."""
        path = "ticket_fields" if name == TICKETS else "user_fields"
        try:
            rows = [row for page in self._client.pages(f"/{path}", path) for row in page]
        except (Denied, Refused):
            return []
        return [_field(name, row) for row in rows if row.get("active", True) and row.get("removable", True)]


def _schema(name: str, fields: tuple[FieldSchema, ...]) -> ObjectSchema:
    return ObjectSchema(name, {field.name: field for field in fields})


def _field(name: str, row: dict[str, Any]) -> FieldSchema:
    """Return a field of the account's own: tickets' go by their number, users' by their key."""
    called = f"{CUSTOM}{row['id']}" if name == TICKETS else f"{OF_USER}{row['key']}"
    options = tuple(str(option["value"]) for option in row.get("custom_field_options") or ())
    kind = _TYPES.get(str(row.get("type")), "string")
    return FieldSchema(name=called, type=kind if options or kind != "picklist" else "string", picklist=options)
