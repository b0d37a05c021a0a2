"""Creating, changing, archiving and merging records, as any of HubSpot's ways in does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.hubspot.errors import Problem, invalid, invalid_values, not_found, required
from tests.fakes.hubspot.portal import Actor, Item, Portal
from tests.fakes.hubspot.times import iso
from tests.fakes.hubspot.values import acceptable
from tests.fakes.hubspot.workflows import after_write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.fakes.hubspot.definitions import ObjectType


def create(
    portal: Portal,
    kind: ObjectType,
    given: Mapping[str, str],
    actor: Actor,
    linking: Callable[[Item], None] = lambda _: None,
) -> Item:
    """Create a record; ``linking`` associates it before automations look. Raises ``Declined``, and then did nothing."""
    stored = check_new(portal, kind, given)
    now = portal.clock.now()
    item = Item(object=kind.name, id=portal.number(), created_at=now, updated_at=now)
    linking(item)
    portal.items[kind.name][item.id] = item
    portal.put(item, {**_birth(kind, item, actor), **stored, **_closing(portal, kind, stored)}, actor)
    portal.tell("creation", item, actor)
    after_write(portal, item, stored)
    return item


def update(portal: Portal, kind: ObjectType, item: Item, given: Mapping[str, str], actor: Actor) -> Item:
    """Change a record; raises ``Declined``, and then did nothing."""
    stored = check_change(portal, kind, item, given)
    changed = {name: value for name, value in stored.items() if item.properties.get(name, "") != value}
    portal.put(item, {**stored, **_closing(portal, kind, changed)}, actor)
    for name, value in changed.items():
        portal.tell("propertyChange", item, actor, propertyName=name, propertyValue=value)
    after_write(portal, item, changed)
    return item


def check_new(portal: Portal, kind: ObjectType, given: Mapping[str, str]) -> dict[str, str]:
    """Return what a new record would hold; raises ``Declined``."""
    values = {**_defaults(kind), **given}
    missing = [name for name in kind.required if not values.get(name)]
    if missing:
        raise required(kind.singular, missing)
    return acceptable(portal, kind, values, None)


def check_change(portal: Portal, kind: ObjectType, item: Item, given: Mapping[str, str]) -> dict[str, str]:
    """Return what a record would be changed to; raises ``Declined``."""
    portal.check_lock(kind.name, item.id)
    stored = acceptable(portal, kind, given, item)
    emptied = [name for name in kind.required if stored.get(name) == ""]
    if emptied:
        problems = [Problem(name, f"{name} is required", "REQUIRED_PROPERTY") for name in emptied]
        raise invalid_values(portal.org.portal_id, problems)
    return stored


def archive(portal: Portal, item: Item, actor: Actor) -> None:
    """Put a record into the bin."""
    portal.check_lock(item.object, item.id)
    portal.forget(item)
    item.archived_at = portal.clock.now()
    portal.index(item)
    portal.tell("deletion", item, actor)


def purge(portal: Portal, item: Item, actor: Actor) -> None:
    """Delete a contact for good, and never take its e-mail addresses again."""
    portal.blocked_emails |= {item.properties.get("email", "").casefold(), *item.emails} - {""}
    archive(portal, item, actor)
    del portal.items[item.object][item.id]
    portal.tell("privacyDeletion", item, actor)


def merge(portal: Portal, kind: ObjectType, winner: Item, loser: Item, actor: Actor) -> Item:
    """Merge two records: the winner's values win, everything associated moves, old ids lead to the survivor."""
    if winner is loser:
        raise invalid("Cannot merge a record with itself")
    portal.check_lock(kind.name, winner.id)
    merged = _reborn(portal, kind, winner, actor) if portal.org.merge_makes_new else winner
    taken = {
        name: value
        for name, value in loser.properties.items()
        if value and not winner.properties.get(name) and not kind.properties[name].read_only
    }
    _retire(portal, loser, merged)
    email = loser.properties.get("email", "") if kind.name == "contacts" else ""
    portal.put(merged, {**taken, **_merge_marks(winner, loser, email)}, actor)
    for further in {email, *loser.emails, *winner.emails} - {"", merged.properties.get("email", "")}:
        merged.emails.add(further)
        portal.unique["contacts", "email", further.casefold()] = merged.id
    portal.tell("merge", merged, actor, primaryObjectId=winner.id, mergedObjectIds=[loser.id], newObjectId=merged.id)
    return merged


