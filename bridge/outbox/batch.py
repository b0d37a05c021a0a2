"""One batch: look up, render, freeze, send, record."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bridge import brakes
from bridge.crash import crash_point
from bridge.errors import (
    AuthError,
    BudgetSpent,
    CasebridgeError,
    ConfigError,
    RateLimited,
    Refused,
    Transient,
    Unsupported,
)
from bridge.keys import short_hash
from bridge.nouns import Accepted, Refusal, Retry, Unknown
from bridge.outbox import claim as claims
from bridge.outbox.body import thaw_amendment, thaw_record
from bridge.outbox.lookup import look_up
from bridge.outbox.order import ALONE, share_of
from bridge.outbox.record import Sent, record
from bridge.outbox.render import Rendered, render
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.nouns import Outcome
    from bridge.outbox.claim import Claim, Claims
    from bridge.outbox.run import Run

_MARGIN = 0.5
"""Part of a claim after which a send is not begun any more."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A record whose body is frozen, or about to be."""

    claim: Claim
    version: int
    body: Mapping[str, Any]
    idempotency_key: str


@dataclass(slots=True)
class _Sorted:
    """A batch after rendering: what is sent, and what is settled without."""

    ready: list[Ready] = field(default_factory=list)
    settled: list[Sent] = field(default_factory=list)


def send_batch(run: Run, thing: str, found: Claims) -> None:
    """Take claimed records through to recorded outcomes. Raises what stops the target."""
    began = time.monotonic()
    claimed = look_up(run, thing, found.claims)
    batch = _render(run, thing, claimed)
    if not run.take_token(share_of(thing)) or time.monotonic() - began > claims.LEASE.total_seconds() * _MARGIN:
        with run.app.store.write("deliver.release") as connection:
            claims.release(connection, [claim.id for claim in claimed], run.owner)
        return
    sending = _freeze(run, batch)
    if sending:
        _send(run, thing, sending)


def _render(run: Run, thing: str, claimed: Sequence[Claim]) -> _Sorted:
    """Sort claims into bodies to send, frozen before or rendered now, and what needs no sending."""
    batch = _Sorted()
    fresh = []
    for claim in claimed:
        if claim.body is not None and claim.body["parent"] == (claim.refs.case if thing == "message" else ""):
            batch.ready.append(Ready(claim, claim.row.sent_version, claim.body, claim.idempotency_key))
        else:
            fresh.append(claim)
    for rendered in render(run, thing, fresh):
        version = rendered.claim.row.wanted_version
        if isinstance(rendered, Rendered):
            key = short_hash(rendered.claim.row.key, str(version), rendered.body["parent"])
            batch.ready.append(Ready(rendered.claim, version, rendered.body, key))
        else:
            batch.settled.append(Sent(rendered.claim.row, version, {}, rendered.outcome))
    places = {claim.id: place for place, claim in enumerate(claimed)}
    batch.ready.sort(key=lambda one: places[one.claim.id])
    return batch


def _freeze(run: Run, batch: _Sorted) -> list[Ready]:
    """Put bodies on disk and mark them as being sent, if the claims still hold; settle what needs no sending."""
    now = run.app.clock.now()
    ids = [one.claim.id for one in batch.ready] + [one.row.id for one in batch.settled]
    batch_id = short_hash(run.owner, now.isoformat(), str(ids))
    with run.app.store.write("deliver.freeze") as connection:
        ours = claims.still_ours(connection, ids, run.owner)
        ready = [one for one in batch.ready if ours.get(one.claim.id) == one.claim.row.case_id and one.claim.id in ours]
        settled = [one for one in batch.settled if one.row.id in ours]
        _write_frozen(connection, ready, batch_id, now)
        counts = record(connection, run.setup.name, settled, now)
        kept = {one.claim.id for one in ready}
        claims.release(connection, [id_ for id_ in ids if id_ not in kept], run.owner)
        if run.room is not None and ready and ready[0].claim.row.thing == "case":
            new = sum(not one.body["ref"] for one in ready)
            brakes.spend_allowance(connection, brakes.DELIVER, run.setup.name, new - run.room.free)
    run.counts.update(counts)
    run.moved += len(settled)
    return ready


