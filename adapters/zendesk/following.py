"""Follow-ups: what Zendesk makes of a ticket that is closed for good, days after it was solved, when its customer writes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk.account import concerns_us
from adapters.zendesk.names import FOLLOW_UP, KEY

if TYPE_CHECKING:
    from adapters.zendesk.account import Account

_COPIED = ("subject", "priority", "tags", "requester_id", "group_id", "brand_id", "ticket_form_id")


def follow_up(account: Account, ticket: dict[str, Any]) -> str:
    """Return the follow-up of a closed ticket, made if there is none; empty where none is to be made.

    Agents see it as any new ticket. That it stands for the closed one is told by ``activity``, as of a merge.
    """
    if account.settings.closed_tickets == "refuse" or not concerns_us(ticket):
        return ""
    standing = account.finder.follow_up_of(str(ticket["id"]))
    if standing:
        return standing
    text = f"Follow-up of ticket #{ticket['id']}, which is closed: the customer has written again."
    body = {
        **{name: ticket[name] for name in _COPIED if ticket.get(name)},
        KEY: f"{FOLLOW_UP}{ticket['id']}",
        "via_followup_source_id": ticket["id"],
        "comment": {"body": text, "public": False},
    }
    made = account.client.write("POST", "/tickets", {"ticket": body}, idempotency_key=f"{FOLLOW_UP}{ticket['id']}")
    return str(made["ticket"]["id"])
