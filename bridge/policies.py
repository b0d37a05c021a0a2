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


def stamp(app: App) -> int:
    """Return the id of today's policy, storing it if it is new."""
    body = {"triage": app.triage.body, "cases": app.cases.model_dump(mode="json")}
    digest = short_hash(orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode())
    table = schema.policy
    query = select(table.c.id).where(table.c.hash == digest)
    with app.store.read() as connection:
        known = connection.execute(query).scalar()
    if known is not None:
        return int(known)
    with app.store.write("policy") as connection:
        bulk.insert_new(connection, table, [{"hash": digest, "body": body, "at": app.clock.now()}])
        return int(connection.execute(query).scalar_one())


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