def _write_frozen(connection: Connection, ready: Sequence[Ready], batch_id: str, now: datetime) -> None:
    frozen = [
        {
            "delivery_id": one.claim.id,
            "version": one.version,
            "batch": batch_id,
            "idempotency_key": one.idempotency_key,
            "body": one.body,
            "job": "",
        }
        for one in ready
    ]
    bulk.upsert(connection, schema.frozen, frozen, key=("delivery_id",))
    sending = [
        {
            "id": one.claim.id,
            "state": "sending",
            "sent_version": one.version,
            "attempts": one.claim.row.attempts + 1,
            "sent_at": now,
        }
        for one in ready
    ]
    bulk.update(connection, schema.delivery, sending)


def _send(run: Run, thing: str, sending: Sequence[Ready]) -> None:
    """Send what is frozen, object by object, and record what became of it."""
    groups = _groups(sending)
    held: set[int | None] = set()
    for index, (name, whole) in enumerate(groups):
        group = [one for one in whole if one.claim.row.case_id not in held]
        outcomes, stop = _outcomes(_call(run, thing, name, group), group) if group else ([], None)
        sent = [Sent(one.claim.row, one.version, one.body, out) for one, out in zip(group, outcomes, strict=True)]
        sent += [
            Sent(one.claim.row, one.version, one.body, Retry(0, "what was said before it is not there yet"))
            for one in whole
            if one.claim.row.case_id in held
        ]
        held |= {one.row.case_id for one in sent if isinstance(one.outcome, (Retry, Unknown, Accepted))} - {None}
        if stop is not None:
            rest = [one for _, others in groups[index + 1 :] for one in others]
            sent += [Sent(one.claim.row, one.version, one.body, Retry(0, str(stop))) for one in rest]
        _record(run, sent)
        if stop is not None:
            raise stop


def _groups(sending: Sequence[Ready]) -> list[tuple[str, list[Ready]]]:
    """Return what goes into one call: records of one object, and of a case nothing before what was said earlier in it."""
    waves: dict[tuple[int, str], list[Ready]] = {}
    last: dict[int, tuple[int, str]] = {}
    for one in sending:
        name, case = one.body["object"], one.claim.row.case_id
        wave, before = last.get(case, (0, name))
        place = (wave + (before != name), name)
        if case is not None:
            last[case] = place
        waves.setdefault(place, []).append(one)
    return [(name, waves[wave, name]) for wave, name in sorted(waves, key=lambda place: place[0])]


def _call(run: Run, thing: str, name: str, group: Sequence[Ready]) -> Callable[[], list[Outcome]]:
    if thing == "amendment":
        amendments = [thaw_amendment(one.body) for one in group]
        return lambda: run.target.amend(amendments)
    records = [thaw_record(one.body, one.idempotency_key) for one in group]
    return lambda: run.target.write(name, records)


def _outcomes(
    call: Callable[[], list[Outcome]], group: Sequence[Ready]
) -> tuple[list[Outcome], CasebridgeError | None]:
    """Call the target; return an outcome for each record, and what stops the target, if anything does."""
    every = range(len(group))
    crash_point("deliver.before_send")
    try:
        outcomes = call()
    except (RateLimited, BudgetSpent, AuthError, ConfigError) as error:
        return [Retry(0, str(error)) for _ in every], error
    except Transient as error:
        return [Retry(1, str(error)) for _ in every], error
    except (Refused, Unsupported) as error:
        field_name = error.field if isinstance(error, Refused) and error.field else ""
        return [Refusal(str(error), field_name) for _ in every], None
    except Exception as error:  # noqa: BLE001 - an adapter's own fault must not stop the others; nobody knows what was written
        return _at_a_loss(f"{type(error).__name__}: {error}", group), None
    crash_point("deliver.after_send")
    if len(outcomes) != len(group):
        return _at_a_loss(f"{len(outcomes)} outcomes for {len(group)} records", group), None
    return outcomes, None


def _at_a_loss(what: str, group: Sequence[Ready]) -> list[Outcome]:
    """Return unknown for all, marked so that each is sent by itself, and set aside if it fails by itself."""
    return [Unknown(f"{ALONE}{' by itself' if len(group) == 1 else ''}: {what}") for _ in group]


def _record(run: Run, sent: Sequence[Sent]) -> None:
    now = run.app.clock.now()
    with run.app.store.write("deliver.record") as connection:
        ours = claims.still_mine(connection, [one.row.id for one in sent], run.owner)
        counts = record(connection, run.setup.name, [one for one in sent if one.row.id in ours], now)
    run.counts.update(counts)
    run.moved += sum(count for what, count in counts.items() if what != "retried")
