"""Mails on tickets: those that agents send from there answer the customer, where the settings say so."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from adapters.hubspot import objects
from adapters.hubspot.attaching import described
from adapters.hubspot.heard import PERSON, on_tickets
from adapters.hubspot.limits import Purpose
from adapters.hubspot.names import EMAILS, FILES
from adapters.hubspot.values import as_text, moment
from bridge.nouns import Actor, Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.hubspot.account import Account
    from adapters.hubspot.heard import Heard
    from adapters.hubspot.objects import Row

READ_OF_MAILS = (
    *("hs_email_direction", "hs_email_status", "hs_email_subject", "hs_email_text", "hs_email_html", FILES),
    *("hs_createdate", "hs_created_by_user_id", "hs_object_source", "hs_lastmodifieddate"),
)
_INCOMING, _OUTGOING, _SENT = "INCOMING_EMAIL", "EMAIL", "SENT"
BEFORE = f"{EMAILS}:"
"""Stands before the id of a mail, to tell it from a note's."""


def pages(account: Account, since: datetime) -> Iterator[Heard]:
    """Yield the mails that changed since a time."""
    for rows in objects.changed(account.client, EMAILS, since, READ_OF_MAILS, purpose=Purpose.ANSWER):
        yield on_tickets(account, EMAILS, rows, since, partial(_answer, account))


def author_of(properties: Mapping[str, Any]) -> Actor:
    """Return who wrote a mail."""
    if properties.get("hs_email_direction") == _INCOMING:
        return Actor.CUSTOMER
    source = str(properties.get("hs_object_source") or "")
    return Actor.AGENT if source in PERSON and properties.get("hs_created_by_user_id") else Actor.AUTOMATION


def _answer(account: Account, row: Row, case: str) -> Answer:
    properties = row["properties"]
    author = author_of(properties)
    # One that is scheduled, or bounced, reached nobody.
    sent = properties.get("hs_email_direction") == _OUTGOING and properties.get("hs_email_status") == _SENT
    user = str(properties.get("hs_created_by_user_id") or "")
    public = author is Actor.AGENT and sent
    return Answer(
        native_id=BEFORE + row["id"],
        case_ref=case,
        at=moment(properties.get("hs_createdate") or row["createdAt"]),
        actor=author,
        actor_name=account.owners.name(user) if public else "",
        actor_id=user,
        public=public,
        text=(properties.get("hs_email_text") or as_text(properties.get("hs_email_html") or "")).strip(),
        files=described(account.client, properties.get(FILES)) if public else (),
    )
