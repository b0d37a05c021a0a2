"""A custom channel of the inbox: messages go into a thread for each ticket, where agents answer as in any other channel.

HubSpot takes a message once for each idempotency id, which is our key; for how long it remembers one is not told, so the
key stands in the text as a mark, too, by which ``find`` and ``keys`` know it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.hubspot import attaching, inbox, paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.looking import MARK, marked_text
from adapters.hubspot.names import CHANNEL
from adapters.hubspot.values import instant
from bridge.errors import AuthError, BudgetSpent, RateLimited, Transient, Uncertain
from bridge.nouns import Found, Presence, Refusal, Retry, Unknown, Written
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from adapters.hubspot.account import Account
    from bridge.nouns import Json, Outcome, Record

_LATER = 10.0
_OPAQUE = "CHANNEL_SPECIFIC_OPAQUE_ID"
_OUT = "OUTGOING"


def write(account: Account, records: Sequence[Record]) -> list[Outcome]:
    """Publish messages one by one, those of a ticket in order. Raises only where nothing was written."""
    outcomes: list[Outcome] = []
    held: set[str] = set()
    """Tickets whose latest message may not be there."""
    for record in records:
        if record.parent in held:
            outcomes.append(Retry(0))
            continue
        try:
            outcome = _publish(account, record)
        except (AuthError, BudgetSpent, RateLimited, Transient) as stop:
            if not any(isinstance(each, (Written, Unknown)) for each in outcomes):
                raise
            wait = stop.retry_after if isinstance(stop, RateLimited) else _LATER
            rest: list[Outcome] = [Retry(wait, str(stop))] * (len(records) - len(outcomes))
            return outcomes + rest
        if isinstance(outcome, (Retry, Unknown)):
            held.add(record.parent)
        outcomes.append(outcome)
    return outcomes


def find(account: Account, keys: Mapping[str, str]) -> dict[str, Found]:
    """Look for our marks in the threads of tickets; ``keys``: key → ticket."""
    found: dict[str, Found] = {}
    for key, ref, ticket in _marked(account, set(keys.values())):
        if key in keys:
            refs = (*found[key].refs, ref) if key in found else (ref,)
            found[key] = Found(Presence.FOUND, refs[0], refs, parent=ticket)
        if found.keys() == keys.keys():
            break
    return found


def keys(account: Account) -> Iterator[str]:
    """Yield every mark in the channel's threads."""
    yield from (key for key, _, _ in _marked(account, {""}))


def _publish(account: Account, record: Record) -> Outcome:
    if record.ref:
        # What stands in a channel no API changes.
        return Written(record.ref, created=False)
    refusal = _refusal(account, record)
    if refusal is not None:
        return refusal
    files = attaching.brought(account.client, record.key, record.files)
    if not isinstance(files, list):
        return files
    body = _body(account, record, files)
    try:
        said = account.client.write(paths.channel(account.settings.channel, "messages"), body).body
    except Declined as declined:
        return declined.problem.outcome()
    except Uncertain as lost:
        return Unknown(str(lost))
    return Written(f"{said['conversationsThreadId']}:{said['id']}", created=True)


def _refusal(account: Account, record: Record) -> Refusal | None:
    if not record.parent.isdecimal():
        return Refusal(f"a message stands in a ticket; {record.parent or 'an empty parent'} is none", "parent")
    return first_violation(account.schemas.of(CHANNEL), dict(record.fields), creating=True)


def _body(account: Account, record: Record, files: Sequence[str]) -> dict[str, Any]:
    fields, contact = record.fields, account.finder.contacts_of([record.parent]).get(record.parent, "")
    sender = fields.get("sender") or "customer"
    customer = {
        "deliveryIdentifier": {"type": _OPAQUE, "value": f"{sender}{inbox.TICKET}{record.parent}"},
        "name": fields.get("sender_name") or str(sender),
    }
    brand = {"deliveryIdentifier": account.inbox.identifier()}
    outgoing = fields["direction"] == _OUT
    return {
        "text": marked_text(str(fields["text"]), record.key),
        "timestamp": instant(str(fields["timestamp"])),
        "messageDirection": fields["direction"],
        "senders": [brand if outgoing else customer],
        "recipients": [customer if outgoing else brand],
        "channelAccountId": account.settings.channel_account,
        "attachments": [{"type": "FILE", "fileId": file} for file in files],
        "integrationThreadId": record.parent,
        "integrationIdempotencyId": record.key,
        **({"associateWithContactId": int(contact)} if contact else {}),
    }


def _marked(account: Account, tickets: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Yield key, id and ticket of our messages, in the threads of some tickets, or of all where one has no contact."""
    contacts = account.finder.contacts_of([each for each in tickets if each])
    people = [contacts.get(each, "") for each in tickets]
    for person in dict.fromkeys(people) if all(people) else ("",):
        for thread in account.inbox.threads(contact=person):
            yield from _in_thread(account, thread)


def _in_thread(account: Account, thread: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    if str(thread.get("originalChannelId")) != account.settings.channel:
        return
    messages = account.inbox.messages(str(thread["id"]))
    ticket = inbox.ticket_of(messages)
    for each in messages:
        mark = MARK.search(account.inbox.text(each))
        if mark and not each.get("archived"):
            yield mark[1], f"{thread['id']}:{each['id']}", ticket
