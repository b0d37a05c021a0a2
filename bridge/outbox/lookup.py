"""Look before the first write, where an earlier one may have gone out under this or another key of the same cluster.

After a restore, and whenever another anchor of a customer or case may have been sent, the keys of all its anchors are
looked up; what is found is adopted, and brought up to date by id.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.keys import target_key
from bridge.nouns import Found, Presence, Thing
from bridge.outbox import claim as claims
from bridge.outbox.record import MERGED_FROM, OBJECT
from bridge.outbox.unsettled import unsure_until
from bridge.restored import restored_lately
from bridge.retry import reading
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.app import App
    from bridge.outbox.claim import Claim
    from bridge.outbox.run import Run

D = schema.delivery.c


@dataclass(slots=True)
class _Results:
    """What look-ups said of claims."""

    adopted: list[tuple[Claim, Found]] = field(default_factory=list)
    keys: dict[int, str] = field(default_factory=dict)
    """Delivery → key under which it was found."""
    objects: dict[int, str] = field(default_factory=dict)
    """Delivery → object as which it stands, where several are possible."""
    absent: list[Claim] = field(default_factory=list)
    unsure: list[Claim] = field(default_factory=list)


def look_up(run: Run, thing: str, claimed: Sequence[Claim]) -> list[Claim]:
    """Look up what may stand there already; return the claims that are still to be sent, in order."""
    asking = [claim for claim in claimed if claim.row.look_up and not claim.row.ref]
    if not asking or thing == "amendment":
        return list(claimed)
    with run.app.store.read() as connection:
        anchors = keys_of(connection, run.app, thing, asking)
        not_before = _not_before(connection, asking, run.app.clock.now())
    results = _find(run, thing, asking, anchors, not_before)
    if thing == Thing.MESSAGE:
        results.unsure += _said_later(claimed, results)
    _write(run, results)
    settled = {claim.id for claim in results.unsure} | {claim.id for claim, _ in results.adopted}
    return [claim for claim in claimed if claim.id not in settled]


def _said_later(claimed: Sequence[Claim], results: _Results) -> list[Claim]:
    """Return what was said after a message that may stand there already: it waits with that, and keeps its place behind it."""
    unsure = {claim.id for claim in results.unsure}
    there = {claim.id for claim, _ in results.adopted}
    cases: set[int | None] = set()
    later = []
    for claim in claimed:
        if claim.id in unsure:
            cases.add(claim.row.case_id)
        elif claim.row.case_id in cases and claim.id not in there:
            later.append(claim)
    return later


def keys_of(connection: Connection, app: App, thing: str, asking: Sequence[Claim]) -> dict[int, list[str]]:
    """Return for each claim the keys under which it may stand in the target: its own first."""
    keys: dict[int, list[str]] = {claim.id: [claim.row.key] for claim in asking}
    by_subject = {claim.row.subject_id: claim.id for claim in asking}
    for subject, anchor in _anchors(connection, thing, list(by_subject)):
        key = target_key(app.organisation, app.environment, anchor)
        if key not in keys[by_subject[subject]]:
            keys[by_subject[subject]].append(key)
    return keys


def _anchors(connection: Connection, thing: str, subjects: Sequence[int]) -> list[tuple[int, str]]:
    if thing == "case":
        resolved, message = schema.resolved.c, schema.message.c
        query = select(resolved.case_id, message.key).join(schema.message, message.id == resolved.message_id)
        query = query.where(message.direction == "in").order_by(message.id)
        return [
            (row.case_id, f"case:{row.key}") for row in bulk.rows_where(connection, query, resolved.case_id, subjects)
        ]
    if thing == "person":
        member = schema.member.c
        query = select(member.customer_id, member.vertex).order_by(member.vertex)
        rows = bulk.rows_where(connection, query, member.customer_id, subjects)
        return [(row.customer_id, f"customer:{row.vertex}") for row in rows]
    return []


def _not_before(connection: Connection, asking: Sequence[Claim], now: datetime) -> datetime:
    """Return when the last of these may have been written: after a restore, at the latest when that was done."""
    tried: datetime = max(claim.row.sent_at or claim.row.created_at for claim in asking)
    restored = restored_lately(connection, now)
    return max(tried, restored) if restored is not None else tried


def _find(
    run: Run, thing: str, asking: Sequence[Claim], anchors: Mapping[int, list[str]], not_before: datetime
) -> _Results:
    names = run.setup.objects(Thing(thing))
    cases = {claim.id: claim.refs.case if thing == Thing.MESSAGE else "" for claim in asking}
    every = {key: cases[id_] for id_, keys in anchors.items() for key in keys}
    found: dict[str, Found] = {}
    objects: dict[str, str] = {}
    for name in names:
        run.take_token()
        for key, answer in reading(partial(run.target.find, name, every, not_before)).items():
            if key not in found or answer.presence is not Presence.ABSENT:
                found[key], objects[key] = answer, name
    results = _Results()
    for claim in asking:
        answers = {key: found.get(key, Found(Presence.UNSURE)) for key in anchors[claim.id]}
        there = [key for key, answer in answers.items() if answer.presence is Presence.FOUND]
        if there:
            # One that still stands before one that was deleted there.
            key = min(there, key=lambda each: answers[each].deleted)
            results.adopted.append((claim, answers[key]))
            results.keys[claim.id] = key
            if len(names) > 1:
                results.objects[claim.id] = objects[key]
        elif any(answer.presence is Presence.UNSURE for answer in answers.values()):
            results.unsure.append(claim)
        else:
            results.absent.append(claim)
    return results


def _write(run: Run, results: _Results) -> None:
    now = run.app.clock.now()
    with run.app.store.write("deliver.look_up") as connection:
        every = [*results.absent, *results.unsure, *(claim for claim, _ in results.adopted)]
        ours = claims.still_ours(connection, [claim.id for claim in every], run.owner)
        absent = [{"id": claim.id, "look_up": False} for claim in results.absent if claim.id in ours]
        bulk.update(connection, schema.delivery, absent)
        unsure = [
            {"id": claim.id, "next_at": unsure_until(now, None), "owner": "", "until": None}
            for claim in results.unsure
            if claim.id in ours
        ]
        bulk.update(connection, schema.delivery, unsure)
        pairs = [pair for pair in results.adopted if pair[0].id in ours]
        adopt(connection, run.setup.name, pairs, now, results.objects)
        _take_keys(connection, run.setup.name, {id_: key for id_, key in results.keys.items() if id_ in ours})
    run.counts["adopted"] += len(results.adopted)
    run.moved += len(results.adopted)


def _take_keys(connection: Connection, target: str, keys: Mapping[int, str]) -> None:
    """Know a record from now on by the key that it carries there, unless another of ours goes by that."""
    query = select(D.key).where(D.target == target)
    taken = {row.key for row in bulk.rows_where(connection, query, D.key, sorted(set(keys.values())))}
    free = [{"id": id_, "key": key} for id_, key in keys.items() if key not in taken]
    bulk.update(connection, schema.delivery, list({row["key"]: row for row in free}.values()))


def adopt(
    connection: Connection,
    target: str,
    pairs: Sequence[tuple[Claim, Found]],
    now: datetime,
    objects: Mapping[int, str],
) -> None:
    """Take what was found as ours: known by its id from now on, with one more version wanted to bring it up to date.

    ``objects``: delivery → object as which it stands, where several are possible.
    """
    rows: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    placements = []
    for claim, found in pairs:
        ref = found.merged_into or found.ref
        row = {"id": claim.id, "ref": ref, "look_up": False, "owner": "", "until": None, "next_at": None}
        if found.deleted:
            row |= {"state": "gone", "reason": "deleted in the target"}
            rows[frozenset(row)].append(row)
            continue
        version = claim.row.wanted_version
        row |= {
            "state": "pending",
            "delivered_version": version,
            "wanted_version": version + 1,
            "delivered_hash": "",
            "delivered_at": now,
            "reason": doubled(found),
        }
        if found.merged_into and claim.row.thing == "case":
            row["spec"] = {MERGED_FROM: found.ref}
        elif claim.id in objects:
            row["spec"] = {**(claim.row.spec or {}), OBJECT: objects[claim.id]}
        rows[frozenset(row)].append(row)
        if claim.row.thing == "message":
            place = found.parent or claim.refs.case
            placements.append(
                {"message_id": claim.row.subject_id, "target": target, "case_ref": place, "ref": ref, "at": now}
            )
    for group in rows.values():
        bulk.update(connection, schema.delivery, group)
    bulk.insert_new(connection, schema.placement, placements)
    bulk.delete(connection, schema.frozen.c.delivery_id, [claim.id for claim, _ in pairs])


def doubled(found: Found) -> str:
    """Return a warning about a record that stands more than once, empty for one that does not."""
    return f"stands {len(found.refs)} times in the target: {', '.join(found.refs)}" if len(found.refs) > 1 else ""
