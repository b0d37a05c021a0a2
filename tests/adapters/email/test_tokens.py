"""A mailbox without a password, on a real server that asks the provider whose a token is: allowed once, then it goes on by itself."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import httpx
import pytest

from bridge.errors import Exit
from tests.adapters.email.desks import MailDesk, open_desk
from tests.servers.shared import dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real


def browse(address: str) -> bool:
    """Open an address as a browser does, and agree."""
    Thread(target=httpx.get, args=(address,), kwargs={"follow_redirects": True}).start()
    return True


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailDesk]:
    """Set up a project that signs in by token; nobody has allowed it yet."""
    monkeypatch.setattr("webbrowser.open", browse)
    opened = open_desk(dovecot(), tmp_path / "project", by_token=True)
    opened.server.provider.user = opened.address
    opened.server.provider.asked.clear()
    opened.server.relay.signed_in.clear()
    yield opened
    opened.wire.close()


def test_it_is_allowed_once_then_reads_and_answers_by_tokens_that_are_renewed(desk: MailDesk) -> None:
    provider = desk.server.provider
    told = desk.office.run("sync", expect=lambda code: code == Exit.CREDENTIALS)
    assert "casebridge connect mail" in told
    told = desk.office.run("connect", "mail")
    assert f"signed in as {desk.address}" in told
    assert "answers leave by" in told
    desk.sync()
    desk.write("m1", "Der Router blinkt rot.")
    desk.sync()
    desk.answer("Ein neuer Router geht heute raus.")
    desk.office.later(minutes=90)
    for _ in range(2):
        desk.sync()
    assert [answer.get_content().strip() for answer in desk.answers()] == ["Ein neuer Router geht heute raus."]
    assert desk.server.relay.signed_in[-1] == desk.address
    desk.office.later(minutes=90)
    desk.sync()
    assert provider.asked == ["authorization_code", "refresh_token", "refresh_token"]


def test_a_token_that_ends_before_its_time_is_renewed_and_one_that_was_taken_back_asks_to_connect(
    desk: MailDesk,
) -> None:
    provider = desk.server.provider
    desk.office.run("connect", "mail")
    desk.sync()
    desk.write("m1", "Der Router blinkt rot.")
    provider.end_access()
    desk.sync()
    assert len(desk.cases()) == 1
    desk.answer("Ein neuer Router geht heute raus.")
    desk.sync()
    provider.end_access()
    desk.sync()
    assert len(desk.answers()) == 1
    provider.withdraw()
    desk.office.later(minutes=2)
    told = desk.office.run("sync", expect=lambda code: code == Exit.CREDENTIALS)
    assert "casebridge connect mail" in told
    desk.office.run("connect", "mail")
    desk.write("m2", "Wo bleibt meine Rechnung?")
    desk.sync()
    assert len(desk.cases()) == 2


def test_what_it_signs_in_with_is_nowhere_to_be_read(desk: MailDesk) -> None:
    told = desk.office.run("connect", "mail")
    desk.sync()
    provider = desk.server.provider
    told += desk.office.run("status") + desk.office.run("check")
    kept = b"".join(file.read_bytes() for file in desk.office.folder.rglob("*") if file.is_file())
    for secret in (*provider.access, *provider.refresh):
        assert secret not in told
        assert secret.encode() not in kept
