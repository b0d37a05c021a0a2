"""Somebody who tries Casebridge sees what the account holds and can be its agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.transports import exchange

if TYPE_CHECKING:
    from tests.fakes.hubspot.app import Fake


def asked(fake: Fake, method: str, path: str, body: bytes = b"") -> str:
    answer = exchange(fake.app, method, f"http://127.0.0.1{path}", {}, body)
    assert answer.status == 200
    return answer.body.decode()


def test_an_agent_answers_and_closes_and_the_page_shows_it(fake: Fake) -> None:
    person = fake.agent.contact(firstname="Ada", lastname="Kern", email="ada@example.org")
    ticket = fake.agent.ticket("Router broken", contact=person)
    asked(fake, "POST", f"/agent/answer/{ticket}", b"We are on it.")
    asked(fake, "POST", f"/agent/take/{ticket}")
    shown = asked(fake, "POST", f"/agent/close/{ticket}")
    assert shown == asked(fake, "GET", "/")
    assert f"{ticket}  Closed  -  Router broken" in shown
    assert "owner 81001, contact Ada Kern" in shown
    assert "#reply We are on it." in shown
    assert "to ines@acme.example: You were assigned a ticket" in shown
