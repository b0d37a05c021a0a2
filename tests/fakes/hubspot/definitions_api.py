"""``/crm/v3/properties`` and ``/crm-object-schemas``: what objects look like, and making properties."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.fakes.hubspot import labels
from tests.fakes.hubspot.asked import Asked, Reply, Way, always, defining, reading
from tests.fakes.hubspot.definitions import Property, custom
from tests.fakes.hubspot.errors import Declined, invalid, not_found
from tests.fakes.hubspot.times import iso
from tests.fakes.hubspot.values import EXTERNAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns import Json
    from tests.fakes.hubspot.definitions import ObjectType
    from tests.fakes.hubspot.portal import Portal

MOST_UNIQUE = 10
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_FIELD_TYPES = {
    "string": {"text", "textarea", "file"},
    "number": {"number"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "bool": {"booleancheckbox"},
}
_ACTIVITIES = frozenset({"notes", "communications", "emails", "tasks"})


def _described(found: Property) -> Json:
    rows = [
        {"label": label, "value": value, "displayOrder": order, "hidden": False, "description": ""}
        for order, (value, label) in enumerate(found.options.items())
    ]
    return {
        "name": found.name,
        "label": found.label,
        "type": found.type,
        "fieldType": found.field_type,
        "description": found.description,
        "groupName": found.group,
        "options": rows,
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": found.name in EXTERNAL,
        "hasUniqueValue": found.unique,
        "hidden": False,
        "hubspotDefined": found.own,
        "formField": False,
        "archived": found.archived,
        "modificationMetadata": {
            "archivable": not found.own,
            "readOnlyDefinition": found.own,
            "readOnlyOptions": found.own,
            "readOnlyValue": found.read_only,
        },
    }


def _list(asked: Asked) -> Reply:
    return 200, {"results": [_described(found) for found in asked.kind.live.values()]}


def _read(asked: Asked) -> Reply:
    return 200, _described(_found(asked))


def _found(asked: Asked) -> Property:
    found = asked.kind.live.get(asked.path["name"])
    if found is None:
        raise not_found(f"Property {asked.path['name']} does not exist on {asked.kind.name}")
    return found


def _create(asked: Asked) -> Reply:
    kind, body = asked.kind, asked.mapping()
    made = _wanted(asked.portal, kind, body)
    kind.properties[made.name] = made
    return 201, _described(made)


def _wanted(portal: Portal, kind: ObjectType, body: Mapping[str, Json]) -> Property:
    """Return the property that is asked for; raises ``Declined``."""
    missing = [name for name in ("name", "label", "type", "fieldType", "groupName") if not body.get(name)]
    if missing:
        raise invalid(f"Invalid input JSON: {', '.join(missing)} must not be null", properties=missing)
    name, type_ = str(body["name"]), str(body["type"])
    if not _NAME.fullmatch(name) or name.startswith("hs_"):
        raise invalid(f"Property name {name} is not valid: lower case letters, digits and underscores, not hs_")
    if name in kind.properties:
        raise Declined(
            409, "OBJECT_ALREADY_EXISTS", f"A property named '{name}' already exists.", "Properties.CONFLICT"
        )
    if body["fieldType"] not in _FIELD_TYPES.get(type_, ()):
        raise invalid(f"fieldType {body['fieldType']} is not valid for type {type_}")
    if body["groupName"] not in {found.group for found in kind.properties.values()}:
        raise invalid(
            f"Property group {body['groupName']} does not exist on {kind.name}", groupName=[body["groupName"]]
        )
    _check_unique(portal, kind, body)
    return Property(
        name=name,
        label=str(body["label"]),
        type=type_,
        field_type=str(body["fieldType"]),
        group=str(body["groupName"]),
        description=str(body.get("description") or ""),
        options={str(one["value"]): str(one["label"]) for one in body.get("options") or ()},
        unique=bool(body.get("hasUniqueValue")),
        own=False,
    )


def _check_unique(portal: Portal, kind: ObjectType, body: Mapping[str, Json]) -> None:
    if not body.get("hasUniqueValue"):
        return
    if body["type"] not in {"string", "number"}:
        raise invalid(f"A property of type {body['type']} cannot have unique values")
    if kind.name in _ACTIVITIES and not portal.org.unique_on_activities:
        raise invalid(f"Unique properties are not supported for {kind.name}")
    if sum(found.unique and not found.own for found in kind.live.values()) >= MOST_UNIQUE:
        raise invalid(
            f"{kind.name} has {MOST_UNIQUE} unique properties, which is the most", sub="Properties.UNIQUE_LIMIT"
        )


def _update(asked: Asked) -> Reply:
    found, body = _found(asked), asked.mapping()
    if found.own:
        raise invalid(f"Property {found.name} is defined by HubSpot and cannot be changed")
    if "hasUniqueValue" in body and bool(body["hasUniqueValue"]) is not found.unique:
        raise invalid("hasUniqueValue can only be set when a property is created")
    if body.get("options") and found.type != "enumeration":
        raise invalid(f"Property {found.name} has no options")
    found.label = str(body.get("label") or found.label)
    found.description = str(body.get("description") or found.description)
    if "options" in body:
        found.options = {str(one["value"]): str(one["label"]) for one in body["options"]}
    return 200, _described(found)


def _archive(asked: Asked) -> Reply:
    found = _found(asked)
    if found.own:
        raise invalid(f"Property {found.name} is defined by HubSpot and cannot be archived")
    found.archived = True
    return 204, None


def _groups(asked: Asked) -> Reply:
    names = dict.fromkeys(found.group for found in asked.kind.properties.values())
    return 200, {"results": [{"name": name, "label": name, "displayOrder": 0, "archived": False} for name in names]}


def _schema(portal: Portal, kind: ObjectType) -> Json:
    others = [other for other in portal.types.values() if labels.associable(kind, other)]
    return {
        "id": kind.id,
        "objectTypeId": kind.id,
        "name": kind.name,
        "fullyQualifiedName": kind.qualified or kind.singular.upper(),
        "labels": {"singular": kind.singular, "plural": kind.label or kind.name},
        "requiredProperties": list(kind.required),
        "searchableProperties": [],
        "secondaryDisplayProperties": [],
        "primaryDisplayProperty": kind.required[0] if kind.required else "hs_object_id",
        "properties": [_described(found) for found in kind.live.values()],
        "associations": [
            {
                "id": str(labels.unlabelled(kind, other)[1]),
                "fromObjectTypeId": kind.id,
                "toObjectTypeId": other.id,
                "name": f"{kind.singular}_to_{other.singular}",
            }
            for other in others
        ],
        "archived": False,
        "createdAt": iso(portal.clock.now()),
        "updatedAt": iso(portal.clock.now()),
    }


def _schemas(asked: Asked) -> Reply:
    return 200, {"results": [_schema(asked.portal, kind) for kind in asked.portal.types.values() if not kind.own]}


def _one_schema(asked: Asked) -> Reply:
    try:
        return 200, _schema(asked.portal, asked.kind)
    except Declined as declined:
        raise not_found(declined.message) from declined


def _new_schema(asked: Asked) -> Reply:
    body, portal = asked.mapping(), asked.portal
    name = str(body.get("name") or "")
    if not _NAME.fullmatch(name) or any(name in kind.names for kind in portal.types.values()):
        raise invalid(f"The object name {name} is not valid or is taken")
    number = 130_001 + sum(not kind.own for kind in portal.types.values())
    kind = custom(name, number, portal.org.portal_id, (), *(body.get("requiredProperties") or ()))
    for one in body.get("properties") or ():
        made = _wanted(portal, kind, {"groupName": kind.group, **one})
        kind.properties[made.name] = made
    portal.types[name], portal.items[name] = kind, {}
    return 201, _schema(portal, kind)


PROPERTIES, SCHEMAS = "/crm/v3/properties/{object}", "/crm-object-schemas/v3/schemas"
WAYS = (
    Way("GET", PROPERTIES + "/groups", _groups, reading),
    Way("GET", PROPERTIES, _list, reading),
    Way("POST", PROPERTIES, _create, defining),
    Way("GET", PROPERTIES + "/{name}", _read, reading),
    Way("PATCH", PROPERTIES + "/{name}", _update, defining),
    Way("DELETE", PROPERTIES + "/{name}", _archive, defining),
    Way("GET", SCHEMAS, _schemas, always("crm.schemas.custom.read")),
    Way("POST", SCHEMAS, _new_schema, always("crm.schemas.custom.write")),
    Way("GET", SCHEMAS + "/{object}", _one_schema, always("crm.schemas.custom.read")),
)
