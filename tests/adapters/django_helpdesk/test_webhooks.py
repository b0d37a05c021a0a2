"""Who may call for a django-helpdesk, and that an answer which the real one tells by itself is published once."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import orjson
import pytest
from pydantic import SecretStr

from adapters.django_helpdesk.listener import DjangoHelpdeskListener
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.target import DjangoHelpdeskTarget
from adapters.memory.settings import MemoryTargetSettings
from adapters.memory.target import MemoryTarget
from bridge.clock import SystemClock
from bridge.contracts import HookRequest, Surroundings
from bridge.errors import AuthError, ConfigError, Exit
from bridge.hooked import inbox_of
from bridge.inbox import FILE
from bridge.web.receiver import create_app
from cli import compose
from config.demo import write_project
from tests.fakes.serving import running
from tests.servers import shared
from tests.weeks.office import Office, connect
from tests.weeks.test_week import ANSWER, HER_TWEET, answers
from tests.weeks.tools import HELPDESK, Ahead, Helpdesk

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "twenty-letters-at-least"


def listener(folder: Path, password: str | None) -> DjangoHelpdeskListener:
    """Return a listener that trusts whoever has this password."""
    secret = None if password is None else SecretStr(password)
    settings = DjangoHelpdeskSettings(base_url="https://help.example", token=SecretStr("t"), webhook_password=secret)
    around = Surroundings("helpdesk", folder, SystemClock())
    return DjangoHelpdeskListener.beside(DjangoHelpdeskTarget.connect(settings, around))


def call(header: str | None) -> HookRequest:
    """Return a call with this authorization."""
    return HookRequest("POST", "/hooks/helpdesk", {}, {} if header is None else {"authorization": header}, b"{}")


def basic(password: str) -> str:
    """Return the header that an address with a name and a password gives."""
    return "Basic " + base64.b64encode(f"casebridge:{password}".encode()).decode()


def test_who_knows_the_password_may_call(tmp_path: Path) -> None:
    listener(tmp_path, PASSWORD).verify(call(basic(PASSWORD)))
    assert listener(tmp_path, PASSWORD).handshake(call(None)) is None


@pytest.mark.parametrize(
    "header",
    [None, "", basic(""), basic("another"), f"Bearer {PASSWORD}", "Basic ???", "Basic /w==", f"Basic {PASSWORD}"],
)
def test_nobody_else_may_call(header: str | None, tmp_path: Path) -> None:
    with pytest.raises(AuthError):
        listener(tmp_path, PASSWORD).verify(call(header))


def test_without_a_password_nobody_may_call(tmp_path: Path) -> None:
    with pytest.raises(AuthError, match="webhook_password is not set"):
        listener(tmp_path, None).verify(call(basic("")))


def test_it_listens_to_its_own_target_only(tmp_path: Path) -> None:
    other = MemoryTarget.connect(MemoryTargetSettings(), Surroundings("crm", tmp_path, SystemClock()))
    with pytest.raises(ConfigError, match="not to MemoryTarget"):
        DjangoHelpdeskListener.beside(other)


@pytest.mark.real
def test_an_answer_that_the_site_tells_is_published_once_though_it_is_polled_as_well(tmp_path: Path) -> None:
    server = shared.django_helpdesk()
    server.reset()
    clock, folder = Ahead(server), tmp_path / "week"
    write_project(folder, clock.now())
    connect(folder, HELPDESK.format(url=server.url) + "    webhook_password: ${HOOK_PASSWORD}\n")
    secrets = {"TOOL_TOKEN": server.tokens["casebridge"], "HOOK_PASSWORD": PASSWORD}
    office = Office(folder, clock, secrets)
    office.settle()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in secrets.items():
            patch.setenv(name, value)
        app = compose(folder, clock)
    name, setup = next(iter(app.targets.items()))
    assert setup.listener is not None
    with closing(app), running(create_app({name: setup.listener}, inbox_of(app), clock), lifespan="on") as url:
        hook = f"{url}/hooks/{name}"
        server.respond(Helpdesk(server).holding(HER_TWEET), "From a stranger", telling=hook)
        assert inbox_of(app).backlog() == {}
        server.respond(Helpdesk(server).holding(HER_TWEET), ANSWER, telling=hook.replace("//", f"//site:{PASSWORD}@"))
        assert inbox_of(app).backlog()[name].calls == 1
        with closing(sqlite3.connect(folder / FILE)) as inbox:
            ((request, body),) = inbox.execute("SELECT request, body FROM call").fetchall()
    assert PASSWORD not in str(orjson.loads(request))
    assert {row["comment"] for row in orjson.loads(body)["ticket"]["followup_set"]} >= {ANSWER}
    for _ in range(4):
        office.sync()
    office.settle()
    assert sorted(answers(folder)) == sorted([ANSWER, "From a stranger"])
    office.run("verify", name, expect=lambda code: code == Exit.OK)
