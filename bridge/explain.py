"""Find anything, and say of it how it came to be as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from bridge.errors import ConfigError
from bridge.features import fact
from bridge.policies import store_secret
from bridge.store import schema
from identity import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection, Row

    from bridge.app import App

_NUMBER = re.compile(r"^([A-Z])-(\d+)$", re.IGNORECASE)

_M, _R, _C, _K, _D, _A, _P, _Q = (
    schema.message.c,
    schema.resolved.c,
    schema.customer.c,
    schema.case.c,
    schema.delivery.c,
    schema.action.c,
    schema.profile.c,
    schema.quarantine.c,
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: ``id`` is what other commands take."""

    kind: str
    id: str
    title: str


def find(app: App, text: str) -> list[Hit]:
    """Find by number, permalink, native id, key, case reference in a target, handle, mail, phone or order number."""
    text = text.strip()
    with app.store.read() as connection:
        hits = [*_numbered(connection, text), *_messages(app, connection, text), *_records(connection, text)]
        hits += _people(app, connection, text)
    return list(dict.fromkeys(hits))


def explain(app: App, text: str) -> list[str]:
    """Say in sentences how a message, case, customer, delivery or action came to be as it is.

    Raises ``ConfigError`` if nothing, or more than one thing, is found.
    """
    hits = find(app, text)
    if not hits:
        raise ConfigError(
            f"Nothing found for “{text}”. Try a permalink, M-…, C-…, P-…, D-…, A-…, a handle or an address."
        )
    numbered = [hit for hit in hits if hit.kind in _EXPLAIN]
    chosen = [hit for hit in numbered if hit.id.upper() == text.upper()] or numbered
    if len(chosen) > 1:
        listed = ", ".join(f"{hit.id} ({hit.kind}: {hit.title})" for hit in chosen[:8])
        raise ConfigError(f"“{text}” may mean {listed}. Name one of them.")
    hit = chosen[0]
    with app.store.read() as connection:
        return list(_EXPLAIN[hit.kind](connection, int(hit.id.split("-")[1])))


def _numbered(connection: Connection, text: str) -> Iterator[Hit]:
    match = _NUMBER.match(text)
    if match is None:
        return
    number = int(match[2])
    queries: dict[str, tuple[str, Select[Any]]] = {
        "M": ("message", select(_M.id, _M.key).where(_M.id == number)),
        "C": ("case", select(_K.id, _K.reason).where(_K.id == number)),
        "P": ("customer", select(_C.id, _C.name).where(_C.id == number)),
        "D": ("delivery", select(_D.id, _D.thing).where(_D.id == number)),
        "A": ("action", select(_A.id, _A.kind).where(_A.id == number)),
        "Q": ("quarantine", select(_Q.id, _Q.place).where(_Q.id == number)),
    }
    kind, query = queries.get(match[1].upper(), (None, None))
    if kind is not None and query is not None and (row := connection.execute(query).first()) is not None:
        yield Hit(kind, f"{match[1].upper()}-{number}", str(row[1]))


def _messages(app: App, connection: Connection, text: str) -> Iterator[Hit]:
    same = or_(_M.permalink == text, _M.key == text, _M.key.like(f"%/{_escaped(text)}", escape="\\"))
    query = select(_M.id, _M.key).where(same).order_by(_M.id).limit(20)
    for row in connection.execute(query):
        yield Hit("message", f"M-{row.id}", row.key)
    secret = store_secret(app)
    patterns = sorted({each for source in app.sources.values() for each in source.fact_patterns.items()})
    for kind, value in sorted(_facts_in(text, patterns)):
        wanted = fact(kind, value, secret)
        query = select(_M.id, _M.key).where(_M.facts.cast(_M.key.type).like(f'%"{wanted}"%')).order_by(_M.id).limit(20)
        for row in connection.execute(query):
            yield Hit("message", f"M-{row.id}", f"{kind} in {row.key}")


