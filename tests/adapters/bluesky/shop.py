"""A brand on a real Bluesky network, with agents at its desk."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import select

from adapters.bluesky.client import Client
from adapters.bluesky.publisher import BlueskyPublisher
from adapters.bluesky.source import BlueskySource
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
    from collections.abc import Iterator, Mapping, Sequence
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
"""
DESK = """\
  desk:
    type: desk
    mode: live
    persons: create
    publish: true
    hold_seconds: {hold}
"""
HOLD = 60
NOTE = "Your answer was "
"""How a case tells what became of an answer."""
AUTOMATIC = '  - {name: automatic, when: automatic, set: {case: "no"}, stop: true}\n'
"""What the starter's rules say, too."""


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

    def sync(self, *, losing: Sequence[str] = ()) -> RunReport:
        """Sync once, when the network shows all that was written; ``losing`` of the next writes the request, or the response."""
        self.network.settle()
        with self.app() as app:
            if losing:
                source = app.sources["bluesky"].source
                assert isinstance(source, BlueskySource)
                source.client.close()
                source.client = Client(source.settings, source.around, Losing(losing))
                setup = replace(app.sources["bluesky"], publisher=BlueskyPublisher.beside(source))
                return sync(replace(app, sources={"bluesky": setup}), None, SyncOptions())
            return sync(app, None, SyncOptions())

    def cases(self) -> dict[str, list[tuple[str, str]]]:
        """Return text and direction of what was said in each case of the desk."""
        with self.agent() as agent:
            refs = [case["ref"] for case in agent.list(limit=1_000)]
            shown = {ref: agent.show(ref)["messages"] for ref in refs}
        told = {ref: [(each["text"], each.get("direction", "")) for each in said] for ref, said in shown.items()}
        return {ref: [each for each in said if not each[0].startswith(NOTE)] for ref, said in told.items()}

    @contextmanager
    def agent(self) -> Iterator[Desk]:
        """Give an agent's hands at the desk."""
        with self.app() as app:
            desk = app.targets["desk"].target
            assert isinstance(desk, DeskTarget)
            yield desk.agent()

    def answers(self, words: Mapping[str, str]) -> None:
        """Let an agent answer in cases, and the minute pass in which it could be taken back."""
        with self.agent() as agent:
            for ref, text in words.items():
                agent.reply(ref, text)
        self.sync()
        self.clock.forward(timedelta(seconds=HOLD + 1))

    def actions(self) -> dict[str, str]:
        """Return text → state of every answer."""
        return {row.text: row.state for row in self.rows(select(schema.action))}

    def stored(self, uri: str) -> str:
        """Return the text of a post as it is stored."""
        texts, message = schema.message_text.c, schema.message.c
        query = select(texts.text).join(schema.message, message.id == texts.message_id)
        ((text,),) = self.rows(query.where(message.key == f"bluesky//{uri}"))
        return str(text)

    def customers(self) -> list[Any]:
        """Return those whom we know."""
        return self.rows(select(schema.customer).where(schema.customer.c.redirect_to.is_(None)))

    def handle(self, person: Somebody) -> str:
        """Return what we think that somebody is called."""
        profile = schema.profile.c
        ((handle,),) = self.rows(select(profile.handle).where(profile.uid == person.did))
        return str(handle)

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


class Losing(httpx.BaseTransport):
    """A wire that loses requests to write a record on their way, or the responses to them; then it is well."""

    def __init__(self, what: Sequence[str]) -> None:
        """Lose of each of the next writes ``request`` or ``response``."""
        self._what, self._inner = list(what), httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call, or lose it."""
        lost = self._what.pop(0) if request.url.path.endswith("putRecord") and self._what else ""
        if lost == "request":
            raise httpx.ReadTimeout("timed out", request=request)
        response = self._inner.handle_request(request)
        if lost:
            response.read()
            raise httpx.ReadTimeout("timed out", request=request)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def open_shop(folder: Path, network: Network, *, hold: float = HOLD, target: str = "", **settings: object) -> Shop:
    """Write the project of a new brand, with an app password in its environment file; ``target`` in the place of the desk."""
    brand = network.person("brand")
    network.settle()
    lines = "".join(f"    {name}: {value}\n" for name, value in settings.items())
    project = PROJECT.format(handle=brand.handle, appview=network.appview, plc=network.plc, settings=lines)
    (folder / "mappings" / "desk").mkdir(parents=True)
    (folder / "casebridge.yaml").write_text(project + (target or DESK.format(hold=hold)))
    (folder / ".env").write_text(f"BLUESKY_PASSWORD={brand.app_password()}\n")
    (folder / "triage.yaml").write_text(TRIAGE.replace("rules:\n", f"rules:\n{AUTOMATIC}"))
    for thing, mapping in MAPPINGS.items():
        (folder / "mappings" / "desk" / f"{thing}.yaml").write_text(mapping)
    return Shop(folder, network, brand)
