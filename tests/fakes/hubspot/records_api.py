"""``/crm/v3/objects``: one record at a time, and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.hubspot import associations, writing
from tests.fakes.hubspot.asked import Asked, Reply, Way, changing, reading
from tests.fakes.hubspot.errors import invalid, not_found
from tests.fakes.hubspot.rendering import associated, shown
from tests.fakes.hubspot.values import texts

if TYPE_CHECKING:
    from tests.fakes.hubspot.portal import Item


def _create(asked: Asked) -> Reply:
    body = asked.mapping()
    given = texts(body.get("properties") or {})
    wishes = associations.wishes(asked.portal, asked.kind, body.get("associations") or ())
    item = writing.create(
        asked.portal, asked.kind, given, asked.actor, lambda made: associations.grant(asked.portal, made, wishes)
    )
    return 201, shown(asked.portal, item, [*asked.kind.shown, *given])


def _read(asked: Asked) -> Reply:
    item = _archived(asked) if asked.flag("archived") else _standing(asked)
    answer = shown(asked.portal, item, asked.several("properties"), asked.several("propertiesWithHistory"))
    return 200, answer | associated(asked.portal, item, asked.several("associations"))


def _standing(asked: Asked) -> Item:
    return writing.by_id(asked.portal, asked.kind, asked.path["id"], asked.query.get("idProperty", ""))


def _archived(asked: Asked) -> Item:
    item = asked.portal.items[asked.kind.name].get(asked.path["id"])
    if item is None or item.archived_at is None:
        raise not_found("resource not found")
    return item


def _update(asked: Asked) -> Reply:
    given = texts(asked.mapping().get("properties") or {})
    item = writing.update(asked.portal, asked.kind, _standing(asked), given, asked.actor)
    return 200, shown(asked.portal, item, [*asked.kind.shown, *given])


def _archive(asked: Asked) -> Reply:
    found = asked.portal.items[asked.kind.name].get(asked.path["id"])
    if found is not None and found.archived_at is None:
        writing.archive(asked.portal, found, asked.actor)
    return 204, None


def _list(asked: Asked) -> Reply:
    history = asked.several("propertiesWithHistory")
    limit = asked.limit(50 if history else 100)
    archived = asked.flag("archived")
    after = int(asked.query.get("after") or 0)
    items = [
        item
        for item in asked.portal.items[asked.kind.name].values()
        if int(item.id) >= after and (item.archived_at is not None) is archived
    ]
    names, linked = asked.several("properties"), asked.several("associations")
    rows = [
        shown(asked.portal, item, names, history) | associated(asked.portal, item, linked) for item in items[:limit]
    ]
    more = {"paging": {"next": {"after": items[limit].id, "link": "?"}}} if len(items) > limit else {}
    return 200, {"results": rows, **more}


def _merge(asked: Asked) -> Reply:
    body = asked.mapping()
    primary, other = (str(body.get(name, "")) for name in ("primaryObjectId", "objectIdToMerge"))
    if not primary or not other:
        raise invalid("primaryObjectId and objectIdToMerge are required")
    winner, loser = (writing.by_id(asked.portal, asked.kind, one) for one in (primary, other))
    return 200, shown(asked.portal, writing.merge(asked.portal, asked.kind, winner, loser, asked.actor))


def _purge(asked: Asked) -> Reply:
    body = asked.mapping()
    kind = asked.portal.types["contacts"]
    item = writing.by_id(asked.portal, kind, str(body.get("objectId", "")), body.get("idProperty") or "")
    writing.purge(asked.portal, item, asked.actor)
    return 204, None


ALL, ONE = "/crm/v3/objects/{object}", "/crm/v3/objects/{object}/{id}"
WAYS = (
    Way("POST", ALL + "/merge", _merge, changing),
    Way("POST", "/crm/v3/objects/{object}/gdpr-delete", _purge, changing),
    Way("POST", ALL, _create, changing),
    Way("GET", ALL, _list, reading),
    Way("GET", ONE, _read, reading),
    Way("PATCH", ONE, _update, changing),
    Way("DELETE", ONE, _archive, changing),
)
