"""First deliveries: look first, adopt what stands there, else create; nothing is overwritten."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.http import attaching, jobs, looking, templates, updating
from adapters.http.answer_model import Means
from adapters.http.answers import Declined, Uncertain
from adapters.http.cursors import written
from bridge.errors import Transient
from bridge.nouns import Ended, Refusal, Thing, Written

if TYPE_CHECKING:
    from adapters.http.client import Reply
    from adapters.http.manifest import Call
    from adapters.http.objects import View
    from adapters.http.tool import Standing, Tool
    from bridge.nouns import Found, Outcome, Record

_GONE = (Means.ABSENT, Means.DELETED, Means.MERGED, Means.REFUSED)


def create(tool: Tool, view: View, record: Record) -> Outcome:
    """Create a record, or adopt what stands under its key."""
    known = _known(tool, view, record)
    if known is not None:
        return known
    try:
        place = _case(tool, record.parent) if view.says.reads_case and record.parent else None
        if place is not None and place.deleted:
            return _buried(tool, record.parent)
        if place is not None and place.merged_into:
            place = _case(tool, place.merged_into)
        return _created(tool, view, record, place.ref if place else record.parent, place)
    except Declined as declined:
        if declined.problem.means is Means.DUPLICATE:
            found = looking.look(tool, view, {record.key: record.parent}).get(record.key)
            if found is not None:
                return _adopted(tool, view, record, found)
        if not record.parent or declined.problem.means not in _GONE:
            raise
        return _misplaced(tool, view, record, declined)


def _known(tool: Tool, view: View, record: Record) -> Outcome | None:
    """Return what is already there under the key, None if nothing is."""
    there, ref = looking.remembered(tool, view, record.key)
    if ref:
        if there is None and view.call("read") is not None:  # "not there" may as well be "not for you"
            said = f"{tool.client.manifest.name} has no {view.name} {ref} any more, or does not show it to us."
            return Refusal(said, code="not_found")
        if there is None or there.deleted:
            return Refusal(f"{view.name} {ref} was deleted in {tool.client.manifest.name}", code=Ended.DELETED)
        return _standing(tool, view, record, there)
    found = looking.look(tool, view, {record.key: record.parent}).get(record.key)
    return None if found is None else _adopted(tool, view, record, found)


def _adopted(tool: Tool, view: View, record: Record, found: Found) -> Outcome:
    tool.memory.add(view.name, record.key, found.ref, found.parent or record.parent)
    if found.deleted:
        return Refusal(f"{view.name} {found.ref} was deleted in {tool.client.manifest.name}", code=Ended.DELETED)
    if record.files and view.call("attach") is not None and not found.merged_into:
        there = tool.read(view, found.ref, found.parent or record.parent)
        return Written(found.ref, created=False) if there is None else _standing(tool, view, record, there)
    return Written(found.merged_into or found.ref, created=False, url=view.url(found.merged_into or found.ref))


def _standing(tool: Tool, view: View, record: Record, there: Standing) -> Outcome:
    ref = there.merged_into or there.ref
    if not there.merged_into:
        attaching.missing(tool, view, record, there)
    return Written(ref, created=False, url=view.url(ref))


def _created(tool: Tool, view: View, record: Record, parent: str, place: Standing | None = None) -> Outcome:
    call = view.call("create")
    if call is None:  # the model demands one
        message = f"{view.name} has no create"
        raise LookupError(message)
    now, after = _in_turn(view, record)
    files = attaching.uploaded(tool, view, parent, record.files)
    values = _values(tool, call, view, now, parent) | {"case": place.row if place else {}, "files": files}
    try:
        reply = tool.client.call(call, values, writing=True, files=record.files if call.asks.file else ())
    except Uncertain as lost:
        if view.says.repeatable:
            raise Transient(f"{lost} It is sent again under the same key.") from lost
        raise
    if reply.job:
        return jobs.taken(view, reply, key=record.key, parent=parent)
    ref = _ref(tool, view, call, reply, record)
    tool.memory.add(view.name, record.key, ref, parent)
    if after.fields:
        updating.complete(tool, view, replace(after, ref=ref, parent=parent))
    if view.says.verify and (wrong := _dropped(tool, view, record, ref, parent)):
        return wrong
    if view.call("attach") is not None:
        attaching.send(tool, view, ref, parent, record.files)
    return Written(ref, created=True, url=view.url(ref))


def _in_turn(view: View, record: Record) -> tuple[Record, Record]:
    """Return what a new record begins with, and what the tool takes only of one that stands."""
    later = {name: value for name, value in record.fields.items() if view.says.fields[name].later}
    first = {name: value for name, value in record.fields.items() if name not in later}
    return replace(record, fields=first), replace(record, fields=later)


def _values(tool: Tool, call: Call, view: View, record: Record, parent: str) -> dict[str, Any]:
    fields = view.wire(record.fields, record.key)
    if view.key_field and view.key_field not in record.fields:
        templates.merge(fields, view.wire({view.key_field: record.key}, record.key))
    return {
        "key": record.key,
        "thing": record.thing.value,
        "object": record.object,
        "fields": fields,
        "parent": parent,
        "idempotency_key": record.idempotency_key or record.key,
        "now": written(tool.clock.now(), call.asks.times),
    }


def _ref(tool: Tool, view: View, call: Call, reply: Reply, record: Record) -> str:
    """Return the id of what was made; a tool from which nothing can be read back knows it by our key."""
    row = reply.row(call)
    ref = reply.id_of_header(call) or (view.ref(row) if row is not None else "")
    if ref:
        return ref
    if not any(view.call(each) for each in ("read", "find", "changed", "within")):
        return record.key
    found = looking.look(tool, view, {record.key: record.parent}).get(record.key)
    if found is None:
        raise Uncertain(f"{tool.client.manifest.name} does not say what was made of it (id: {view.says.id}).")
    return found.ref


def _dropped(tool: Tool, view: View, record: Record, ref: str, parent: str) -> Refusal | None:
    """Read back what was made; a field that was left out is refused, and what stands without our key is taken away."""
    there = tool.read(view, ref, parent)
    if there is None:
        return None
    keyless = bool(view.key_field) and view.key(there.row) != record.key
    lost = next((name for name, value in record.fields.items() if not view.same(name, there.row, value)), "")
    if not keyless and not lost:
        return None
    removing = view.call("remove")
    taken = removing is not None
    if removing is not None:
        tool.client.call(removing, {"ref": ref, "parent": parent, "key": record.key}, writing=True)
    field = view.key_field if keyless else lost
    stands = "" if taken else f" {view.name} {ref} stands there without it: correct or delete it by hand."
    return Refusal(f"{tool.client.manifest.name} took the record and left out {field}.{stands}", field, "left_out")


def _misplaced(tool: Tool, view: View, record: Record, declined: Declined) -> Outcome:
    """Ask whether the case is still there; a message is put where a merge has led to."""
    there = _case(tool, record.parent)
    if there is not None and there.deleted:
        return _buried(tool, record.parent)
    if there is not None and there.merged_into:
        return _created(tool, view, record, there.merged_into)
    if there is None and declined.problem.means in (Means.ABSENT, Means.DELETED):
        return Refusal(f"there is no case {record.parent} in {tool.client.manifest.name}", "parent", "bad_reference")
    raise declined


def _case(tool: Tool, ref: str) -> Standing | None:
    places = tool.of(Thing.CASE)
    return tool.read(places[0], ref) if places and places[0].call("read") else None


def _buried(tool: Tool, ref: str) -> Refusal:
    return Refusal(f"the case {ref} was deleted in {tool.client.manifest.name}", "parent", Ended.DELETED)
