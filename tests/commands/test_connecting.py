"""A connection is signed in with the help of whoever is at the keyboard, and tried."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from adapters.desk.target import DeskTarget
from bridge import registry
from bridge.commands.connecting import AtTheKeyboard
from bridge.errors import AuthError, ConfigError, Exit
from bridge.safe import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel
    from typer.testing import Result

    from bridge.contracts import Surroundings
    from bridge.signing_in import Person


class GuardedDesk(DeskTarget):
    """A desk behind a sign-in."""

    around: ClassVar[Surroundings]

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> DeskTarget:
        """Remember the surroundings."""
        cls.around = surroundings
        return super().connect(settings, surroundings)

    def sign_in(self, person: Person) -> None:
        """Ask for a password and keep it."""
        password = person.asked("Password")
        if password != "open sesame":
            raise AuthError("The password is not right.")
        self.around.safe.keep(Secrets({"password": password}))


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the desk ask for a password."""
    monkeypatch.setattr(registry, "target", lambda _: GuardedDesk)


@pytest.mark.usefixtures("guarded")
def test_what_the_person_says_is_kept_and_the_connection_tried(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AtTheKeyboard, "asked", lambda *_: "open sesame")
    ended = run("connect", "desk")
    assert ended.exit_code == 0
    assert "connected as" in ended.stdout
    assert GuardedDesk.around.safe.read().values == {"password": "open sesame"}


@pytest.mark.usefixtures("guarded")
def test_who_is_not_let_in_is_told(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AtTheKeyboard, "asked", lambda *_: "sesame")
    assert run("connect", "desk").exit_code == Exit.CREDENTIALS
    assert GuardedDesk.around.safe.read() == Secrets()


def test_a_connection_of_settings_alone_is_tried_and_an_unknown_one_named(run: Callable[..., Result]) -> None:
    ended = run("connect", "desk")
    assert ended.exit_code == 0
    assert "signed in by its settings" in ended.stderr
    assert run("connect", "dsek").exit_code == Exit.CONFIG


def test_the_browser_comes_back_to_a_port_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def allow(address: str) -> bool:
        back = dict(parse_qsl(urlsplit(address).query))["back"]
        threading.Thread(target=httpx.get, args=(f"{back}?code=c0de&state=s",)).start()
        return True

    monkeypatch.setattr("webbrowser.open", allow)
    assert AtTheKeyboard(paste=False).sent(lambda back: f"https://net.example/?back={back}") == {
        "code": "c0de",
        "state": "s",
    }


def test_what_else_calls_at_the_port_is_not_taken_for_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    def allow(back: str) -> bool:
        def call() -> None:
            assert httpx.get(f"{back}favicon.ico").status_code == 404
            httpx.get(f"{back}?error=access_denied&state=s")

        threading.Thread(target=call).start()
        return True

    monkeypatch.setattr("webbrowser.open", allow)
    assert AtTheKeyboard(paste=False).sent(lambda back: back) == {"error": "access_denied", "state": "s"}


def test_the_port_that_a_provider_knows_is_used_and_one_that_is_taken_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AtTheKeyboard, "asked", lambda *_: "http://127.0.0.1:1/?code=c0de&state=s")
    came_back: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(ConfigError, match=f"Port {port} is taken"):
            AtTheKeyboard(paste=True, port=port).sent(str)
    AtTheKeyboard(paste=True, port=port).sent(lambda back: came_back.append(back) or back)
    assert came_back == [f"http://127.0.0.1:{port}/"]


def test_a_browser_that_does_not_come_back_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.commands.connecting._WAIT", 0.05)
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    with pytest.raises(ConfigError, match="--paste"):
        AtTheKeyboard(paste=False).sent(lambda back: back)


def test_the_last_address_of_a_browser_elsewhere_is_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AtTheKeyboard, "asked", lambda *_: "http://127.0.0.1:1/?code=c0de&state=s")
    assert AtTheKeyboard(paste=True).sent(lambda back: back) == {"code": "c0de", "state": "s"}
