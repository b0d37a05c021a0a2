"""A project with two sources: one is given something bad, the other shows that the rest goes on."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select
from typer.testing import CliRunner

import cli
from adapters.desk.target import DeskTarget
from bridge.ledger import ledger
from bridge.queries.selection import Cut
from bridge.queries.setaside import list_set_aside
from bridge.store import schema
from bridge.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

    from bridge.app import App
    from bridge.clock import Clock

PROJECT = """\
organisation: acme
environment: test
sources:
  feed:
    type: file
    path: inbox/*
    network: x
  other:
    type: file
    path: other.jsonl
    network: mail
targets:
  desk:
    type: desk
    persons: create
"""
TRIAGE = """\
defaults: {priority: normal, case: check}
reasons: {delivery: {}}
rules:
  - {name: delivery, any_words: [parcel, paket], set: {reason: delivery, case: "yes"}}
"""
MAPPINGS = {
    "person": """\
object: Person
key: casebridge_key
fields:
  name: {from: [customer.name, customer.handle, customer.number]}
""",
    "case": """\
object: Case
key: casebridge_key
fields:
  subject:   {from: case.subject, default: "(no text)", collapse_ws: true, truncate: 255}
  priority:  {from: case.priority}
  requester: {ref: person, omit_if_empty: true}
""",
    "message": """\
object: Message
key: casebridge_key
fields:
  text:      {from: message.text, truncate: 65535}
  direction: {from: message.direction}
""",
}
"""Thing → mapping: as small as can be, as reading YAML is most of what a test does."""
OTHER = "mail//other"
"""Key of the message that always comes through the other source."""


def message(native_id: str, text: str = "Where is my parcel?", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a document that is right."""
    return {"id": native_id, "text": text, "sent_at": "2026-03-01T08:00:00Z", "author": {"id": f"u{native_id}"}} | more


def line(native_id: str, text: str = "Where is my parcel?", **more: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return a line of JSON that is right."""
    return json.dumps(message(native_id, text, **more), ensure_ascii=False).encode() + b"\n"


@dataclass(frozen=True)
class Place:
    """A project in a folder, and a way to run commands in it."""

    folder: Path

    @property
    def inbox(self) -> Path:
        """Return the folder that the source ``feed`` reads."""
        return self.folder / "inbox"

    def run(self, *arguments: str) -> Result:
        """Run a command; it must end as a sentence, never as a traceback."""
        result = CliRunner().invoke(cli.main, ["--project", str(self.folder), *arguments])
        structlog.reset_defaults()  # logs went to the command's own stderr, which is gone
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        assert "our own fault" not in result.output
        return result

    def ask(self, *arguments: str) -> Any:  # noqa: ANN401 - any JSON value
        """Run a command and give what it says as JSON."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace something in a file of the project."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    @contextmanager
    def app(self, clock: Clock | None = None) -> Iterator[App]:
        """Open the project as commands do, at another time if need be."""
        app = cli.compose(self.folder, clock)
        try:
            yield app
        finally:
            app.close()

    def outcome(self) -> Outcome:
        """Return what stands in store and desk."""
        with self.app() as app:
            return outcome_of(app)


@dataclass(frozen=True)
class Outcome:
    """What a sync left."""

    delivered: set[str]
    """Keys of the messages that stand in the desk."""
    texts: set[str]
    """Their texts there."""
    set_aside: dict[str, str]
    """Place → reason of what waits in the quarantine."""


def outcome_of(app: App) -> Outcome:
    """Return what stands in store and desk; the ledger must balance, and the desk agree with the store."""
    report = ledger(app)
    assert report.balanced, report
    assert verify(app, "desk").ok
    desk = app.targets["desk"].target
    assert isinstance(desk, DeskTarget)
    agent = desk.agent()
    texts = {each["text"] for case in agent.list() for each in agent.show(case["ref"])["messages"]}
    with app.store.read() as connection:
        delivered = set(connection.execute(_DELIVERED).scalars())
        aside = list_set_aside(connection, "", "open", Cut(limit=100))
    return Outcome(delivered, texts, {row.place: row.reason for row in aside})


_DELIVERED = (
    select(schema.message.c.key)
    .join(schema.delivery, schema.delivery.c.subject_id == schema.message.c.id)
    .where(schema.delivery.c.thing == "message", schema.delivery.c.state == "delivered")
)


def make_place(folder: Path, empty_store: Path) -> Place:
    """Make a project whose store is there already, as making its tables takes longest."""
    for name in ("inbox", "mappings/desk"):
        (folder / name).mkdir(parents=True)
    (folder / "casebridge.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "triage.yaml").write_text(TRIAGE, encoding="utf-8")
    for thing, mapping in MAPPINGS.items():
        (folder / "mappings" / "desk" / f"{thing}.yaml").write_text(mapping, encoding="utf-8")
    (folder / "other.jsonl").write_bytes(line("other"))
    shutil.copy(empty_store, folder / "casebridge.db")
    return Place(folder)
