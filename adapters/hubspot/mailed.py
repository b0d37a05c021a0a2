"""What a ticket's contact was mailed by HubSpot itself: mails of workflows and pipelines, and mails that no person sent.

The former are marketing mails: the contact counts them and names the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.hubspot import objects
from adapters.hubspot.limits import Purpose
from adapters.hubspot.mails import READ_OF_MAILS, author_of
from adapters.hubspot.names import CONTACTS, EMAILS, TICKETS
from adapters.hubspot.values import moment
from bridge.errors import AuthError
from bridge.nouns import Actor

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.hubspot.account import Account
    from adapters.hubspot.objects import Row

_COUNT, _LATEST = "hs_email_delivered", "hs_email_last_email_name"


def mailed(account: Account, ticket: str) -> list[str]:
    """Return a line for each mail since the ticket was opened, oldest first; HubSpot may count some minutes late."""
    row = account.finder.survivors(TICKETS, [ticket], purpose=Purpose.ANSWER).get(ticket)
    if row is None:
        return []
    opened = moment(row["properties"].get("createdate") or row["createdAt"])
    people = account.associations.of(TICKETS, CONTACTS, [ticket], Purpose.ANSWER).get(ticket, [])
    told = [_COUNT, _LATEST]
    rows = objects.read(account.client, CONTACTS, people, told, history=told, purpose=Purpose.ANSWER) if people else []
    return [line for row in rows for line in _to_contact(row, opened)] + _on_ticket(account, ticket)


def _to_contact(row: Row, opened: datetime) -> list[str]:
    history = row.get("propertiesWithHistory") or {}
    # A count without a history may be of now: one that is told too often is looked into, one too few is not.
    counted = history.get(_COUNT) or ([{"timestamp": opened.isoformat()}] if row["properties"].get(_COUNT) else [])
    mails = sum(moment(each["timestamp"]) >= opened for each in counted)
    told = [(moment(each["timestamp"]) >= opened, each["value"]) for each in history.get(_LATEST) or ()]
    names = [name for new, name in told if new][::-1]
    # A mail of the same name as the one before it leaves no trace there.
    before = next((name for new, name in told if not new), row["properties"].get(_LATEST) or "a mail")
    return [f"“{name}”" for name in [*[before] * (mails - len(names)), *names]]


def _on_ticket(account: Account, ticket: str) -> list[str]:
    try:
        refs = account.associations.of(TICKETS, EMAILS, [ticket], Purpose.ANSWER).get(ticket, [])
        rows = objects.read(account.client, EMAILS, refs, READ_OF_MAILS, purpose=Purpose.ANSWER) if refs else []
    except AuthError:  # the key may not read mails
        return []
    automatic = [row["properties"] for row in rows if author_of(row["properties"]) is Actor.AUTOMATION]
    return [f"“{each.get('hs_email_subject') or 'a mail'}”" for each in automatic]
