"""Objects with their fields: Request Tracker's own, and the custom fields of the queues that we deliver to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapters.request_tracker.errors import Declined
from adapters.request_tracker.names import (
    LIST,
    NAME,
    OBJECTS,
    PICKLIST,
    QUEUE,
    TICKET,
    TICKET_FIELDS,
    TRANSACTION,
    TRANSACTION_FIELDS,
    USER,
    USER_FIELDS,
    custom,
)
from bridge.errors import ConfigError
from bridge.nouns import FieldSchema, ObjectSchema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.request_tracker.client import Client
    from adapters.request_tracker.settings import RequestTrackerSettings

MANDATORY = "(?#Mandatory)"
"""How the pattern of a custom field that must be filled begins; only the web pages mind, REST does not."""
_TYPES: Mapping[str, str] = {
    "Select": PICKLIST,
    "Text": "text",
    "Wikitext": "text",
    "Date": "datetime",
    "DateTime": "datetime",
}
_NO_FILES = ("Image", "Binary")
_LONGEST = 255
"""What a custom field holds in its column; longer ones of type text go elsewhere."""


@dataclass(slots=True)
class Schemas:
    """Read when they are first needed."""

    client: Client
    settings: RequestTrackerSettings
    _known: dict[str, ObjectSchema] = field(default_factory=dict)
    _mandatory: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(self, name: str) -> ObjectSchema:
        """Describe an object; raises ``ConfigError`` for one that there is not."""
        if name not in OBJECTS:
            message = f"Request Tracker has no object {name} for us; there are {', '.join(OBJECTS)}."
            raise ConfigError(message)
        if name == USER:
            return ObjectSchema(USER, USER_FIELDS)
        if name not in self._known:
            self._read_queues()
        return self._known[name]

    def mandatory(self, queue: str) -> frozenset[str]:
        """Return the custom fields that a new ticket of a queue must have."""
        self.of(TICKET)
        return self._mandatory.get(queue, frozenset())

    def _read_queues(self) -> None:
        names = [each[NAME] for each in self.client.all("queues/all", fields=NAME)]
        queues = {name: self._queue(name) for name in self.settings.queues}
        of_tickets = self._custom(queues, "TicketCustomFields")
        of_transactions = self._custom(queues, "TicketTransactionCustomFields")
        self._mandatory = {
            name: frozenset(
                custom(each["name"]) for each in queue["TicketCustomFields"] if of_tickets[each["id"]].required
            )
            for name, queue in queues.items()
        }
        everywhere = frozenset.intersection(*self._mandatory.values())
        tickets = {each.name: replace(each, required=each.name in everywhere) for each in of_tickets.values()}
        queue_field = FieldSchema(name=QUEUE, type=PICKLIST, picklist=tuple(names), required=True)
        self._known[TICKET] = ObjectSchema(TICKET, {**TICKET_FIELDS, QUEUE: queue_field, **tickets})
        transactions = {each.name: each for each in of_transactions.values()}
        self._known[TRANSACTION] = ObjectSchema(TRANSACTION, {**TRANSACTION_FIELDS, **transactions})

    def _queue(self, name: str) -> dict[str, Any]:
        try:
            queue: dict[str, Any] = self.client.get(f"queue/{name}")
        except Declined as declined:
            message = (
                f"Request Tracker shows our user no queue {name}: correct queues in the settings, "
                f"or give it SeeQueue under Admin > Queues > {name} > User Rights."
            )
            raise ConfigError(message) from declined
        return queue

    def _custom(self, queues: Mapping[str, Any], kind: str) -> dict[str, FieldSchema]:
        ids: Sequence[str] = [*dict.fromkeys(each["id"] for queue in queues.values() for each in queue.get(kind) or ())]
        details = {number: self.client.get(f"customfield/{number}") for number in ids}
        return {number: _field(each) for number, each in details.items()}


def _field(told: Mapping[str, Any]) -> FieldSchema:
    several = str(told.get("MaxValues") or "0") != "1"
    kind = LIST if several else _TYPES.get(told["Type"], "string")
    return FieldSchema(
        name=custom(told["Name"]),
        type=kind,
        length=_LONGEST if kind == "string" else None,
        picklist=tuple(told.get("Values") or ()) if told["Type"] == "Select" else (),
        required=str(told.get("Pattern") or "").startswith(MANDATORY),
        createable=told["Type"] not in _NO_FILES,
        updateable=told["Type"] not in _NO_FILES,
    )
