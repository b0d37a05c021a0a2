"""Find anything that people have at hand: a number, a permalink, a handle, an address, an order number, a name.

What an index answers comes first. Only if that finds nothing are ids, named facts and names read through from end to end,
which takes seconds in a store of ten million messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import and_, func, or_, select

from bridge.errors import ConfigError
from bridge.features import fact
from bridge.outbox.predicates import STANDS
from bridge.policies import store_secret
from bridge.store import schema
from identity import normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection
    from sqlalchemy.sql.elements import ColumnElement

    from bridge.app import App
    from identity.model import Identifier

MOST = 20
"""Hits of one kind."""
_NUMBER = re.compile(r"([A-Z])-(\d{1,18})", re.IGNORECASE)
_SUBJECTS = {"case": ("case", "C"), "person": ("customer", "P"), "message": ("message", "M")}
"""What a delivery is of → kind and letter of what was delivered."""

_M, _R, _C, _K, _D, _A, _P, _Q, _E, _F = (
    schema.message.c,
    schema.resolved.c,
    schema.customer.c,
    schema.case.c,
    schema.delivery.c,
    schema.action.c,
    schema.profile.c,
    schema.quarantine.c,
    schema.evidence.c,
    schema.foreign_case.c,
)

_NUMBERED: dict[str, tuple[str, Any, Select[Any]]] = {
    "M": ("message", _M.id, select(_M.id, _M.key.label("title"))),
    "C": ("case", _K.id, select(_K.id, _K.reason.label("title"))),
    "P": ("customer", _C.id, select(_C.id, _C.name.label("title"))),
    "D": ("delivery", _D.id, select(_D.id, _D.thing.concat(" in ").concat(_D.target).label("title"))),
    "A": ("action", _A.id, select(_A.id, _A.kind.concat(" on ").concat(_A.network).label("title"))),
    "Q": ("quarantine", _Q.id, select(_Q.id, _Q.place.label("title"))),
    "R": ("run", schema.run.c.id, select(schema.run.c.id, schema.run.c.command.label("title"))),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: ``id`` is what other commands take."""

    kind: str
    id: str
    title: str


def find(app: App, text: str) -> list[Hit]:
    """Find by number, permalink, key, id in a target, handle, mail, phone, customer or order number, or name.

    Raises ``ConfigError`` for an empty text.
    """
    text = text.strip()
    if not text:
        raise ConfigError("Say what to find: a permalink, M-…, C-…, T-…, a handle, a mail address, an order number.")
    with app.store.read() as connection:
        named = or_(_M.permalink.in_(_permalinks(text)), _M.key == text)
        hits = [*_numbered(connection, text), *_messages(connection, named)]
        # The address of a post begins like that of its author.
        hits += [] if hits else _people(connection, app, text)
        hits += [*_records(connection, text), *_foreign(connection, app, text)]
        if not hits:
            hits = [*_by_native_id(connection, text), *_by_fact(connection, app, text), *_by_name(connection, text)]
    return list(dict.fromkeys(hits))


def _numbered(connection: Connection, text: str) -> Iterator[Hit]:
    match = _NUMBER.fullmatch(text)
    if match is None or match[1].upper() not in _NUMBERED:
        return
    letter, number = match[1].upper(), int(match[2])
    kind, column, query = _NUMBERED[letter]
    for row in connection.execute(query.where(column == number)):
        yield Hit(kind, f"{letter}-{row.id}", row.title)


def _permalinks(text: str) -> set[str]:
    """Return a web address as it may be stored: with and without ``www.``, parameters, fragment and last slash."""
    parts = urlsplit(text)
    if not parts.netloc:
        return {text}
    bare = parts.netloc.lower().removeprefix("www.")
    paths = {parts.path.rstrip("/"), f"{parts.path.rstrip('/')}/"}
    return {text} | {
        urlunsplit((scheme, host, path, query, ""))
        for scheme in ("https", "http")
        for host in (bare, f"www.{bare}", parts.netloc)
        for path in paths
        for query in ("", parts.query)
    }


def _messages(connection: Connection, where: ColumnElement[bool], by: str = "") -> Iterator[Hit]:
    query = select(_M.id, _M.key, _R.customer_id, _R.case_id, _R.why).outerjoin(schema.resolved, _R.message_id == _M.id)
    for row in connection.execute(query.where(where).order_by(_M.id).limit(MOST)):
        place = f"C-{row.case_id}" if row.case_id is not None else f"no case ({row.why or 'not decided yet'})"
        whose = f", P-{row.customer_id}" if row.customer_id is not None else ""
        yield Hit("message", f"M-{row.id}", f"{by}{row.key}{whose}, {place}")


