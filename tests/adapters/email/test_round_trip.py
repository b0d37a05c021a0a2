"""A customer's mail becomes a case, the agent's answer comes into the customer's mailbox, on a real server, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.adapters.email.desks import MailDesk

pytestmark = pytest.mark.real


def test_mail_becomes_a_case_and_the_answer_comes_in_the_thread(desk: MailDesk) -> None:
    first = desk.write("m1", "Der Router blinkt rot.\r\n\r\n-- \r\nAnna Kern\r\nTel. 030 1234567")
    desk.sync()
    assert desk.customer in desk.case()["reply_hint"]
    desk.answer("Ein neuer Router geht heute raus.")
    for _ in range(2):
        desk.sync()
    (answer,) = desk.answers()
    assert answer["In-Reply-To"] == f"<{first}>"
    assert answer["Subject"] == "Re: Router"
    assert answer.get_content().strip() == "Ein neuer Router geht heute raus."
    quoted = "> Ein neuer Router geht heute raus."
    desk.write(
        "m2",
        f"Danke, er ist da!\r\n\r\nAm 02.03.2026 um 10:00 schrieb Acme Support <{desk.address}>:\r\n{quoted}",
        In_Reply_To=answer["Message-ID"],
        References=f"<{first}> {answer['Message-ID']}",
    )
    for _ in range(3):
        desk.sync()
    said = [one["text"] for one in desk.case()["messages"] if one["author"] == "Anna Kern"]
    assert said == ["Router\n\nDer Router blinkt rot.", "Router\n\nDanke, er ist da!"]
    assert len(desk.answers()) == 1
    assert "mail does not see: whether an answer was read" in desk.office.run("status")
