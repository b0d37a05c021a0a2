"""``/crm/v3/objects/{object}/batch``: up to 100 at once, where a part may fail.

Writing is all or nothing, unless every input has an ``objectWriteTraceId`` of its own: then what can be done is done
and the rest is told in ``errors``. Results come in any order. Dated versions from 2026-09 on answer 200 also then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

from bridge.nouns import Json
from tests.fakes.hubspot import associations, writing
from tests.fakes.hubspot.asked import Asked, Reply, Way, changing, reading
from tests.fakes.hubspot.errors import Declined, invalid, not_found
from tests.fakes.hubspot.rendering import shown
from tests.fakes.hubspot.times import iso
from tests.fakes.hubspot.values import texts

if TYPE_CHECKING:
    from tests.fakes.hubspot.portal import Item

MOST, MOST_WITH_HISTORY = 100, 50
Commit = Callable[[], "Json"]
Step = Callable[[Asked, Mapping[str, "Json"]], Commit]
"""Check one input, and return what does it."""


def _inputs(asked: Asked) -> list[Mapping[str, Json]]:
    """Return the inputs; raises ``Declined`` for none or too many."""
    inputs = asked.mapping().get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise invalid("Invalid input JSON: inputs must not be empty")
    if len(inputs) > MOST:
        raise invalid(f"Batch request contains {len(inputs)} inputs, the maximum is {MOST}")
    return inputs


def _check_twice(inputs: Sequence[Mapping[str, Json]]) -> None:
    """Refuse a batch that writes the same record twice; raises ``Declined``."""
    ids = [str(one["id"]).casefold() for one in inputs if "id" in one]
    twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        raise invalid(f"Duplicate IDs found in batch input: {twice}. IDs must be unique", ids=twice)


def _written(asked: Asked, step: Step, done: int) -> Reply:
    inputs = _inputs(asked)
    _check_twice(inputs)
    traces = [str(one.get("objectWriteTraceId") or "") for one in inputs]
    if not all(traces) or len(set(traces)) < len(traces):
        return _answer(asked, _all_or_none(asked, step, inputs), [], done)
    results, errors = list[Json](), list[Json]()
    for number, (one, trace) in enumerate(zip(inputs, traces, strict=True)):
        try:
            _partial_fault(asked, number)
            results.append(step(asked, one)() | {"objectWriteTraceId": trace})
        except Declined as declined:
            errors.append(declined.within_batch(trace))
    return _answer(asked, results, errors, done)


def _all_or_none(asked: Asked, step: Step, inputs: Sequence[Mapping[str, Json]]) -> list[Json]:
    """Do all inputs; raises ``Declined`` for the first that cannot be done, and then none was."""
    commits = [step(asked, one) for one in inputs]
    unique = [name for name, found in asked.kind.live.items() if found.unique]
    for name in unique:
        values = [str(one.get("properties", {}).get(name) or "").casefold() for one in inputs]
        held = [value for value in values if value]
        if len(set(held)) < len(held):
            raise Declined(409, "CONFLICT", f"Two inputs of the batch have the same {name}.")
    return [commit() for commit in commits]


def _partial_fault(asked: Asked, number: int) -> None:
    """Fail each third input of a call that met the fault ``partial``."""
    if asked.fault == "partial" and number % 3 == 0:
        raise Declined(500, "INTERNAL_ERROR", "There was a problem with the request.")


def _answer(asked: Asked, results: list[Json], errors: list[Json], done: int) -> Reply:
    now = iso(asked.portal.clock.now())
    Random(len(results)).shuffle(results)
    body = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return done, body
    return 200 if asked.version >= "2026-09" else 207, body | {"numErrors": len(errors), "errors": errors}


def _create_one(asked: Asked, one: Mapping[str, Json]) -> Commit:
    given = texts(one.get("properties") or {})
    wishes = associations.wishes(asked.portal, asked.kind, one.get("associations") or ())
    writing.check_new(asked.portal, asked.kind, given)

    def commit() -> Json:
        item = writing.create(
            asked.portal, asked.kind, given, asked.actor, lambda made: associations.grant(asked.portal, made, wishes)
        )
        return shown(asked.portal, item, [*asked.kind.shown, *given])

    return commit


def _update_one(asked: Asked, one: Mapping[str, Json]) -> Commit:
    given = texts(one.get("properties") or {})
    item = writing.by_id(asked.portal, asked.kind, str(one.get("id", "")), one.get("idProperty") or "")
    return _updating(asked, item, given)


def _upsert_one(asked: Asked, one: Mapping[str, Json]) -> Commit:
    name, value = str(one.get("idProperty") or ""), str(one.get("id", ""))
    if not name:
        raise invalid("idProperty is required for upserts")
    writing.check_unique_property(asked.kind, name)
    given = {name: value, **texts(one.get("properties") or {})}
    found = asked.portal.holder(asked.kind.name, name, value)
    if found is not None:
        commit = _updating(asked, found, _whole_row(asked, name, found) | given)
    else:
        commit = _create_one(asked, {"properties": given})
    return lambda: commit() | {"new": found is None}


def _updating(asked: Asked, item: Item, given: Mapping[str, str]) -> Commit:
    writing.check_change(asked.portal, asked.kind, item, given)

    def commit() -> Json:
        writing.update(asked.portal, asked.kind, item, given, asked.actor)
        return shown(asked.portal, item, [*asked.kind.shown, *given])

    return commit


def _whole_row(asked: Asked, name: str, found: Item) -> dict[str, str]:
    """Return what an upsert by e-mail blanks: everything that its input does not name."""
    if name != "email":
        return {}
    return {one: "" for one, kind in asked.kind.live.items() if not kind.read_only and found.properties.get(one)}


def _archive(asked: Asked) -> Reply:
    for one in _inputs(asked):
        found = asked.portal.items[asked.kind.name].get(str(one.get("id", "")))
        if found is not None and found.archived_at is None:
            writing.archive(asked.portal, found, asked.actor)
    return 204, None


def _read(asked: Asked) -> Reply:
    body = asked.mapping()
    id_property = body.get("idProperty") or ""
    if body.get("propertiesWithHistory") and len(body.get("inputs") or ()) > MOST_WITH_HISTORY:
        raise invalid(f"At most {MOST_WITH_HISTORY} inputs can be read with propertiesWithHistory")
    if id_property:
        writing.check_unique_property(asked.kind, id_property)
    results, absent = list[Json](), list[str]()
    for one in _inputs(asked):
        try:
            item = writing.by_id(asked.portal, asked.kind, str(one.get("id", "")), id_property)
        except Declined:
            absent.append(str(one.get("id", "")))
        else:
            names, history = body.get("properties") or (), body.get("propertiesWithHistory") or ()
            results.append(shown(asked.portal, item, names, history))
    return _answer(asked, results, [_absent(asked, absent)] if absent else [], 200)


def _absent(asked: Asked, ids: Sequence[str]) -> Json:
    message = f"Could not get some {asked.kind.singular.upper()} objects, they may be deleted or not exist. Check that ids are valid."
    return not_found(message, ids=list(ids)).within_batch("")


BATCH = "/crm/v3/objects/{object}/batch"
WAYS = (
    Way("POST", BATCH + "/create", lambda asked: _written(asked, _create_one, 201), changing),
    Way("POST", BATCH + "/read", _read, reading),
    Way("POST", BATCH + "/update", lambda asked: _written(asked, _update_one, 200), changing),
    Way("POST", BATCH + "/upsert", lambda asked: _written(asked, _upsert_one, 200), changing),
    Way("POST", BATCH + "/archive", _archive, changing),
)