def _records(connection: Connection, text: str) -> Iterator[Hit]:
    """Find by our key in a target or by the id that a target gave; a change of a case has the id of its case."""
    for named in (and_(STANDS, _D.ref == text, _D.thing != "amendment"), _D.key == text):
        query = select(_D.id, _D.thing, _D.target, _D.subject_id, _D.state).where(named)
        for row in connection.execute(query.order_by(_D.id).limit(MOST)):
            title = f"{row.thing} in {row.target}, {row.state}"
            kind, letter = _SUBJECTS.get(row.thing, ("delivery", "D"))
            yield Hit(kind, f"{letter}-{row.id if letter == 'D' else row.subject_id}", title)


def _foreign(connection: Connection, app: App, text: str) -> Iterator[Hit]:
    """Find cases that a target holds without us and that nothing of ours continues."""
    ours = select(_K.id).where(_K.foreign_target == _F.target, _K.foreign_ref == _F.ref, _K.redirect_to.is_(None))
    query = select(_F.target, _F.ref, _F.subject).where(_F.target.in_(app.targets), _F.ref == text, ~ours.exists())
    for row in connection.execute(query):
        yield Hit("foreign case", f"{row.target}:{row.ref}", row.subject)


def _people(connection: Connection, app: App, text: str) -> Iterator[Hit]:
    wanted = [str(each) for each in _identifiers(app, text)]
    vertices = set(connection.execute(select(_E.vertex).where(_E.identifier.in_(wanted))).scalars())
    named = _P.handle.in_({text, text.removeprefix("@"), text.removeprefix("@").lower()})
    vertices |= {f"p:{key}" for key in connection.execute(select(_P.key).where(named)).scalars()}
    vertices |= {text, f"p:{text}", f"r:{text}", *(f"r:{name}:{text}" for name in (*app.sources, *app.targets))}
    yield from _customers(connection, schema.member.c.vertex.in_(vertices))


def _identifiers(app: App, text: str) -> Iterator[Identifier]:
    """Return everything that the text may be as an identifier."""
    yield from normalise.email(text)
    connections = (*app.sources, *app.targets)
    for one in (
        normalise.phone(text, app.identity.default_region),
        *(normalise.handle(network, text) for network in normalise.FOLDING),
        *(normalise.customer_number(name, text) for name in connections),
        *(normalise.order(name, text) for name in connections),
    ):
        if one is not None:
            yield one


def _customers(connection: Connection, where: ColumnElement[bool]) -> Iterator[Hit]:
    """Find customers by name or by one of their profiles, which stands for the name of those who have none."""
    vertex = schema.member.c.vertex
    query = select(_C.id, _C.name, func.min(vertex).label("vertex")).where(where, schema.member.c.customer_id == _C.id)
    for row in connection.execute(query.group_by(_C.id, _C.name).order_by(_C.id).limit(MOST)):
        yield Hit("customer", f"P-{row.id}", row.name or row.vertex.partition(":")[2])


def _by_native_id(connection: Connection, text: str) -> Iterator[Hit]:
    ending = f"%/{_escaped(text)}"
    yield from _messages(connection, _M.key.like(ending, escape="\\"))
    yield from _customers(connection, schema.member.c.vertex.like(ending, escape="\\"))


def _by_fact(connection: Connection, app: App, text: str) -> Iterator[Hit]:
    """Find messages that name an order or customer number, written as in a text or without what stands around it."""
    secret = store_secret(app)
    for kind, value in sorted(_values(app, text)):
        wanted = fact(kind, value, secret)
        there = _M.facts.cast(_M.key.type).like(f'%"{wanted}"%')
        yield from _messages(connection, there, by=f"{kind} in ")


def _values(app: App, text: str) -> Collection[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for source in app.sources.values():
        for kind, pattern in source.fact_patterns.items():
            match = re.search(pattern, text, re.IGNORECASE)
            found |= (
                {(kind, text)} if match is None else {(kind, text), (kind, match[1] if match.re.groups else match[0])}
            )
    return found


def _by_name(connection: Connection, text: str) -> Iterator[Hit]:
    yield from _customers(connection, _C.name.ilike(f"%{_escaped(text)}%", escape="\\"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