def _facts_in(text: str, patterns: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return what a text may mean as a fact: as it stands (412345), and as messages show it (NL-412345)."""
    found = set()
    for kind, pattern in patterns:
        found.add((kind, text))
        if match := re.search(pattern, text, re.IGNORECASE):
            found.add((kind, match[1] if match.re.groups else match[0]))
    return found


def _records(connection: Connection, text: str) -> Iterator[Hit]:
    query = select(_D.id, _D.thing, _D.target, _D.subject_id).where(or_(_D.ref == text, _D.key == text)).limit(20)
    prefix = {"case": "C", "person": "P", "message": "M"}
    for row in connection.execute(query):
        if row.thing in prefix and row.subject_id is not None:
            kind = "customer" if row.thing == "person" else row.thing
            yield Hit(kind, f"{prefix[row.thing]}-{row.subject_id}", f"{row.thing} in {row.target}")
        else:
            yield Hit("delivery", f"D-{row.id}", f"{row.thing} in {row.target}")


def _people(app: App, connection: Connection, text: str) -> Iterator[Hit]:
    wanted = {str(identifier) for identifier in normalise.email(text)}
    phone = normalise.phone(text, app.identity.default_region)
    if phone is not None:
        wanted.add(str(phone))
    evidence, member = schema.evidence.c, schema.member.c
    vertices = set(connection.execute(select(evidence.vertex).where(evidence.identifier.in_(wanted))).scalars())
    bare = text.removeprefix("@")
    profiles = select(_P.key).where(or_(func.lower(_P.handle) == bare.lower(), _P.uid == bare, _P.key == text))
    vertices |= {f"p:{key}" for key in connection.execute(profiles).scalars()}
    query = select(_C.id, _C.name).join(schema.member, member.customer_id == _C.id).where(member.vertex.in_(vertices))
    for row in connection.execute(query.distinct().order_by(_C.id).limit(20)):
        yield Hit("customer", f"P-{row.id}", row.name)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _message(connection: Connection, number: int) -> Iterator[str]:
    row = connection.execute(select(schema.message).where(_M.id == number)).one()
    result = connection.execute(select(schema.resolved).where(_R.message_id == number)).first()
    sent = f"{row.sent_at:%Y-%m-%d %H:%M:%S} UTC" if row.sent_at else "at an unknown time"
    yield f"M-{number} is {row.key}: a {row.kind}, {'public' if row.public else 'private'}, {row.direction}, sent {sent}."
    yield f"It was read from {', '.join(row.seen_by or [row.connection])} on {row.received_at:%Y-%m-%d %H:%M:%S} UTC."
    if row.deleted_at:
        yield f"It was deleted on the network on {row.deleted_at:%Y-%m-%d %H:%M} UTC."
    if result is None:
        yield "It was not resolved yet; the next sync does that."
        return
    rules = (result.triage or {}).get("rules", {})
    for aspect, rule in sorted(rules.items()):
        said = (result.triage or {}).get("wanted" if aspect == "case" else aspect, "")
        value = f"{said / 3600:g} h" if isinstance(said, (int, float)) else said
        yield f"Triage: {aspect} = {value} (rule “{rule}”)."
    if result.case_id is not None:
        yield f"It belongs to case C-{result.case_id}" + (
            f" of customer P-{result.customer_id}." if result.customer_id else "."
        )
    else:
        yield f"It is in no case: {_WHY.get(result.why.split(':')[0], '{}').format(result.why.partition(':')[2] or result.why)}"
    yield from _deliveries_of(connection, "message", number)


_WHY = {
    "rule": "the rule “{}” says that it opens none, and it continues none.",
    "own": "it is our own post and answers nobody's case.",
    "history": "it was said before this connection began, and was imported as history.",
    "deleted": "it was deleted on the network before it could open one.",
    "decision": "somebody decided so (decision {}).",
}


def _case(connection: Connection, number: int) -> Iterator[str]:
    row = connection.execute(select(schema.case).where(_K.id == number)).one()
    if row.redirect_to is not None:
        yield f"C-{number} was joined with C-{row.redirect_to} and goes on there."
        return
    whose = f"customer P-{row.customer_id}" if row.customer_id is not None else "nobody known"
    yield f"C-{number} is a case of {whose} with {row.messages} messages, {row.status}; anchor {row.anchor}."
    for aspect, rule in sorted((row.rules or {}).items()):
        if rule:
            yield f"Its {aspect} comes from the rule “{rule}”."
    for joined in row.joined_by or ():
        how = {
            "opened": "opened it",
            "fact": "joined it by the shared fact",
            "reason": "joined it by the same contact reason",
        }
        told = how.get(joined["by"], f"joined it by {joined['by']}")
        yield (
            f"The episode that begins with M-{joined['episode']} {told} {joined['fact'].partition(':')[0]}".rstrip()
            + "."
        )
    if row.previous_id is not None:
        yield f"It follows C-{row.previous_id}, whose window had closed."
    if row.foreign_ref:
        yield f"It continues the case {row.foreign_ref} that {row.foreign_target} held without us."
    yield from _deliveries_of(connection, "case", number)


def _customer(connection: Connection, number: int) -> Iterator[str]:
    row = connection.execute(select(schema.customer).where(_C.id == number)).one()
    if row.redirect_to is not None:
        yield f"P-{number} is the same person as P-{row.redirect_to}."
        return
    member, evidence = schema.member.c, schema.evidence.c
    vertices = (
        connection.execute(select(member.vertex).where(member.customer_id == number).order_by(member.vertex))
        .scalars()
        .all()
    )
    yield f"P-{number} ({row.name or 'no name known'}) is {len(vertices)} profiles or CRM rows: {', '.join(vertices)}."
    query = (
        select(evidence.vertex, evidence.identifier, evidence.relation)
        .where(evidence.vertex.in_(vertices))
        .order_by(evidence.identifier)
    )
    for item in connection.execute(query):
        yield f"{item.vertex} shows {item.identifier} ({item.relation})."
    yield from _deliveries_of(connection, "person", number)


def _delivery(connection: Connection, number: int) -> Iterator[str]:
    row = connection.execute(select(schema.delivery).where(_D.id == number)).one()
    yield (
        f"D-{number} delivers a {row.thing} to {row.target} under the key {row.key}: {row.state}, "
        f"version {row.delivered_version} of {row.wanted_version} delivered, {row.attempts} attempts."
    )
    if row.reason:
        yield f"Reason: {row.reason}"
    if row.waiting_for:
        yield f"It waits for {row.waiting_for}."


def _action(connection: Connection, number: int) -> Iterator[str]:
    row = connection.execute(select(schema.action).where(_A.id == number)).one()
    yield f"A-{number} is a {row.kind} on {row.network}, asked for by {row.actor or 'nobody named'} in {row.case_ref}: {row.state}."
    if row.reason:
        yield f"Reason: {row.reason}"
    if row.alternatives:
        yield f"Instead: {'; '.join(row.alternatives)}."


def _quarantined(connection: Connection, number: int) -> Iterator[str]:
    row = connection.execute(select(schema.quarantine).where(_Q.id == number)).one()
    yield f"Q-{number} from {row.connection}, {row.place}: {row.reason} ({row.state}, seen {row.seen} times)."


def _deliveries_of(connection: Connection, thing: str, subject: int) -> Iterator[str]:
    query = select(_D.id, _D.target, _D.state, _D.ref, _D.reason).where(_D.thing == thing, _D.subject_id == subject)
    rows: Iterable[Row[Any]] = connection.execute(query.order_by(_D.target))
    for row in rows:
        ref = f" as {row.ref}" if row.ref else ""
        reason = f": {row.reason}" if row.reason else ""
        yield f"In {row.target} it is {row.state}{ref} (D-{row.id}){reason}."


_EXPLAIN: dict[str, Callable[[Connection, int], Iterator[str]]] = {
    "message": _message,
    "case": _case,
    "customer": _customer,
    "delivery": _delivery,
    "action": _action,
    "quarantine": _quarantined,
}
