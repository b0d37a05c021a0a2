"""Request Tracker's words: objects, their fields with lengths, and what is read of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.nouns import FieldSchema, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

USER, TICKET, TRANSACTION = "User", "Ticket", "Transaction"
OBJECTS = (USER, TICKET, TRANSACTION)
THINGS: Mapping[Thing, str] = {Thing.PERSON: USER, Thing.CASE: TICKET, Thing.MESSAGE: TRANSACTION}
KEY = "CF.{Casebridge Key}"
"""The custom field of tickets and of transactions that carries our key, where no mapping names another."""
ANSWER = "Casebridge Answer"
"""The custom field of tickets that says how it stands with the agent's last answer."""
NAME = "Name"
"""Of users: carries our key, because Request Tracker allows each name once."""
NOBODY, SYSTEM = "Nobody", "RT_System"
DELETED = "deleted"
COMMENT, CORRESPOND = "Comment", "Correspond"
REQUESTOR, STATUS, QUEUE, OWNER, CONTENT = "Requestor", "Status", "Queue", "Owner", "Content"
PICKLIST, LIST = "picklist", "list"

_USER_LENGTHS: Mapping[str, int] = {
    NAME: 200,
    "RealName": 120,
    "NickName": 16,
    "EmailAddress": 120,
    "Organization": 200,
    **dict.fromkeys(("HomePhone", "WorkPhone", "MobilePhone", "PagerPhone"), 30),
    "Address1": 200,
    "Address2": 200,
    "City": 100,
    "State": 100,
    "Zip": 16,
    "Country": 50,
    "Lang": 16,
    "FreeformContactInfo": 10_000,
    "Comments": 10_000,
}
"""Columns of Request Tracker's table. SQLite takes more, MySQL cuts: we refuse in both."""
USER_FIELDS: Mapping[str, FieldSchema] = {
    name: FieldSchema(name=name, type="text" if length == 10_000 else "string", length=length)
    for name, length in _USER_LENGTHS.items()
}
_TICKET_FIELDS = (
    FieldSchema(name=QUEUE, type=PICKLIST, required=True),
    FieldSchema(name="Subject", length=200, required=True),
    FieldSchema(name=CONTENT, type="text", length=1_000_000, updateable=False),
    FieldSchema(name=STATUS),
    FieldSchema(name="Priority", type="integer"),
    FieldSchema(name=OWNER),
    FieldSchema(name=REQUESTOR, type="reference", refers_to=USER),
    FieldSchema(name="Due", type="datetime"),
    FieldSchema(name="Starts", type="datetime"),
    FieldSchema(name="TimeWorked", type="integer"),
)
TICKET_FIELDS: Mapping[str, FieldSchema] = {field.name: field for field in _TICKET_FIELDS}
_TRANSACTION_FIELDS = (
    FieldSchema(name="Type", type=PICKLIST, picklist=(COMMENT, CORRESPOND), updateable=False),
    FieldSchema(name=CONTENT, type="text", length=1_000_000, required=True),
    FieldSchema(name="TimeTaken", type="integer", updateable=False),
)
TRANSACTION_FIELDS: Mapping[str, FieldSchema] = {field.name: field for field in _TRANSACTION_FIELDS}
PERSONAL = tuple(name for name in USER_FIELDS if name not in {NAME, "RealName", "Lang"})
"""What a redaction of a user empties; the real name keeps a mark."""
READ_USER = ",".join(("id", *USER_FIELDS, "LastUpdated", "Creator"))
READ_TICKET = "Subject,Status,Priority,Owner,Queue,Requestor,Due,Starts,TimeWorked,EffectiveId,CustomFields,Created,LastUpdated,Creator"
EXPANDED = {"fields[Owner]": NAME, "fields[Queue]": NAME, "fields[Requestor]": "id,Name,RealName,EmailAddress"}


def custom(name: str) -> str:
    """Return how mappings and searches write a custom field: ``CF.{Channel}``."""
    return f"CF.{{{name}}}"


def custom_name(field: str) -> str:
    """Return the custom field that a mapping means, empty for a field of Request Tracker's own."""
    return field[4:-1] if field.startswith("CF.{") and field.endswith("}") else ""
