"""Create the key fields by the Tooling API; what it cannot make is in the package that comes with this adapter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from adapters.salesforce.errors import Declined
from adapters.salesforce.org import NO_SOCIAL, SOCIAL
from adapters.salesforce.wording import refusal
from bridge.errors import ConfigError
from bridge.nouns import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.salesforce.org import Org
    from bridge.nouns import KeyField

PACKAGE = Path(__file__).parent / "package"
"""Source format: the object of messages, key fields, tags, and the permission set."""
LENGTH = 64
PERMISSION_SET = "Casebridge"
_DEPLOY = f"cd {PACKAGE} && sf project deploy start --source-dir source, then assign the permission set Casebridge to the integration user"
_DEPLOY_SOCIAL = f"cd {PACKAGE} && sf project deploy start --source-dir social, then assign the permission set Casebridge Social, too"


def prepare(org: Org, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:
    """Return a step for each key field, in order."""
    return [_step(org, each, dry_run=dry_run) for each in wanted]


def _step(org: Org, wanted: KeyField, *, dry_run: bool) -> Step:
    name = f"{wanted.object}.{wanted.field}"
    deploy = _DEPLOY_SOCIAL if wanted.object in SOCIAL else _DEPLOY
    by_hand = (
        f"Setup > Object Manager > {wanted.object} > Fields & Relationships > New: Text({LENGTH}), API name"
        f" {wanted.field}, tick Unique and External ID, visible for the permission set Casebridge; or deploy: {deploy}"
    )
    try:
        described = org.describe(wanted.object)
    except ConfigError:
        manual = NO_SOCIAL if wanted.object in SOCIAL else f"Deploy the package: {deploy}."
        return Step(f"there is no object {wanted.object}", done=False, manual=manual)
    field = next((each for each in described["fields"] if each["name"] == wanted.field), None)
    if field is not None and field.get("unique"):
        return Step(f"{name} is there", done=True)
    if field is not None:
        return Step(f"{name} is there but not unique", done=False, manual=f"Tick Unique and External ID: {by_hand}.")
    if not wanted.field.endswith("__c"):
        return Step(
            f"{name} is no custom field", done=False, manual="Name a field that ends in __c as key in the mapping."
        )
    if dry_run:
        return Step(f"create {name}: Text({LENGTH}), unique, external id", done=False)
    return _created(org, wanted, by_hand)


def _created(org: Org, wanted: KeyField, by_hand: str) -> Step:
    name = f"{wanted.object}.{wanted.field}"
    marks = {"type": "Text", "length": LENGTH, "unique": True, "externalId": True, "caseSensitive": False}
    label = {"label": wanted.field.removesuffix("__c").replace("_", " ")}
    try:
        org.client.json("POST", "tooling/sobjects/CustomField", json={"FullName": name, "Metadata": {**label, **marks}})
        _grant(org, wanted)
    except Declined as error:
        reason = refusal(error.faults[0], wanted.object).reason
        return Step(f"{name} could not be created: {reason}", done=False, manual=f"{by_hand}.")
    org.forget()
    if org.has(wanted.object, wanted.field):
        return Step(f"created {name}", done=True)
    seen = f"Let the integration user see {name}: {_DEPLOY}."
    return Step(f"created {name}, which the integration user does not see yet", done=False, manual=seen)


def _grant(org: Org, wanted: KeyField) -> None:
    """Let the permission set see and fill the field, where it is deployed already."""
    sets = org.client.rows(f"SELECT Id FROM PermissionSet WHERE Name = '{PERMISSION_SET}'")  # noqa: S608 - our own name
    rights = {"SobjectType": wanted.object, "Field": f"{wanted.object}.{wanted.field}"}
    marks = {"PermissionsRead": True, "PermissionsEdit": True}
    for row in sets:
        org.client.json("POST", "sobjects/FieldPermissions", json={"ParentId": row["Id"], **rights, **marks})
