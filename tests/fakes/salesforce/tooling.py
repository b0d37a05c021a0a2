"""Tooling API, as far as a field is made through it: the field exists then, and nobody sees it until a right is granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.salesforce.errors import ApiError, Json
from tests.fakes.salesforce.fields import Field
from tests.fakes.salesforce.protocol import ROUTES, Call, Reply

if TYPE_CHECKING:
    from tests.fakes.salesforce.state import State

KINDS = {
    "Text": "string",
    "LongTextArea": "textarea",
    "TextArea": "textarea",
    "Checkbox": "boolean",
    "Number": "double",
    "DateTime": "datetime",
    "Date": "date",
    "Url": "url",
    "Email": "email",
    "Phone": "phone",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "Picklist": "picklist",
}


@ROUTES.at("POST", "tooling/sobjects/CustomField")
def create_field(state: State, call: Call) -> Reply:
    """Make a field."""
    body = call.object()
    named, _, name = str(body.get("FullName", "")).partition(".")
    sobject = state.world.org.sobject(named)
    metadata = body.get("Metadata", {})
    if sobject is None or not name.endswith("__c"):
        raise ApiError(
            "INVALID_CROSS_REFERENCE_KEY",
            f"Cannot create a field {body.get('FullName')}: no such object, or no name that ends in __c",
        )
    if metadata.get("type") not in KINDS or not metadata.get("label"):
        raise ApiError("FIELD_INTEGRITY_EXCEPTION", "Metadata needs a label and a known type", ["Metadata"])
    if name in sobject.fields:
        raise ApiError(
            "DUPLICATE_DEVELOPER_NAME", f"There is already a field named {name.removesuffix('__c')} on {sobject.name}."
        )
    if metadata["type"] == "Text" and not metadata.get("length"):
        raise ApiError("FIELD_INTEGRITY_EXCEPTION", "Can not specify a text field without a length", ["Metadata"])
    sobject.fields[name] = field_of(name, metadata)
    sobject.hidden.add(name)
    return Reply(
        {"id": f"00NCb{state.number():010}AAA", "success": True, "errors": [], "warnings": [], "infos": []}, 201
    )


def field_of(name: str, metadata: Json) -> Field:
    """Return the field that metadata describes."""
    target = metadata.get("referenceTo")
    relation = f"{name.removesuffix('__c')}__r" if target else None
    belongs = metadata["type"] == "MasterDetail"
    return Field(
        name=name,
        kind=KINDS[metadata["type"]],
        length=int(metadata.get("length") or (18 if target else 255 if metadata["type"] in ("Url", "TextArea") else 0)),
        external_id=metadata.get("externalId", False),
        unique=metadata.get("unique", False),
        case_sensitive=metadata.get("caseSensitive", False),
        required=metadata.get("required", False) or belongs,
        update=not belongs,
        master=belongs,
        default=False if metadata["type"] == "Checkbox" else None,
        refers_to=(target,) if target else (),
        relationship=relation,
    )
