"""A brand that reads an export and delivers into a pretend org, with agents at work there; its clock can be put forward."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from typer.testing import CliRunner

import cli
from bridge.clock import ShiftedClock
from bridge.engine import sync
from bridge.runs import SyncOptions
from bridge.store import schema
from tests.bad_input.project import TRIAGE
from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.org import plain
from tests.fakes.serving import running
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

    from bridge.app import App
    from bridge.runs import RunReport
    from tests.fakes.salesforce.org import Org

SECRET = "SALESFORCE_SECRET"
DESK = "  desk:\n    type: desk\n    mode: live\n    persons: create\n    publish: false\n"


@dataclass
class Brand:
    """A project, and the org that it delivers to."""

    folder: Path
    fake: Fake
    clock: ShiftedClock

    @contextmanager
    def app(self) -> Iterator[App]:
        """Open the project."""
        app = cli.compose(self.folder, self.clock)
        try:
            yield app
        finally:
            app.close()

    def sync(self) -> RunReport:
        """Sync once."""
        with self.app() as app:
            return sync(app, None, SyncOptions())

    def say(self, *said: dict[str, Any]) -> None:
        """Let people write: id and text, and what else a document has."""
        now = self.clock.now().isoformat()
        rows = [{"network": "x", "sent_at": now, "author": {"id": "u1", "handle": "greta_s"}, **each} for each in said]
        put(self.folder, f"{said[0]['id']}.jsonl", rows)

    def run(self, *arguments: str) -> Result:
        """Run a command in the project, as on the command line."""
        return CliRunner().invoke(cli.main, ["--project", str(self.folder), *arguments])

    def deliveries(self) -> list[tuple[str, str, str]]:
        """Return thing, state and reason of everything that is or was to be delivered."""
        row = schema.delivery.c
        with self.app() as app, app.store.read() as connection:
            every = connection.execute(select(row.thing, row.state, row.reason).order_by(row.id))
            return [(each.thing, each.state, each.reason) for each in every]

    def actions(self) -> dict[str, str]:
        """Return text → state of every answer."""
        with self.app() as app, app.store.read() as connection:
            return {row.text: row.state for row in connection.execute(select(schema.action))}

    def answers(self) -> list[str]:
        """Return the answers that went out."""
        file = self.folder / "answers.jsonl"
        return [json.loads(line)["text"] for line in file.read_text().splitlines()] if file.exists() else []


@contextmanager
def opened(folder: Path, org: Org | None = None, **settings: object) -> Iterator[Brand]:
    """Serve an org on the loopback, and write a project that delivers there. The secret is in the environment."""
    clock = ShiftedClock()
    fake = Fake(clock, org or plain())
    with running(fake.app) as address:
        write_project(folder)
        (folder / "triage.yaml").write_text(TRIAGE)  # reading long rules is most of what a sync of few messages does
        project = folder / "casebridge.yaml"
        given = {
            "type": "salesforce",
            "mode": "live",
            "persons": "create",
            "publish": True,
            "hold_seconds": 0,
            "url": address,
            "consumer_key": fake.org.client.key,
            "consumer_secret": f"${{{SECRET}}}",
            "case_owner": fake.world.names["Support"],
            "record_owner": fake.world.names["Ada Amsel"],
            **settings,
        }
        lines = "".join(f"    {name}: {json.dumps(value)}\n" for name, value in given.items())
        text = project.read_text().replace(DESK, f"  org:\n{lines}")
        project.write_text(text.replace("account: brand", "account: brand\n    outbox: answers.jsonl"))
        yield Brand(folder, fake, clock)
