"""A brand on a real Bluesky network, with agents at its desk."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from adapters.desk.target import DeskTarget
from bridge.clock import ShiftedClock
from bridge.engine import sync
from bridge.ledger import ledger
from bridge.runs import SyncOptions
from bridge.store import schema
from bridge.verify import verify
from cli import compose
from tests.bad_input.project import MAPPINGS, TRIAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.desk.agent import Desk
    from bridge.app import App
    from bridge.runs import RunReport
    from tests.servers.bluesky import Network, Somebody

PROJECT = """\
organisation: acme
environment: test
sources:
  bluesky:
    type: bluesky
    handle: {handle}
    app_password: ${{BLUESKY_PASSWORD}}
    appview: {appview}
    directory: {plc}
    watch_minutes: 0
{settings}
targets:
  desk:
    type: desk
    mode: live
    persons: create
    publish: true
    hold_seconds: {hold}
"""
HOLD = 60


@dataclass
class Shop:
    """A project that reads and answers on the network."""

    folder: Path
    network: Network
    brand: Somebody
    clock: ShiftedClock = field(default_factory=ShiftedClock)

    @contextmanager
    def app(self) -> Iterator[App]:
        """Open the project."""
        app = compose(self.folder, self.clock)
        try:
            yield app
        finally:
            app.close()

    def sync(self) -> RunReport:
        """Sync once, when the network shows all that was written."""
        self.network.settle()
        with self.app() as app:
            return sync(app, None, SyncOptions())

    def cases(self) -> dict[str, list[tuple[str, str]]]:
        """Return text and direction of what stands in each case of the desk."""
        with self.agent() as agent:
            refs = [case["ref"] for case in agent.list(limit=1_000)]
            shown = {ref: agent.show(ref)["messages"] for ref in refs}
        return {ref: [(each["text"], each.get("direction", "")) for each in told] for ref, told in shown.items()}

    @contextmanager
    def agent(self) -> Iterator[Desk]:
        """Give an agent's hands at the desk."""
        with self.app() as app:
            desk = app.targets["desk"].target
            assert isinstance(desk, DeskTarget)
            yield desk.agent()

    def answers(self, ref: str, text: str) -> None:
        """Let an agent answer in a case, and the minute pass in which it could be taken back."""
        with self.agent() as agent:
            agent.reply(ref, text)
        self.sync()
        self.clock.forward(timedelta(seconds=HOLD + 1))

    def actions(self) -> dict[str, str]:
        """Return text → state of every answer."""
        return {row.text: row.state for row in self.rows(select(schema.action))}

    def rows(self, query: Any) -> list[Any]:  # noqa: ANN401 - any query
        """Read the store."""
        with self.app() as app, app.store.read() as connection:
            return list(connection.execute(query))

    def is_whole(self) -> None:
        """Ledger and desk agree: nothing is missing, doubled or unknown to us."""
        with self.app() as app:
            assert ledger(app).balanced
            report = verify(app, "desk")
            assert report.ok, report


def open_shop(folder: Path, network: Network, *, hold: float = HOLD, **settings: object) -> Shop:
    """Write the project of a new brand, with an app password in its environment file."""
    brand = network.person("brand")
    network.settle()
    lines = "".join(f"    {name}: {value}\n" for name, value in settings.items())
    project = PROJECT.format(handle=brand.handle, appview=network.appview, plc=network.plc, settings=lines, hold=hold)
    (folder / "mappings" / "desk").mkdir(parents=True)
    (folder / "casebridge.yaml").write_text(project)
    (folder / ".env").write_text(f"BLUESKY_PASSWORD={brand.app_password()}\n")
    (folder / "triage.yaml").write_text(TRIAGE)
    for thing, mapping in MAPPINGS.items():
        (folder / "mappings" / "desk" / f"{thing}.yaml").write_text(mapping)
    return Shop(folder, network, brand)
