"""Later deliveries: by id, after reading what is there; only what differs is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.http import attaching, jobs
from adapters.http.answer_model import Means
from adapters.http.answers import Declined
from adapters.http.cursors import written
from bridge.errors import Transient
from bridge.mapping import verbs
from bridge.nouns import Ended, Refusal, Written

if TYPE_CHECKING:
    from adapters.http.objects import View
    from adapters.http.tool import Standing, Tool
    from bridge.nouns import Json, Outcome, Record, Reference


def update(tool: Tool, view: View, record: Record) -> Outcome:
    """Bring a record up to date."""
    try:
        return _update(tool, view, record)
    except Declined as declined:
        if declined.problem.means is not Means.STALE:
            raise
    try:
        return _update(tool, view, record)
    except Declined as declined:
        if declined.problem.means is Means.STALE:
            raise Transient(declined.problem.sentence) from declined
        raise


def complete(tool: Tool, view: View, record: Record) -> None:
    """Set what a new record could not begin with."""
    there = tool.read(view, record.ref, record.parent) if view.call("read") else None
    _sent(tool, view, record, there, dict(record.fields))


def _update(tool: Tool, view: View, record: Record) -> Outcome:
    if not (view.call("read") or view.call("within")):
        return _sent(tool, view, record, None, dict(record.fields))
    there = tool.read(view, record.ref, record.parent)
    ended = _ended(tool, view, record, there)
    if ended is not None or there is None:
        return ended or Refusal("", code="not_found")
    changed = {
        name: value
        for name, value in record.fields.items()
        if not (name in record.fill_if_empty and not verbs.is_empty(view.present(there.row).get(name)))
        and not view.same(name, there.row, value)
    }
    outcome = _sent(tool, view, record, there, changed) if changed else _written(view, record.ref)
    attaching.missing(tool, view, record, there)
    return outcome


def _sent(
    tool: Tool, view: View, record: Record, there: Standing | None, changed: dict[str, Json | Reference]
) -> Outcome:
    call = view.call("update")
    name = tool.client.manifest.name
    if call is None:
        return Refusal(f"{name} lets no {view.name} be changed.", next(iter(changed), ""), "read_only")
    values = {
        "ref": record.ref,
        "key": record.key,
        "parent": record.parent,
        "thing": record.thing.value,
        "object": record.object,
        "fields": view.wire(changed, record.key),
        "present": there.row if there else {},
        "etag": there.etag if there else "",
        "idempotency_key": record.idempotency_key or record.key,
        "now": written(tool.clock.now(), call.asks.times),
        "fill_if_empty": sorted(record.fill_if_empty),
    }
    reply = tool.client.call(call, values, writing=True)
    if reply.job:
        return jobs.taken(view, reply, key=record.key, parent=record.parent, ref=record.ref)
    if view.says.verify and there is not None:
        after = tool.read(view, record.ref, record.parent)
        lost = next((each for each, value in changed.items() if after and not view.same(each, after.row, value)), "")
        if lost:
            return Refusal(f"{name} said yes and did not change {lost}.", lost, "left_out")
    return _written(view, record.ref)


def _ended(tool: Tool, view: View, record: Record, there: Standing | None) -> Refusal | None:
    name = tool.client.manifest.name
    if there is None:
        code = "not_found" if view.call("read") else Ended.DELETED
        return Refusal(f"{name} has no {view.name} {record.ref}, or does not show it to us.", code=code)
    if there.deleted:
        return Refusal(f"{view.name} {record.ref} was deleted in {name}.", code=Ended.DELETED)
    if there.merged_into:
        return Refusal(f"{view.name} {record.ref} was merged into {there.merged_into} in {name}.", code=Ended.MERGED)
    return None


def _written(view: View, ref: str) -> Written:
    return Written(ref, created=False, url=view.url(ref))
