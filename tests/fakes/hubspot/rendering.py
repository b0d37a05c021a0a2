"""Records as HubSpot's answers show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.hubspot.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.nouns import Json
    from tests.fakes.hubspot.portal import Item, Portal, Value


def shown(
    portal: Portal,
    item: Item,
    names: Iterable[str] = (),
    history: Sequence[str] = (),
    *,
    values: dict[str, str] | None = None,
) -> dict[str, Json]:
    """Return a record with the properties asked for; those that it lacks are null, those that nobody has are left out."""
    kind = portal.types[item.object]
    held = item.properties if values is None else values
    wanted = [name for name in dict.fromkeys([*names, *_always(kind.shown, names)]) if name in kind.live]
    more: dict[str, Json] = {"archivedAt": iso(item.archived_at)} if item.archived_at else {}
    if history:
        more["propertiesWithHistory"] = {name: [_past(one) for one in item.history.get(name, ())] for name in history}
    return {
        "id": item.id,
        "properties": {name: held.get(name) or None for name in wanted},
        "createdAt": iso(item.created_at),
        "updatedAt": iso(item.updated_at),
        "archived": item.archived_at is not None,
        **more,
    }


def associated(portal: Portal, item: Item, names: Sequence[str]) -> dict[str, Json]:
    """Return the ``associations`` of a record that was asked for with them."""
    found: dict[str, Json] = {}
    for kind in (portal.type(name) for name in names):
        here = portal.types[item.object].singular
        ids = portal.linked((item.object, item.id), kind.name)
        rows = [{"id": one, "type": f"{here}_to_{kind.singular}"} for one in ids]
        found |= {kind.name: {"results": rows}} if rows else {}
    return {"associations": found} if found else {}


def _always(unasked: Sequence[str], names: Iterable[str]) -> Sequence[str]:
    """Return what is shown in any case: the standard ones when nothing was asked for, else the few of the system."""
    return unasked if not list(names) else ("hs_object_id", *[one for one in unasked if one.endswith("date")])


def _past(value: Value) -> dict[str, Json]:
    user = {"updatedByUserId": value.actor.user} if value.actor.user else {}
    return {
        "value": value.value,
        "timestamp": iso(value.at),
        "sourceType": value.actor.source,
        "sourceId": value.actor.id,
        **user,
    }
