"""A small project whose clock is put forward, and what stands in its store and in its desk."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.clock import ShiftedClock
from bridge.engine import sync
from bridge.facts.rest import store_deleted
from bridge.nouns import Deleted
from bridge.runs import SyncOptions
from bridge.store import schema
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.app import App
    from bridge.errors import Exit

LINE = "My line is down since Monday, why does nobody help? order A00001"


class House:
    """A project that reads what people say and delivers it to the desk."""

    def __init__(self, folder: Path, url: str, times: str) -> None:
        """Write it; ``times`` as in the project file."""
        self.clock, self.folder = ShiftedClock(), write_project(folder, store=url)
        self.set(times)

    def set(self, times: str) -> None:
        """Change the times."""
        file = self.folder / "casebridge.yaml"
        lines = [line for line in file.read_text().splitlines() if "retention:" not in line]
        at = lines.index("    network: x")
        file.write_text("\n".join([*lines[:at], *([f"    retention: {times}"] if times else []), *lines[at:]]) + "\n")
        if hasattr(self, "app"):
            self.app.close()
        self.app: App = compose(self.folder, self.clock)

    def says(self, id_: str, text: str = LINE, *, author: str = "mira", **more: Any) -> None:  # noqa: ANN401 - any field
        """Let somebody write."""
        said = {"id": id_, "text": text, "sent_at": self.clock.now().isoformat(), "author": {"id": author}}
        put(self.folder, f"{id_}-{len(list((self.folder / 'inbox').iterdir()))}.jsonl", [said | more])

    def deletes(self, id_: str) -> None:
        """Let the network tell that something was deleted there."""
        with self.app.store.write("test") as connection:
            store_deleted(connection, [Deleted("x", id_, self.clock.now())])

    def sync(self, after: timedelta = timedelta(0)) -> Exit:
        """Sync after some time."""
        self.clock.forward(after)
        return sync(self.app, None, SyncOptions()).exit_code

    def kept(self, table: Any = schema.message_text) -> int:  # noqa: ANN401 - a Core table
        """Return how many rows a table has."""
        with self.app.store.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def texts(self) -> set[str]:
        """Return the texts that are kept."""
        with self.app.store.read() as connection:
            return set(connection.execute(select(schema.message_text.c.text)).scalars())

    def decided(self) -> list[tuple[str, str, str]]:
        """Return contact reason, priority and queue of the cases."""
        case = schema.case.c
        with self.app.store.read() as connection:
            return [tuple(row) for row in connection.execute(select(case.reason, case.priority, case.queue))]

    def desk(self) -> dict[str, list[str]]:
        """Return what stands in the desk: subject and description of cases → texts."""
        agent = self.app.targets["desk"].target.agent()  # type: ignore[attr-defined] # the desk lends them
        cases = [agent.show(case["ref"]) for case in agent.list(limit=100)]
        return {
            f"{case['subject']}: {case.get('description', '')}": [each["text"] for each in case["messages"]]
            for case in cases
        }
