"""What an object of this account takes: its properties as fields, its pipelines, its one made-up field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.hubspot import paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.names import CHANNEL, COMMUNICATIONS, CONTACT, CONTACTS, MARKETING, NOTES, OBJECTS, TEXT, TICKETS
from bridge.errors import AuthError, ConfigError
from bridge.nouns import FieldSchema, ObjectSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.hubspot.client import Client

LONGEST = 65_536
"""Characters in a text property."""
_TYPES = {
    "string": "string",
    "number": "number",
    "bool": "boolean",
    "datetime": "datetime",
    "enumeration": "picklist",
}
_LONG = frozenset({"textarea", "html"})
_REQUIRED: Mapping[str, frozenset[str]] = {
    TICKETS: frozenset({"subject", "hs_pipeline_stage"}),
    NOTES: frozenset({"hs_timestamp"}),
    COMMUNICATIONS: frozenset({"hs_timestamp", "hs_communication_channel_type"}),
}
_CHANNEL = ObjectSchema(
    CHANNEL,
    {
        field.name: field
        for field in (
            FieldSchema(name="text", type="text", length=LONGEST, required=True),
            FieldSchema(name="timestamp", type="datetime", required=True),
            FieldSchema(name="direction", type="picklist", picklist=("INCOMING", "OUTGOING"), required=True),
            FieldSchema(name="sender", length=255),
            FieldSchema(name="sender_name", length=255),
        )
    },
)
_PIPELINE, _STAGE = "hs_pipeline", "hs_pipeline_stage"


class Schemas:
    """Reads each object's description once, and again after something turned out not to be there."""

    def __init__(self, client: Client, *, channel: bool) -> None:
        """Read nothing yet; ``channel``: messages can go into a custom channel."""
        self._client = client
        self._objects: dict[str, ObjectSchema] = {CHANNEL: _CHANNEL} if channel else {}
        self._pipelines: list[dict[str, Any]] | None = None

    def of(self, name: str) -> ObjectSchema:
        """Describe an object; raises ``ConfigError`` for one that the account has not."""
        if name not in self._objects:
            self._objects[name] = self._read(name)
        return self._objects[name]

    def complete(self, name: str) -> ObjectSchema:
        """Describe an object with what the account's admins require of new records, too."""
        schema = self.of(name)
        if name == CHANNEL:
            return schema
        try:
            required = self._client.get(f"{paths.SCHEMAS}/{name}").body["requiredProperties"]
        except (AuthError, Declined):
            return schema
        more = {each: replace(schema.fields[each], required=True) for each in required if each in schema.fields}
        return ObjectSchema(name, {**schema.fields, **more})

    def forget(self, name: str) -> None:
        """Read an object's description again when it is next asked for."""
        self._objects.pop(name, None)
        if name == TICKETS:
            self._pipelines = None

    @property
    def stages(self) -> Mapping[str, bool]:
        """Return the stages of all ticket pipelines, each with whether a ticket in it is closed."""
        return {stage["id"]: _closed(stage) for each in self.pipelines() for stage in each["stages"]}

    def pipelines(self) -> list[dict[str, Any]]:
        """Return the ticket pipelines with their stages."""
        if self._pipelines is None:
            self._pipelines = self._client.get(paths.pipelines(TICKETS)).results
        return self._pipelines

    def opening_stage(self, pipeline: str) -> str:
        """Return the first stage of a pipeline in which tickets are open, empty if it has none."""
        for each in self.pipelines():
            if each["id"] == pipeline:
                stages = sorted(each["stages"], key=lambda stage: stage.get("displayOrder", 0))
                return next((str(stage["id"]) for stage in stages if not _closed(stage)), "")
        return ""

    def _read(self, name: str) -> ObjectSchema:
        if name == CHANNEL:
            message = "Messages go into a custom channel where the settings channel and channel_account name one."
            raise ConfigError(message)
        unknown = f"HubSpot has no object {name!r}; there are {', '.join(OBJECTS)}, and custom objects as 2-123456."
        if name not in OBJECTS and not name.replace("-", "").replace("_", "").replace("p", "").isalnum():
            raise ConfigError(unknown)
        try:
            found = self._client.get(paths.properties(name)).results
        except Declined as declined:
            raise ConfigError(unknown) from declined
        fields = {each["name"]: _field(name, each) for each in found if not each.get("archived")}
        if name == TICKETS:
            fields |= self._pipeline_fields(fields)
            fields[CONTACT] = FieldSchema(name=CONTACT, type="reference", refers_to=CONTACTS)
        return ObjectSchema(name, fields)

    def _pipeline_fields(self, fields: Mapping[str, FieldSchema]) -> dict[str, FieldSchema]:
        """Pipelines are no options of their property."""
        values = {_PIPELINE: tuple(each["id"] for each in self.pipelines()), _STAGE: tuple(self.stages)}
        return {
            name: FieldSchema(name=name, type="picklist", picklist=values[name], required=name in _REQUIRED[TICKETS])
            for name in values.keys() & fields.keys()
        }


def _field(object_name: str, found: Mapping[str, Any]) -> FieldSchema:
    name, kind = found["name"], _TYPES.get(found["type"], "string")
    read_only = bool((found.get("modificationMetadata") or {}).get("readOnlyValue")) or bool(found.get("calculated"))
    options = tuple(option["value"] for option in found.get("options") or ())
    if kind == "picklist" and (found.get("fieldType") == "checkbox" or not options):
        kind = "list" if options else "string"
    long = kind == "string" and (found.get("fieldType") in _LONG or name == TEXT.get(object_name))
    return FieldSchema(
        name=name,
        type="text" if long else kind,
        length=LONGEST if kind == "string" else None,
        picklist=options if kind == "picklist" else (),
        required=name in _REQUIRED.get(object_name, ()),
        createable=not read_only and name != MARKETING,
        updateable=not read_only and name != MARKETING,
    )


def _closed(stage: Mapping[str, Any]) -> bool:
    return (stage.get("metadata") or {}).get("ticketState") == "CLOSED"
