"""``/crm/v4/associations``: what belongs together, in batches and one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.nouns import Json
from tests.fakes.hubspot import associations, labels
from tests.fakes.hubspot.asked import Asked, Reply, Way
from tests.fakes.hubspot.errors import Declined, invalid
from tests.fakes.hubspot.times import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.fakes.hubspot.definitions import ObjectType
    from tests.fakes.hubspot.labels import Label
    from tests.fakes.hubspot.portal import Item

MOST_WRITTEN, MOST_READ = 2_000, 1_000
PAGE = 500


def _from(asked: Asked) -> ObjectType:
    return asked.portal.type(asked.path["object"])


def _to(asked: Asked) -> ObjectType:
    return asked.portal.type(asked.path["to"])


def _both(asked: Asked) -> str:
    """Return the scope of the object that the association starts from."""
    return _from(asked).write_scope


def _seeing(asked: Asked) -> str:
    return _from(asked).read_scope


def _inputs(asked: Asked, most: int) -> list[Mapping[str, Json]]:
    inputs = asked.mapping().get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise invalid("Invalid input JSON: inputs must not be empty")
    if len(inputs) > most:
        raise invalid(f"Batch request contains {len(inputs)} inputs, the maximum is {most}")
    return inputs


def _batch(asked: Asked, done: int, one_by_one: Callable[[Mapping[str, Json]], Json], most: int) -> Reply:
    """Do each input by itself: some may fail."""
    results, errors = list[Json](), list[Json]()
    for one in _inputs(asked, most):
        try:
            results.append(one_by_one(one))
        except Declined as declined:
            errors.append(declined.within_batch(""))
    now = iso(asked.portal.clock.now())
    body = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return done, body
    return 200 if asked.version >= "2026-09" else 207, body | {"numErrors": len(errors), "errors": errors}


def _side(asked: Asked, kind: ObjectType, one: Mapping[str, Json], name: str) -> Item:
    item_id = str((one.get(name) or {}).get("id", ""))
    found = asked.portal.standing(kind.name, item_id)
    if found is None:
        raise associations.absent(kind, item_id, name.upper())
    return found


def _linked(asked: Asked, one: Mapping[str, Json], wanted: list[Label]) -> tuple[Item, Item]:
    """Associate the two records of one input."""
    source, target = _side(asked, _from(asked), one, "from"), _side(asked, _to(asked), one, "to")
    wishes = [associations.wish(asked.portal, _from(asked), _to(asked), target.id, label) for label in wanted]
    associations.grant(asked.portal, source, wishes)
    return source, target


def _create(asked: Asked) -> Reply:
    def one_by_one(one: Mapping[str, Json]) -> Json:
        wanted = _wanted(one.get("types") or ())
        source, target = _linked(asked, one, wanted)
        return _pair(asked, source, target, wanted)

    return _batch(asked, 201, one_by_one, MOST_WRITTEN)


def _wanted(specs: Iterable[Json]) -> list[Label]:
    wanted = [(str(spec.get("associationCategory")), int(spec.get("associationTypeId", 0))) for spec in specs]
    if not wanted:
        raise invalid("types must not be empty")
    return wanted


def _pair(asked: Asked, source: Item, target: Item, wanted: list[Label]) -> Json:
    names = asked.portal.labels.between(_from(asked), _to(asked))
    return {
        "fromObjectTypeId": _from(asked).id,
        "fromObjectId": source.id,
        "toObjectTypeId": _to(asked).id,
        "toObjectId": target.id,
        "labels": [names[label] for label in wanted if names[label]],
    }


def _create_default(asked: Asked) -> Reply:
    return _batch(asked, 200, lambda one: _default_pair(asked, one), MOST_WRITTEN)


def _default_pair(asked: Asked, one: Mapping[str, Json]) -> Json:
    if not labels.associable(_from(asked), _to(asked)):
        raise invalid(f"{_from(asked).name} and {_to(asked).name} cannot be associated")
    label = labels.unlabelled(_from(asked), _to(asked))
    source, target = _linked(asked, one, [label])
    spec = {"associationCategory": label[0], "associationTypeId": label[1]}
    return {"from": {"id": source.id}, "to": {"id": target.id}, "associationSpec": spec}


def _single_default(asked: Asked) -> Reply:
    one = {"from": {"id": asked.path["id"]}, "to": {"id": asked.path["other"]}}
    now = iso(asked.portal.clock.now())
    results = [_default_pair(asked, one)]
    return 200, {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}


def _single(asked: Asked) -> Reply:
    one = {"from": {"id": asked.path["id"]}, "to": {"id": asked.path["other"]}}
    wanted = _wanted(asked.body or ())
    source, target = _linked(asked, one, wanted)
    return 201, _pair(asked, source, target, wanted)


def _unlink(asked: Asked) -> Reply:
    asked.portal.unlink((_from(asked).name, asked.path["id"]), (_to(asked).name, asked.path["other"]))
    return 204, None


def _batch_unlink(asked: Asked) -> Reply:
    for one in _inputs(asked, MOST_WRITTEN):
        for to in one.get("to") or ():
            here = (_from(asked).name, str((one.get("from") or {}).get("id", "")))
            asked.portal.unlink(here, (_to(asked).name, str(to.get("id", ""))))
    return 204, None


def _read(asked: Asked) -> Reply:
    def one_by_one(one: Mapping[str, Json]) -> Json:
        item = asked.portal.standing(_from(asked).name, str(one.get("id", "")))
        rows, paging = _rows(asked, item, str(one.get("after") or "")) if item else ([], {})
        if item is None or not rows:
            raise _none(asked, str(one.get("id", "")))
        return {"from": {"id": str(one.get("id", ""))}, "to": rows, **paging}

    return _batch(asked, 200, one_by_one, MOST_READ)


def _none(asked: Asked, item_id: str) -> Declined:
    return Declined(
        404,
        "OBJECT_NOT_FOUND",
        f"No {_to(asked).singular} is associated with {_from(asked).singular} {item_id}.",
        "crm.associations.NO_ASSOCIATIONS_FOUND",
        {
            "fromObjectId": [item_id],
            "fromObjectType": [_from(asked).singular],
            "toObjectType": [_to(asked).singular],
        },
    )


def _rows(asked: Asked, item: Item, after: str) -> tuple[list[Json], dict[str, Json]]:
    """Return what a record is associated with, 500 at a time."""
    names = asked.portal.labels.between(_from(asked), _to(asked))
    start = int(after) if after.isdigit() else 0
    ids = asked.portal.linked((item.object, item.id), _to(asked).name)
    rows = [
        {
            "toObjectId": other,
            "associationTypes": [
                {"category": label[0], "typeId": label[1], "label": names.get(label) or None}
                for label in sorted(asked.portal.links[item.object, item.id][_to(asked).name, other])
            ],
        }
        for other in ids[start : start + PAGE]
    ]
    end = start + PAGE
    return rows, {"paging": {"next": {"after": str(end), "link": f"?after={end}"}}} if end < len(ids) else {}


def _list(asked: Asked) -> Reply:
    item = asked.portal.standing(_from(asked).name, asked.path["id"])
    if item is None:
        raise associations.absent(_from(asked), asked.path["id"], "FROM")
    rows, paging = _rows(asked, item, asked.query.get("after", ""))
    return 200, {"results": rows, **paging}


def _labels(asked: Asked) -> Reply:
    found = asked.portal.labels.between(_from(asked), _to(asked))
    return 200, {"results": [_spec(label, name) for label, name in found.items()]}


def _spec(label: Label, name: str) -> Json:
    return {"category": label[0], "typeId": label[1], "label": name or None}


def _new_label(asked: Asked) -> Reply:
    name = str(asked.mapping().get("label") or "")
    if not name or not asked.mapping().get("name"):
        raise invalid("label and name are required")
    there, back = asked.portal.labels.make(_from(asked), _to(asked), name)
    return 200, {"results": [_spec(there, name), _spec(back, name)]}


PAIR = "/crm/v4/associations/{object}/{to}"
ITEM = "/crm/v3/objects/{object}/{id}/associations"
WAYS = (
    Way("POST", PAIR + "/batch/create", _create, _both),
    Way("POST", PAIR + "/batch/associate/default", _create_default, _both),
    Way("POST", PAIR + "/batch/read", _read, _seeing),
    Way("POST", PAIR + "/batch/archive", _batch_unlink, _both),
    Way("GET", PAIR + "/labels", _labels, _seeing),
    Way("POST", PAIR + "/labels", _new_label, _both),
    Way("PUT", ITEM + "/default/{to}/{other}", _single_default, _both),
    Way("GET", ITEM + "/{to}", _list, _seeing),
    Way("PUT", ITEM + "/{to}/{other}", _single, _both),
    Way("DELETE", ITEM + "/{to}/{other}", _unlink, _both),
)
