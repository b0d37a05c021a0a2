"""Deploy a folder of metadata in source format, as ``sf project deploy start`` does: objects, fields, a permission set."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.fakes.salesforce.fields import number, text
from tests.fakes.salesforce.system import OWNER_OR_QUEUE, sobject
from tests.fakes.salesforce.tooling import KINDS, field_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.fields import SObject
    from tests.fakes.salesforce.org import Org

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
_NUMBERS = {"length", "precision", "scale", "visibleLines"}


def deploy(org: Org, folder: Path) -> list[str]:
    """Make what the folder describes; return the fields that no permission set of it lets anybody see."""
    for path in sorted(folder.rglob("*.object-meta.xml")):
        name = path.name.removesuffix(".object-meta.xml")
        if name.endswith("__c") and name not in org.objects:
            org.objects[name] = _object(org, name, path)
    unseen = []
    readable = set(_readable(folder))
    for path in sorted(folder.rglob("*.field-meta.xml")):
        known = org.objects[path.parent.parent.name]
        name = path.name.removesuffix(".field-meta.xml")
        metadata = _read(path)
        if metadata.get("type") not in KINDS:
            raise ValueError(f"{path.name}: no such type of field: {metadata.get('type')}")
        known.fields[name] = field = field_of(name, metadata)
        if f"{known.name}.{name}" not in readable and not field.required:
            known.hidden.add(name)
            unseen.append(f"{known.name}.{name}")
    return unseen


def _object(org: Org, name: str, path: Path) -> SObject:
    """Return a new object; one that is controlled by its parent has no owner."""
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    counted = root.findtext(f"{NAMESPACE}nameField/{NAMESPACE}type") == "AutoNumber"
    owner = [] if root.findtext(f"{NAMESPACE}sharingModel") == "ControlledByParent" else [OWNER_OR_QUEUE]
    return sobject(name, f"a{len(org.objects):02}", number() if counted else text("Name", 80), *owner)


def _readable(folder: Path) -> Iterator[str]:
    """Return the fields that the permission sets let their people edit."""
    for path in sorted(folder.rglob("*.permissionset-meta.xml")):
        for right in ET.parse(path).getroot().iter(f"{NAMESPACE}fieldPermissions"):  # noqa: S314 - our own file
            if right.findtext(f"{NAMESPACE}editable") == "true":
                yield right.findtext(f"{NAMESPACE}field") or ""


def _read(path: Path) -> Json:
    """Return a file's elements, numbers and truth values as such."""
    values: Json = {}
    for element in ET.parse(path).getroot():  # noqa: S314 - our own file
        name, text = element.tag.removeprefix(NAMESPACE), (element.text or "").strip()
        values[name] = int(text) if name in _NUMBERS else {"true": True, "false": False}.get(text, text)
    return values
