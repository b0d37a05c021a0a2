"""What a ticket's contact was mailed by HubSpot itself: mails of workflows and pipelines, and mails that no person sent.

The former are marketing mails: the contact counts them and names the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.hubspot import objects
from adapters.hubspot.limits import Purpose
from adapters.hubspot.mails import READ_OF_MAILS, author_of
from adapters.hubspot.names import CONTACTS, EMAILS, TICKETS
from bridge.errors import AuthError
from bridge.nouns import Actor

if TYPE_CHECKING:
    from adapters.hubspot.account import Account

_COUNT, _LATEST = "hs_email_delivered", "hs_email_last_email_name"


def mailed(account: Account, ticket: str) -> list[str]:
    """Return a line for each mail so far; HubSpot may count some minutes late."""
    people = account.associations.of(TICKETS, CONTACTS, [ticket], Purpose.ANSWER).get(ticket, [])
    rows = objects.read(account.client, CONTACTS, people, [_COUNT, _LATEST], purpose=Purpose.ANSWER) if people else []
    lines = []
    for row in rows:
        count = int(float(row["properties"].get(_COUNT) or 0))
        latest = row["properties"].get(_LATEST) or "a mail"
        lines += ["an earlier mail"] * (count - 1) + [f"“{latest}”"] * (count > 0)
    return [*lines, *_on_ticket(account, ticket)]


def _on_ticket(account: Account, ticket: str) -> list[str]:
    try:
        refs = account.associations.of(TICKETS, EMAILS, [ticket], Purpose.ANSWER).get(ticket, [])
        rows = objects.read(account.client, EMAILS, refs, READ_OF_MAILS, purpose=Purpose.ANSWER) if refs else []
    except AuthError:  # the key may not read mails
        return []
    automatic = [row["properties"] for row in rows if author_of(row["properties"]) is Actor.AUTOMATION]
    return [f"“{each.get('hs_email_subject') or 'a mail'}”" for each in automatic]
