"""What the account does by itself, and what it would mail to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.hubspot.sdk import call

if TYPE_CHECKING:
    from bridge.clock import FixedClock

from dataclasses import replace

from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.org import hostile

OWN = "acme.example"


def test_a_plain_account_mails_nobody_outside(fake: Fake) -> None:
    ticket = fake.agent.ticket("One", contact=fake.agent.contact(email="mara@example.org"))
    fake.agent.take(ticket)
    fake.agent.close(ticket)
    assert not fake.notices.outside(OWN)
    assert [(one.to, one.about) for one in fake.notices] == [("ines@acme.example", ticket)]


def test_a_grown_account_thanks_the_customer_and_sends_a_survey_once(grown: Fake) -> None:
    ticket = grown.agent.ticket("One", contact=grown.agent.contact(email="mara@example.org"))
    assert [one.subject for one in grown.notices] == ["We have received your request"]
    grown.agent.close(ticket)
    grown.agent.reopen(ticket)
    grown.agent.close(ticket)
    assert [one.to for one in grown.notices.outside(OWN)] == ["mara@example.org"] * 2


def test_a_careful_admin_keeps_tickets_with_a_key_out(clock: FixedClock) -> None:
    careful = tuple(replace(one, unless_known="acme_product") for one in hostile().workflows)
    fake = Fake(clock, replace(hostile(), workflows=careful))
    contact = fake.agent.contact(email="mara@example.org")
    fake.agent.ticket("One", contact=contact, acme_product="tent")
    assert not fake.notices
    fake.agent.ticket("Two", contact=contact)
    assert len(fake.notices) == 1


def test_a_contact_that_comes_later_is_thanked_too(grown: Fake) -> None:
    ticket, contact = grown.agent.ticket("One"), grown.agent.contact(email="mara@example.org")
    assert not grown.notices
    grown.agent.link(("tickets", ticket), ("contacts", contact))
    assert len(grown.notices) == 1


def test_the_other_pipeline_mails_nobody_but_changes_the_priority(grown: Fake) -> None:
    body = {
        "properties": {
            "subject": "One",
            "hs_pipeline": "7700",
            "hs_pipeline_stage": "7701",
            "hs_ticket_priority": "HIGH",
            "acme_region": "emea",
        }
    }
    _, made, _ = call(grown, "POST", "/crm/v3/objects/tickets", body)
    assert grown.agent.value("tickets", made["id"], "hs_ticket_priority") == "LOW"
    assert not grown.notices
