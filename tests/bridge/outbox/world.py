"""A small world for tests of the outbox: a store with customers, cases and messages, and a CRM in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from adapters.memory.settings import MemoryTargetSettings
from adapters.memory.target import MemoryTarget
from bridge.app import App, Persons, TargetSetup
from bridge.cases.policy import CasePolicy
from bridge.contracts import Surroundings
from bridge.keys import target_key
from bridge.mapping.target import load_target_mapping
from bridge.nouns import Thing
from bridge.outbox.deliver import DeliverReport, deliver
from bridge.store import bulk, schema
from bridge.triage.rules import RuleSet
from identity.policy import IdentityPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table
    from sqlalchemy.engine import Row
    from sqlalchemy.sql.elements import ColumnElement

    from adapters.memory.crm import Row as CrmRow
    from bridge.clock import FixedClock
    from bridge.mapping.target import TargetMapping
    from bridge.nouns import Outcome, Record
    from bridge.store.store import Store

MAPPINGS = Path(__file__).parents[3] / "mappings" / "memory"
CRM = "crm"
LONG_ENOUGH = timedelta(minutes=20)
"""Longer than any back-off."""


def mappings() -> dict[Thing, tuple[TargetMapping, ...]]:
    """Return the mappings of the CRM in memory."""
    things = (Thing.PERSON, Thing.CASE, Thing.MESSAGE)
    return {thing: (load_target_mapping(MAPPINGS / f"{thing}.yaml"),) for thing in things}


class OrderedMemoryTarget(MemoryTarget):
    """The CRM in memory, which does write a batch in order and has no answer that stops half-way."""

    ordered_batches = True


class KeylessMemoryTarget(OrderedMemoryTarget):
    """A tool that knows no unique keys: what is created twice stands twice."""

    def _write(self, records: Sequence[Record]) -> list[Outcome]:
        outcomes = []
        for record in records:
            if not record.ref:
                self.crm._by_key.pop((record.object, record.key), None)
            outcomes += super()._write([record])
        return outcomes


class LiveMemoryTarget(MemoryTarget):
    """The CRM in memory as somebody's workplace, which the brakes watch."""

    live_by_nature = True


