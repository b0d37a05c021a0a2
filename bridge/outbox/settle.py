"""Settle what was sent and is not known: jobs that the target accepted, outcomes that got lost, sends that a crash cut.

A create is looked up by key: found, it is adopted; absent, it is sent again with the same frozen body and idempotency
key; as long as the target cannot be sure, it waits, and its case with it. An update by id is simply sent again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from bridge.contracts import idempotency_of
from bridge.errors import Unsupported
from bridge.nouns import Found, Presence, Refusal, Share, Unknown, Written
from bridge.outbox import claim as claims
from bridge.outbox.order import ALONE
from bridge.outbox.record import GONE, Sent, record
from bridge.outbox.unsettled import unsure_until
from bridge.retry import backoff, reading
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.sql.elements import ColumnElement

    from bridge.nouns import Outcome
    from bridge.outbox.claim import Claim
    from bridge.outbox.run import Run

D = schema.delivery.c
_BY_ITSELF = f"{ALONE} by itself"


def settle(run: Run) -> None:
    """Settle everything that is due."""
    for share, theirs in ((Share.ANSWER, D.thing == "amendment"), (Share.DELIVER, D.thing != "amendment")):
        while run.goes_on(share) and (claimed := _claim(run, theirs & (D.state == "accepted"))):
            _settle_jobs(run, share, claimed)
        while run.goes_on(share) and (claimed := _claim(run, theirs & D.state.in_(("unknown", "sending")))):
            _settle_unknown(run, claimed)


def _claim(run: Run, where: ColumnElement[bool]) -> list[Claim]:
    """Claim what is due; a record that stands as being sent is due once the claim of its sender has ended."""
    due = or_(D.state == "sending", D.next_at.is_(None), D.next_at <= run.app.clock.now())
    with run.app.store.write("deliver.claim_unsettled") as connection:
        size = max(1, run.limits.batch)
        return claims.claim_state(connection, run.setup.name, run.owner, and_(where, due), size)


def _settle_jobs(run: Run, share: Share, claimed: Sequence[Claim]) -> None:
    with run.app.store.read() as connection:
        frozen = schema.frozen.c
        query = select(frozen.delivery_id, frozen.job)
        rows = bulk.rows_where(connection, query, frozen.delivery_id, [claim.id for claim in claimed])
        jobs = {row.delivery_id: row.job for row in rows}
    run.take_token(share)
    outcomes = reading(lambda: run.target.settle([jobs[claim.id] for claim in claimed]))
    if len(outcomes) != len(claimed):
        outcomes = [Unknown(f"{len(outcomes)} outcomes for {len(claimed)} jobs")] * len(claimed)
    _write(run, list(zip(claimed, outcomes, strict=True)), [], [])


def _settle_unknown(run: Run, claimed: Sequence[Claim]) -> None:
    """Look up creates; let updates and amendments, which have the effect of once, go again."""
    settled: list[tuple[Claim, Outcome]] = []
    again: list[Claim] = []
    unsure: list[Claim] = []
    creates = []
    for claim in claimed:
        body = claim.body
        if body is None or claim.row.thing == "amendment" or body["ref"]:
            _not_there(claim, settled, again)
        else:
            creates.append(claim)
    for (name, sent_at), group in _groups(creates).items():
        found = _find(run, name, {claim.row.key: (claim.body or {})["parent"] for claim in group}, sent_at)
        for claim in group:
            answer = found.get(claim.row.key, Found(Presence.UNSURE))
            if answer.presence is Presence.FOUND:
                settled.append((claim, _there(answer)))
            elif answer.presence is Presence.UNSURE or _too_soon(run, claim):
                unsure.append(claim)
            else:
                _not_there(claim, settled, again)
    _write(run, settled, again, unsure)


def _not_there(claim: Claim, settled: list[tuple[Claim, Outcome]], again: list[Claim]) -> None:
    """Send it again with the same body, unless the adapter failed on it alone: then it is set aside."""
    if claim.row.reason.startswith(_BY_ITSELF):
        settled.append((claim, Refusal(claim.row.reason)))
    else:
        again.append(claim)


def _there(found: Found) -> Outcome:
    if found.deleted:
        return Refusal("It was delivered, and deleted in the target since.", code=GONE)
    return Written(found.merged_into or found.ref, created=True)


def _known(claim: Claim, outcome: Outcome) -> Sent:
    """Return what became of a record; one that stands may have come without its files, so it is brought up to date."""
    body = claim.body or {}
    if isinstance(outcome, Written) and body.get("files"):
        outcome = replace(outcome, created=False)
    return Sent(claim.row, claim.row.sent_version, body, outcome)


def _too_soon(run: Run, claim: Claim) -> bool:
    """Tell whether "not there" proves nothing yet."""
    settle_after = idempotency_of(run.target, (claim.body or {})["object"]).settle_after
    return claim.row.sent_at is not None and run.app.clock.now() < claim.row.sent_at + settle_after


def _groups(creates: Iterable[Claim]) -> dict[tuple[str, datetime], list[Claim]]:
    """Group by object and by the time of the send: "absent" is judged by the time since then."""
    groups: dict[tuple[str, datetime], list[Claim]] = {}
    for claim in creates:
        groups.setdefault(((claim.body or {})["object"], claim.row.sent_at), []).append(claim)
    return groups


def _find(run: Run, name: str, keys: Mapping[str, str], sent_at: datetime) -> Mapping[str, Found]:
    run.take_token()
    try:
        return reading(lambda: run.target.find(name, keys, sent_at))
    except Unsupported:
        return {}


def _write(run: Run, settled: Sequence[tuple[Claim, Outcome]], again: Sequence[Claim], unsure: Sequence[Claim]) -> None:
    now = run.app.clock.now()
    every = [*(claim for claim, _ in settled), *again, *unsure]
    with run.app.store.write("deliver.settle") as connection:
        ours = claims.still_mine(connection, [claim.id for claim in every], run.owner)
        sent = [_known(claim, outcome) for claim, outcome in settled if claim.id in ours]
        counts = record(connection, run.setup.name, sent, now)
        resent = [_open(claim, "pending", _send_again_at(claim, now)) for claim in again if claim.id in ours]
        bulk.update(connection, schema.delivery, resent)
        waiting = [
            _open(claim, "unknown", unsure_until(now, claim.row.sent_at)) for claim in unsure if claim.id in ours
        ]
        bulk.update(connection, schema.delivery, waiting)
    run.counts.update(counts)
    run.moved += len(again) + sum(count for what, count in counts.items() if what != "accepted")


def _send_again_at(claim: Claim, now: datetime) -> datetime | None:
    """Return when to send again what did not arrive: once at once, then ever later, as nobody may be at home there."""
    attempts = claim.row.attempts
    return now + backoff(attempts - 1) if attempts > 1 else None


def _open(claim: Claim, state: str, next_at: datetime | None) -> dict[str, Any]:
    return {"id": claim.id, "state": state, "next_at": next_at, "owner": "", "until": None}
