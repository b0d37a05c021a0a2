"""Policies by hash: triage and case policy are stamped on each message when it is stored."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from bridge.cases.policy import CasePolicy
from bridge.keys import short_hash
from bridge.store import bulk, schema
from bridge.store.settings import read_setting, write_setting
from bridge.triage.rules import RuleSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from bridge.app import App


def stamp(app: App) -> dict[str, int]:
    """Return the id of today's policy for each unit (``""``: all others), storing those that are new."""
    bodies = {
        unit: {"triage": app.triage.body, "cases": cases.model_dump(mode="json")}
        for unit, cases in {"": app.cases, **app.unit_cases}.items()
    }
    hashes = {
        unit: short_hash(orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()) for unit, body in bodies.items()
    }
    table = schema.policy
    query = select(table.c.hash, table.c.id).where(table.c.hash.in_(hashes.values()))
    with app.store.read() as connection:
        known = {row.hash: row.id for row in connection.execute(query)}
    missing = {digest: bodies[unit] for unit, digest in hashes.items() if digest not in known}
    if missing:
        rows = [{"hash": digest, "body": body, "at": app.clock.now()} for digest, body in missing.items()]
        with app.store.write("policy") as connection:
            bulk.insert_new(connection, table, rows)
            known = {row.hash: row.id for row in connection.execute(query)}
    return {unit: known[digest] for unit, digest in hashes.items()}


def policies_of(connection: Connection) -> dict[int, CasePolicy]:
    """Return all case policies of the store by id."""
    return {row.id: CasePolicy.model_validate(row.body["cases"]) for row in _all(connection)}


def rules_of(connection: Connection, app: App) -> Mapping[int, RuleSet]:
    """Return all triage rules of the store by policy id."""
    today = app.triage.body
    return {
        row.id: app.triage if row.body["triage"] == today else RuleSet.from_body(row.body["triage"])
        for row in _all(connection)
    }


def store_secret(app: App) -> bytes:
    """Return the store's own random key for hashes of named facts; made at first use."""
    with app.store.read() as connection:
        known: Any = read_setting(connection, "fact_key")
    if known is None:
        with app.store.write("fact_key") as connection:
            known = read_setting(connection, "fact_key")
            if known is None:
                known = secrets.token_hex(32)
                write_setting(connection, "fact_key", known)
    return bytes.fromhex(known)


def _all(connection: Connection) -> list[Any]:
    return list(connection.execute(select(schema.policy.c.id, schema.policy.c.body)))