@dataclass
class World:
    """The store, the CRM, and what was put into them."""

    app: App
    clock: FixedClock
    target: MemoryTarget
    serial: int = 1000
    """Well above the numbers that the store gives by itself."""

    @property
    def store(self) -> Store:
        """Return the store."""
        return self.app.store

    @property
    def setup(self) -> TargetSetup:
        """Return the target with what the project says of it."""
        return self.app.targets[CRM]

    def change(self, **values: object) -> None:
        """Change the target's setup."""
        self.app = replace(self.app, targets={CRM: replace(self.setup, **values)})

    def key(self, anchor: str) -> str:
        """Return our key for an anchor."""
        return target_key(self.app.organisation, self.app.environment, anchor)

    def number(self) -> int:
        """Return the next number."""
        self.serial += 1
        return self.serial

    def customer(self, *, name: str = "Greta Sommer", **golden: object) -> int:
        """Store a customer and want the person; returns the number."""
        number = self.number()
        row = {"id": number, "key": self.key(f"customer:{number}"), "name": name, "golden": golden, "redirect_to": None}
        self.insert(schema.customer, row)
        self.want("person", row["key"], number, None, sort=0)
        return number

    def case(self, messages: int = 1, *, customer: int | None = None, **values: object) -> int:
        """Store a case with messages and want it all; returns the case's number."""
        number = self.number()
        first = f"x//{number}-0"
        defaults = {
            "id": number,
            "key": self.key(f"case:{first}"),
            "anchor": first,
            "customer_id": customer,
            "status": "open",
            "network": "x",
            "kind": "post",
            "public": True,
            "unit": "",
            "mode": "live",
            "reason": "outage",
            "priority": "normal",
            "queue": "",
            "foreign_target": "",
            "foreign_ref": "",
            "messages": messages,
        }
        row = defaults | values
        self.insert(schema.case, row)
        if not row["foreign_target"]:
            self.want("case", row["key"], number, number, sort=1)
        for position in range(messages):
            self.message(number, position, customer=customer)
        return number

    def message(
        self, case: int, position: int, *, customer: int | None = None, text: str = "", **values: object
    ) -> int:
        """Store one more message of a case and want it; returns its number."""
        number = self.number()
        key = f"x//{case}-{position}"
        sent_at = self.clock.now() + timedelta(seconds=position)
        defaults = {
            "id": number,
            "key": key,
            "network": "x",
            "connection": "x",
            "account": "brand",
            "unit": "",
            "author_id": None,
            "direction": "in",
            "kind": "post",
            "public": True,
            "lang": "en",
            "sent_at": sent_at,
            "received_at": self.clock.now(),
            "permalink": f"https://x.example/{case}/{position}",
            "mode": "live",
            "policy_id": 1,
            "hash": "h",
            "missed": False,
            "automatic": False,
        }
        self.insert(schema.message, defaults | values)
        self.insert(schema.message_text, {"message_id": number, "subject": "", "text": text or f"{case}:{position}"})
        resolved = {"message_id": number, "conversation_id": case, "customer_id": customer, "case_id": case, "why": ""}
        self.insert(schema.resolved, resolved)
        sort = int(sent_at.timestamp() * 1_000_000)
        self.want("message", self.key(f"message:{key}"), number, case, sort=sort)
        return number

    def amendment(self, case: int, kind: str, **spec: object) -> None:
        """Want a one-shot change of a case."""
        key = self.key(f"amend:{kind}:{case}:{self.number()}")
        self.want("amendment", key, None, case, sort=2, spec={"kind": kind, "case_id": case, **spec})

    def want(self, thing: str, key: str, subject: int | None, case: int | None, **values: object) -> None:
        """Want a record, as resolving does."""
        defaults = {
            "target": CRM,
            "thing": thing,
            "key": key,
            "subject_id": subject,
            "case_id": case,
            "state": "pending",
            "wanted_version": 1,
            "sent_version": 0,
            "delivered_version": 0,
            "delivered_hash": "",
            "ref": "",
            "url": "",
            "attempts": 0,
            "reason": "",
            "field": "",
            "waiting_for": "",
            "look_up": False,
            "owner": "",
            "created_at": self.clock.now(),
        }
        self.insert(schema.delivery, defaults | values)

    def want_again(self, thing: str, subject: int) -> None:
        """Want a further version, as resolving does."""
        delivery = schema.delivery.c
        with self.store.write("test") as connection:
            row = connection.execute(
                select(delivery.id, delivery.state).where(delivery.thing == thing, delivery.subject_id == subject)
            ).one()
            flying = row.state in {"sending", "accepted", "unknown"}
            connection.execute(
                schema.delivery.update()
                .where(delivery.id == row.id)
                .values(wanted_version=delivery.wanted_version + 1, state=row.state if flying else "pending")
            )

    def set_text(self, message: int, text: str) -> None:
        """Store another text of a message."""
        with self.store.write("test") as connection:
            table = schema.message_text
            connection.execute(table.update().where(table.c.message_id == message).values(text=text))

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """Insert a row."""
        with self.store.write("test") as connection:
            bulk.insert_new(connection, table, [row])

    def update(self, table: Table, where: ColumnElement[bool], **values: object) -> None:
        """Change rows."""
        with self.store.write("test") as connection:
            connection.execute(table.update().where(where).values(**values))

    def deliver(self, *, seconds: float = 30, owner: str = "me") -> DeliverReport:
        """Work on the outbox once."""
        return deliver(self.app, self.setup, seconds=seconds, owner=owner, patience=timedelta())

    def deliver_all(self, *, rounds: int = 40) -> None:
        """Deliver with the clock put forward until nothing is open."""
        for _ in range(rounds):
            self.deliver()
            if not self.states() & {"pending", "sending", "accepted", "unknown"}:
                return
            self.clock.forward(LONG_ENOUGH)
        message = f"still open after {rounds} rounds: {self.rows()}"
        raise AssertionError(message)

    def expire_claims(self) -> None:
        """Let a minute pass for claims whose owner is no more."""
        claimed = schema.delivery.c.owner != ""
        self.update(schema.delivery, claimed, until=datetime(2020, 1, 1, tzinfo=UTC))

    def rows(self, thing: str | None = None) -> list[Row[Any]]:
        """Return deliveries in order."""
        table = schema.delivery
        query = select(table).order_by(table.c.id)
        with self.store.read() as connection:
            return list(connection.execute(query.where(table.c.thing == thing) if thing else query))

    def states(self) -> set[str]:
        """Return the states of all deliveries."""
        return {row.state for row in self.rows()}

    def row(self, thing: str, subject: int) -> Row[Any]:
        """Return the delivery of a subject."""
        return next(row for row in self.rows(thing) if row.subject_id == subject)

    def all(self, table: Table) -> list[Row[Any]]:
        """Return all rows of a table."""
        with self.store.read() as connection:
            return list(connection.execute(select(table)))

    def texts(self, case: int) -> list[str]:
        """Return the texts of a case in the CRM, in the order in which they came."""
        ref = self.row("case", case).ref
        return [row.fields["text"] for row in self.target.crm.messages(ref)]

    def standing(self, object_name: str) -> list[CrmRow]:
        """Return the records of an object in the CRM."""
        return [row for row in self.target.crm.rows.values() if row.object == object_name]


def make_world(
    store: Store, clock: FixedClock, folder: Path, kind: type[MemoryTarget] = MemoryTarget, **settings: object
) -> World:
    """Return a world with an empty store and an empty CRM."""
    target = kind.connect(MemoryTargetSettings(**settings), Surroundings(CRM, folder, clock))
    setup = TargetSetup(name=CRM, target=target, mappings=mappings(), persons=Persons.CREATE)
    app = App(
        organisation="brand",
        environment="test",
        folder=folder,
        store=store,
        clock=clock,
        sources={},
        targets={CRM: setup},
        syncs={},
        rules=partial(RuleSet.from_body, {}),
        cases=CasePolicy(),
        identity=IdentityPolicy(),
    )
    return World(app, clock, target)
