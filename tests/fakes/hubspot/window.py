"""What an account holds, as a page of text, and an agent's hands for a browser or curl: for somebody who tries Casebridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.hubspot.agent import Agent
from tests.fakes.hubspot.asked import Asked, Reply, Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.hubspot.portal import Item, Portal

_SAID = {"notes": "hs_note_body", "communications": "hs_communication_body", "emails": "hs_email_text"}
_DOING = {"take": Agent.take, "close": Agent.close, "reopen": Agent.reopen}


def page(portal: Portal) -> str:
    """Return all tickets with what hangs on them, all contacts, and all mail that would have been sent."""
    tickets, contacts = portal.all("tickets"), portal.all("contacts")
    lines = [
        f"{portal.org.name}: {len(tickets)} tickets, {len(contacts)} contacts, {len(portal.notices)} mails",
        "",
        "An agent answers:  curl -d 'Your words' ADDRESS/agent/answer/TICKET",
        "and takes, closes, reopens a ticket:  curl -X POST ADDRESS/agent/take/TICKET",
        "",
    ]
    for ticket in tickets:
        lines += _ticket(portal, ticket)
    lines += ["", "Contacts", *(f"  {one.id}  {_called(one)}  {one.properties.get('email', '-')}" for one in contacts)]
    lines += ["", "Mail that would have been sent"]
    lines += [f"  to {each.to}: {each.subject} ({each.automation})" for each in portal.notices]
    return "\n".join(lines) + "\n"


def _ticket(portal: Portal, ticket: Item) -> Iterator[str]:
    known = ticket.properties
    stage = next(
        (stage.label for one in portal.org.pipelines for stage in one.stages if stage.id == known["hs_pipeline_stage"]),
        "-",
    )
    people = [_called(portal.items["contacts"][one]) for one in portal.linked(("tickets", ticket.id), "contacts")]
    yield f"{ticket.id}  {stage}  {known.get('hs_ticket_priority', '-')}  {known.get('subject', '-')}"
    yield f"    owner {known.get('hubspot_owner_id') or '-'}, contact {', '.join(people) or '-'}"
    for name, text in _SAID.items():
        for one in portal.linked(("tickets", ticket.id), name):
            said = portal.items[name][one].properties
            yield f"    {name} {said.get('hs_timestamp', '')[:16]}: {said.get(text, '')[:100]!r}"


def _called(contact: Item) -> str:
    names = (contact.properties.get("firstname"), contact.properties.get("lastname"))
    return " ".join(filter(None, names)) or "-"


def _show(asked: Asked) -> Reply:
    return 200, page(asked.portal)


def _answer(asked: Asked) -> Reply:
    """Write a note that answers the customer, as the page of HubSpot tells agents to."""
    words = asked.body.decode() if isinstance(asked.body, bytes) else ""
    return 200, Agent(asked.portal).note(asked.path["ticket"], f"#reply {words}") + "\n"


def _do(asked: Asked) -> Reply:
    _DOING[asked.path["what"]](Agent(asked.portal), asked.path["ticket"])
    return 200, page(asked.portal)


WAYS = (
    Way("GET", "/", _show, open=True),
    Way("POST", "/agent/answer/{ticket}", _answer, open=True),
    Way("POST", "/agent/{what}/{ticket}", _do, open=True),
)
