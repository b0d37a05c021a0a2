"""Properties of ours: the unique one that carries our key, and on tickets the two that amendments need and the one for the state of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.hubspot import paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.names import AMENDED, ANSWER, COMMUNICATIONS, CONTACTS, NOTES, TAGS, TEXT, TICKETS
from bridge.errors import AuthError
from bridge.nouns import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.hubspot.account import Account
    from bridge.nouns import KeyField

_GROUPS: Mapping[str, str] = {
    CONTACTS: "contactinformation",
    TICKETS: "ticketinformation",
    NOTES: "note",
    COMMUNICATIONS: "communication",
}
_BESIDE: Mapping[str, tuple[tuple[str, str], ...]] = {
    TICKETS: ((AMENDED, "Casebridge amendments"), (TAGS, "Casebridge tags"), (ANSWER, "Casebridge answer"))
}


def prepare(account: Account, wanted: Sequence[KeyField], *, dry_run: bool) -> list[Step]:
    """Return a step for each key field, done where it is there by now."""
    return [_step(account, each, dry_run=dry_run) for each in wanted]


def unique(account: Account, name: str, field: str) -> bool:
    """Tell whether a property is there and tells records apart."""
    try:
        return bool(account.client.get(paths.properties(name, field)).body.get("hasUniqueValue"))
    except Declined:
        return False


def _step(account: Account, wanted: KeyField, *, dry_run: bool) -> Step:
    name, field = wanted.object, wanted.field
    if not field:
        return Step(f"{name} carry our key as a mark in their text; nothing is to be created", done=True)
    fields = account.schemas.of(name).fields
    beside = [(each, label) for each, label in _BESIDE.get(name, ()) if each not in fields]
    if field in fields and not unique(account, name, field):
        manual = "Name another property as key: in the mapping; one that exists cannot be made unique."
        return Step(f"{name}.{field} is there but not unique", done=False, manual=manual)
    if field in fields and not beside:
        return Step(f"{name}.{field} is there", done=True)
    texts = [] if field in fields else [_property(name, field, "Casebridge key", unique_=True)]
    texts += [_property(name, each, label, unique_=False) for each, label in beside]
    called = ", ".join(f"{name}.{each['name']}" for each in texts)
    if dry_run:
        return Step(f"create {called}", done=False)
    return _create(account, name, texts, called)


def _create(account: Account, name: str, texts: Sequence[Mapping[str, Any]], called: str) -> Step:
    by_hand = f"In HubSpot: Settings > Properties > {name} > Create property, type single-line text, unique values."
    try:
        for each in texts:
            account.client.write(paths.properties(name), each)
    except Declined as declined:
        keyless = "Do without: write key: '' in the mapping, then our key is a mark in the text. Or, if the account allows it: "
        return Step(f"{called}: {declined}", done=False, manual=(keyless if name in TEXT else "") + by_hand)
    except AuthError as error:
        return Step(f"{called}: {error}", done=False, manual=by_hand)
    account.schemas.forget(name)
    return Step(f"created {called}", done=True)


def _property(name: str, field: str, label: str, *, unique_: bool) -> dict[str, Any]:
    return {
        "name": field,
        "label": label,
        "type": "string",
        "fieldType": "text" if unique_ else "textarea",
        "groupName": _GROUPS.get(name, name),
        "hasUniqueValue": unique_,
        "description": "Written by Casebridge; please leave it as it is.",
    }
