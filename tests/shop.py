"""A brand that reads an export, answers from the desk, and writes its answers to a file; its clock can be put forward."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from adapters.desk.target import DeskTarget
from bridge.clock import FixedClock, ShiftedClock
from bridge.engine import sync
from bridge.ledger import ledger
from bridge.runs import SyncOptions
from bridge.store import schema
from bridge.verify import verify
from cli import compose
from tests.bad_input.project import MAPPINGS, TRIAGE
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.desk.agent import Desk
    from bridge.app import App
    from bridge.runs import RunReport

CLOCKS = """\
  status: {from: case.status, map: {open: new, "*": closed}}
  first_reply_due: {from: case.first_reply_due, omit_if_empty: true}
  resolve_due: {from: case.resolve_due, omit_if_empty: true}
"""


@dataclass
class Shop:
    """A project with an outbox for answers, and agents at its desk."""

    folder: Path
    clock: ShiftedClock | FixedClock = field(default_factory=ShiftedClock)

    @contextmanager
    def app(self) -> Iterator[App]:
        """Open the project."""
        app = compose(self.folder, self.clock)
        try:
            yield app
        finally:
            app.close()

    def sync(self) -> RunReport:
        """Sync once."""
        with self.app() as app:
            return sync(app, None, SyncOptions())

    def say(self, *native_ids: str, name: str) -> None:
        """Let people write."""
        put(self.folder, f"{name}.jsonl", [self._said(native_id) for native_id in native_ids])

    @contextmanager
    def agent(self) -> Iterator[Desk]:
        """Give an agent's hands at the desk."""
        with self.app() as app:
            desk = app.targets["desk"].target
            assert isinstance(desk, DeskTarget)
            yield desk.agent()

    def case(self, native_id: str) -> str:
        """Return the ref of the case in the desk that a message was placed in."""
        placement, message = schema.placement.c, schema.message.c
        query = select(placement.case_ref).join(schema.message, message.id == placement.message_id)
        with self.app() as app, app.store.read() as connection:
            ref: str = connection.execute(query.where(message.key == f"x//{native_id}")).scalar_one()
        return ref

    def answer(self, native_id: str, text: str) -> None:
        """Let an agent answer the case of a message."""
        ref = self.case(native_id)
        with self.agent() as agent:
            agent.reply(ref, text)

    def desk(self) -> dict[str, list[tuple[str, str]]]:
        """Return text and direction of what stands in each case of the desk."""
        with self.agent() as agent:
            shown = {case["ref"]: agent.show(case["ref"])["messages"] for case in agent.list(limit=1_000)}
        return {ref: [(each["text"], each.get("direction", "")) for each in told] for ref, told in shown.items()}

    def sent(self) -> list[str]:
        """Return the answers that went out."""
        file = self.folder / "answers.jsonl"
        return [json.loads(line)["text"] for line in file.read_text().splitlines()] if file.exists() else []

    def actions(self) -> dict[str, str]:
        """Return text → state of every answer."""
        with self.app() as app, app.store.read() as connection:
            return {row.text: row.state for row in connection.execute(select(schema.action))}

    def is_whole(self) -> None:
        """Ledger and desk agree: nothing is missing, doubled or unknown to us."""
        with self.app() as app:
            assert ledger(app).balanced
            report = verify(app, "desk")
            assert report.ok, report

    def _said(self, native_id: str) -> dict[str, Any]:
        return {
            "id": native_id,
            "network": "x",
            "text": f"Where is my parcel {native_id}?",
            "sent_at": self.clock.now().isoformat(),
            "author": {"id": f"u{native_id[0]}", "handle": f"user_{native_id[0]}"},
            "answers": [native_id[:-1]] if len(native_id) > 1 else [],
        }


def make_shop(folder: Path, *, publish: bool = False) -> Shop:
    """Write a project whose answers go to ``answers.jsonl``, if they go at all.

    Its rules and mappings are short, as reading YAML is most of what a sync of few messages does.
    """
    write_project(folder, desk=f"publish: {str(publish).lower()}")
    project = folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("account: brand", "account: brand\n    outbox: answers.jsonl"))
    (folder / "triage.yaml").write_text(TRIAGE)
    (folder / "mappings" / "desk").mkdir(parents=True)
    for thing, mapping in MAPPINGS.items():
        (folder / "mappings" / "desk" / f"{thing}.yaml").write_text(mapping + (CLOCKS if thing == "case" else ""))
    return Shop(folder)