def _reborn(portal: Portal, kind: ObjectType, winner: Item, actor: Actor) -> Item:
    """Give the survivor of a merge an id of its own."""
    now = portal.clock.now()
    merged = Item(object=kind.name, id=portal.number(), created_at=winner.created_at, updated_at=now)
    portal.items[kind.name][merged.id] = merged
    values = dict(winner.properties) | {"hs_object_id": merged.id}
    _retire(portal, winner, merged)
    portal.put(merged, values, actor)
    return merged


def _retire(portal: Portal, old: Item, survivor: Item) -> None:
    """Let a record go up in another."""
    portal.forget(old)
    old.archived_at = portal.clock.now()
    portal.index(old)
    portal.redirects[old.object, old.id] = survivor.id
    here, there = (old.object, old.id), (survivor.object, survivor.id)
    for other, labels in list(portal.links[here].items()):
        back = set(portal.links[other].get(here, ()))
        portal.unlink(here, other)
        if other != there:
            portal.links[there].setdefault(other, set()).update(labels)
            portal.links[other].setdefault(there, set()).update(back)


def _merge_marks(winner: Item, loser: Item, email: str) -> dict[str, str]:
    ids = [*winner.properties.get("hs_merged_object_ids", "").split(";"), winner.id, loser.id]
    marks = {"hs_merged_object_ids": ";".join(filter(None, ids))}
    if email and winner.properties.get("email"):
        marks["hs_additional_emails"] = ";".join(filter(None, [winner.properties.get("hs_additional_emails"), email]))
    return marks


def by_id(portal: Portal, kind: ObjectType, item_id: str, id_property: str = "") -> Item:
    """Return a standing record by its id or a unique property; raises ``Declined``."""
    if id_property and id_property != "hs_object_id":
        check_unique_property(kind, id_property)
        found = portal.holder(kind.name, id_property, item_id)
    else:
        found = portal.standing(kind.name, item_id) if item_id.isdigit() else None
    if found is None:
        raise not_found(f"Object not found.  objectId are usually numeric. {kind.name} {item_id}", ids=[item_id])
    return found


def check_unique_property(kind: ObjectType, name: str) -> None:
    """Refuse what cannot tell records apart; raises ``Declined``."""
    found = kind.live.get(name)
    if found is None or not found.unique:
        raise invalid(f"Property '{name}' is not a unique property of {kind.name}", propertyName=[name])


def _defaults(kind: ObjectType) -> dict[str, str]:
    return {"hs_pipeline": "0"} if kind.name == "tickets" else {}


def _birth(kind: ObjectType, item: Item, actor: Actor) -> dict[str, str]:
    created = iso(item.created_at)
    return {
        "hs_object_id": item.id,
        kind.created: created,
        "hs_createdate": created,
        "hs_object_source": actor.source,
        "hs_object_source_id": actor.id,
        "hs_created_by_user_id": str(actor.user or ""),
    }


def _closing(portal: Portal, kind: ObjectType, changed: Mapping[str, str]) -> dict[str, str]:
    """Return the time of closing when a ticket enters or leaves a closed stage."""
    stage = changed.get("hs_pipeline_stage", "")
    if kind.name != "tickets" or not stage or "closed_date" in changed:
        return {}
    closed = any(one.closed for pipeline in portal.pipelines.values() for one in pipeline.stages if one.id == stage)
    return {"closed_date": iso(portal.clock.now()) if closed else ""}
