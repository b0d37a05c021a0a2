"""No customer is mailed by Request Tracker, whose scrips mail every requestor who has an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.hands import TellsMail
from bridge.nouns import AmendmentKind, Reference, Thing
from tests.adapters.request_tracker.servers import MONDAY, message, place, refs, ticket, user
from tests.conformance.writing import amendment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.request_tracker.servers import Place

pytestmark = pytest.mark.real


def played(there: Place, **person: str) -> str:
    """Play a case from its beginning to its answer; return the ticket."""
    (ada,) = refs(there.target, user(1, **person))
    (case,) = refs(there.target, ticket(1, Requestor=Reference(Thing.PERSON, user(1).key, ada)))
    refs(there.target, message(1, case))
    hands = there.target.agent()
    hands.note(case, "Ask Tom.", author="Mia")
    hands.set_status(case, "closed", author="Mia")
    there.target.amend([amendment(AmendmentKind.REOPEN, Thing.CASE, case)])
    hands.reply(case, "We are on it.", author="Mia")
    return case


def test_nobody_is_mailed_whatever_happens_to_a_case(here: Place) -> None:
    case = played(here, EmailAddress="ada@example.org")
    assert here.server.mails() == []
    assert here.target.mailed(case) == []
    assert isinstance(here.target, TellsMail)


def test_where_it_is_wanted_the_requestor_is_mailed_and_the_canary_would_tell(here: Place, tmp_path: Path) -> None:
    there = place(here.server, tmp_path, mail_requestors=True)
    case = played(there, EmailAddress="ada@example.org")
    assert {mail["To"] for mail in here.server.mails()} == {"ada@example.org"}
    assert there.target.mailed(case)[0] == "“[acme.example #1] AutoReply: Router 1 broken”"
    there.target.close()


def test_an_agents_answer_in_the_page_mails_nobody_either(here: Place) -> None:
    (ada,) = refs(here.target, user(1, EmailAddress="ada@example.org"))
    (case,) = refs(here.target, ticket(1, Requestor=Reference(Thing.PERSON, user(1).key, ada)))
    here.server.call("POST", f"ticket/{case}/correspond", {"Content": "We are on it.", "ContentType": "text/plain"})
    assert here.server.mails() == []
    assert here.clock.now() == MONDAY
