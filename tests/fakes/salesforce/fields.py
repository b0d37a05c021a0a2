"""Fields and objects of an org, and how ``describe`` tells of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.salesforce.errors import Json

SOAP = {
    "boolean": "xsd:boolean",
    "datetime": "xsd:dateTime",
    "date": "xsd:date",
    "double": "xsd:double",
    "int": "xsd:int",
}
LONG_TEXT = 255  # longer text areas can be read and written, but not filtered or sorted by


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. ``length`` is in characters, or in bytes of UTF-8 with ``in_bytes``; 0 is without a limit."""

    name: str
    kind: str = "string"
    length: int = 0
    in_bytes: bool = False
    create: bool = True
    update: bool = True
    required: bool = False
    default: Any = None
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    lookup_key: bool = False
    master: bool = False
    """The row belongs to the one referred to, and goes when that goes."""
    numbered: bool = False
    """The vendor fills it with a number."""

    @property
    def filterable(self) -> bool:
        """Say whether a query may filter by it."""
        return self.kind != "base64" and not (self.kind == "textarea" and self.length > LONG_TEXT)

    @property
    def indexed(self) -> bool:
        """Say whether the database keeps an index of it."""
        return self.external_id or self.unique or self.lookup_key or self.kind in ("reference", "email", "phone")

    def index_key(self, value: Any) -> Any:  # noqa: ANN401 - a field's value is any JSON scalar
        """Return under what a value is found: upper and lower case differ only where the field says so."""
        return value.casefold() if isinstance(value, str) and not self.exact else value

    @property
    def exact(self) -> bool:
        """Say whether upper and lower case are two things here."""
        return self.case_sensitive or self.kind in ("id", "reference", "datetime", "date")

    def described(self) -> Json:
        """Return what describe says of it."""
        return {
            "name": self.name,
            "label": self.name.removesuffix("__c").replace("_", " "),
            "type": self.kind,
            "length": self.length,
            "byteLength": self.length * (1 if self.in_bytes else 3),
            "custom": self.name.endswith("__c"),
            "createable": self.create,
            "updateable": self.update,
            "nillable": not self.required,
            "defaultedOnCreate": self.default is not None or not self.create,
            "defaultValue": self.default,
            "referenceTo": list(self.refers_to),
            "relationshipName": self.relationship,
            "picklistValues": [_picklist_value(value, self.default) for value in self.values],
            "restrictedPicklist": self.restricted,
            "externalId": self.external_id,
            "unique": self.unique,
            "caseSensitive": self.case_sensitive,
            "idLookup": self.external_id or self.lookup_key or self.kind == "id",
            "filterable": self.filterable,
            "sortable": self.filterable,
            "groupable": self.filterable,
            "autoNumber": self.numbered or self.name == "CaseNumber",
            "cascadeDelete": self.master,
            "calculated": False,
            "nameField": self.name in ("Name", "CaseNumber", "Subject"),
            "permissionable": self.create and not self.required,
            "deprecatedAndHidden": False,
            "soapType": SOAP.get(self.kind, "tns:ID" if self.kind in ("id", "reference") else "xsd:string"),
        }


def _picklist_value(value: str, default: object) -> Json:
    """Return one value of a picklist."""
    return {"active": True, "defaultValue": value == default, "label": value, "validFor": None, "value": value}


@dataclass(slots=True, kw_only=True)
class SObject:
    """One object: its prefix of ids, and its fields by name."""

    name: str
    prefix: str
    fields: dict[str, Field] = field(default_factory=dict)
    mergeable: bool = False
    updateable: bool = True
    createable: bool = True
    tooling: bool = False
    """Known to the Tooling API only."""
    hidden: set[str] = field(default_factory=set)
    """Fields that exist and that nobody was given the right to see: as after their creation by an interface."""

    def visible(self) -> list[Field]:
        """Return the fields that the integration user sees."""
        return [known for known in self.fields.values() if known.name not in self.hidden]

    def field(self, name: str) -> Field | None:
        """Return a field by its name in any case; the vendor's names do not tell case."""
        known = self.fields.get(name) or next(
            (f for f in self.fields.values() if f.name.casefold() == name.casefold()), None
        )
        return known if known and known.name not in self.hidden else None

    def by_relationship(self, name: str) -> Field | None:
        """Return the reference that is followed by ``name``."""
        return next(
            (f for f in self.visible() if f.relationship and f.relationship.casefold() == name.casefold()), None
        )

    def outline(self, version: str) -> Json:
        """Return what the global describe says of it."""
        address = f"/services/data/v{version}/sobjects/{self.name}"
        flags = dict.fromkeys(
            ("queryable", "retrieveable", "replicateable", "layoutable", "searchable", "undeletable"), True
        )
        return {
            **flags,
            "name": self.name,
            "label": self.name.removesuffix("__c").replace("_", " "),
            "keyPrefix": self.prefix,
            "custom": self.name.endswith("__c"),
            "createable": self.createable,
            "updateable": self.updateable,
            "deletable": self.createable,
            "mergeable": self.mergeable,
            "urls": {"sobject": address, "describe": f"{address}/describe", "rowTemplate": f"{address}/{{ID}}"},
        }


def text(name: str, length: int = LONG_TEXT, **more: Any) -> Field:  # noqa: ANN401 - any of a field's marks
    """Return a line of text."""
    return Field(name=name, length=length, **more)


def area(name: str, length: int = 32_000, **more: Any) -> Field:  # noqa: ANN401 - any of a field's marks
    """Return a text of several lines."""
    return Field(name=name, kind="textarea", length=length, **more)


def typed(kind: str, name: str, length: int = 0, **more: Any) -> Field:  # noqa: ANN401 - any of a field's marks
    """Return a field of another kind."""
    return Field(name=name, kind=kind, length=length, **more)


def choice(name: str, *values: str, **more: Any) -> Field:  # noqa: ANN401 - any of a field's marks
    """Return a picklist; unless it is restricted, the interface takes other values as well."""
    return Field(name=name, kind="picklist", length=LONG_TEXT, values=values, **more)


def yes_no(name: str, **more: Any) -> Field:  # noqa: ANN401 - any of a field's marks
    """Return a checkbox."""
    return Field(name=name, kind="boolean", **{"default": False, **more})


def ref(name: str, *refers_to: str, **more: Any) -> Field:  # noqa: ANN401 - any of a field's marks
    """Return a reference, followed by the name without Id, or with ``__r`` for one made by the organisation."""
    followed = name.removesuffix("__c") + "__r" if name.endswith("__c") else name.removesuffix("Id")
    return Field(name=name, kind="reference", length=18, refers_to=refers_to, **{"relationship": followed, **more})


def number(name: str = "Name") -> Field:
    """Return a name that the vendor gives by counting."""
    return text(name, 80, numbered=True, required=True, create=False, update=False)


def master(name: str, refers_to: str) -> Field:
    """Return a reference to the row that this one belongs to."""
    return ref(name, refers_to, master=True, required=True, update=False)


def made_by_system(fields: Sequence[Field]) -> list[Field]:
    """Return fields as the interface only reads them."""
    return [replace(known, create=False, update=False) for known in fields]


def key_field(name: str, **more: Any) -> Field:  # noqa: ANN401 - any of a field's marks
    """Return an external id that is unique and tells upper from lower case."""
    return text(name, **{"external_id": True, "unique": True, "case_sensitive": True, **more})
