"""Redactions: the words of a person, a ticket or a message are blacked out for good; the record stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.zendesk import identities
from adapters.zendesk.errors import Declined
from adapters.zendesk.limits import Purpose
from adapters.zendesk.looking import messages
from adapters.zendesk.names import TICKETS
from bridge.nouns import Ended, Refusal, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.zendesk.account import Account

REDACTED = "[redacted]"


class Declining(Exception):
    """An amendment cannot be done; carries the refusal."""

    def __init__(self, reason: str, code: str) -> None:
        """Say why and, where it can be, how a person does it."""
        self.refusal = Refusal(reason, code=code)
        super().__init__(reason)


def _message(account: Account, ref: str) -> None:
    """Black out a message and its corrections, line by line: Zendesk wants each text as it stands."""
    ticket, _, key = ref.partition("/")
    comments = account.finder.comments(ticket, purpose=Purpose.ANSWER) if ticket.isdecimal() else []
    standing = messages(comments).get(key)
    if not standing:
        raise Declining(f"ticket {ticket} holds no such message of ours", "not_found")
    for row, said in standing:
        _black_out(account, ticket, str(row["id"]), f"{said.body}\n{said.link}")


def _ticket(account: Account, ref: str) -> None:
    """Black out description and subject."""
    row = account.finder.rows(TICKETS, [ref], purpose=Purpose.ANSWER).get(ref)
    if row is None:
        raise Declining(f"Zendesk has no ticket {ref}", Ended.DELETED if ref.isdecimal() else "not_found")
    comments = account.finder.comments(ref, purpose=Purpose.ANSWER)
    if comments:
        _black_out(account, ref, str(comments[0]["id"]), str(comments[0].get("body") or ""))
    if row["status"] == "closed":
        reason = f"Ticket {ref} is closed for good, and keeps its subject. By hand: delete the ticket in Zendesk"
        raise Declining(reason, "closed")
    account.client.write("PUT", f"/tickets/{ref}", {"ticket": {"subject": REDACTED}}, purpose=Purpose.ANSWER)


def _person(account: Account, ref: str) -> None:
    """Empty what tells who a user is."""
    if not ref.isdecimal():
        raise Declining(f"Zendesk has no user {ref}", "not_found")
    identities.remove(account, ref)
    emptied = {**dict.fromkeys(("email", "phone")), "details": "", "notes": "", "name": REDACTED}
    account.client.write("PUT", f"/users/{ref}", {"user": emptied}, purpose=Purpose.ANSWER)


def _black_out(account: Account, ticket: str, comment: str, text: str) -> None:
    for line in dict.fromkeys(filter(None, (each.strip() for each in text.splitlines()))):
        if set(line) <= set("▇ "):
            continue
        body = {"text": line}
        try:
            account.client.write("PUT", f"/tickets/{ticket}/comments/{comment}/redact", body, purpose=Purpose.ANSWER)
        except Declined as declined:
            # A line that was part of an earlier one is black by now.
            if "not found" not in declined.problem.said:
                raise


DOING: Mapping[Thing, Callable[[Account, str], None]] = {
    Thing.PERSON: _person,
    Thing.CASE: _ticket,
    Thing.MESSAGE: _message,
}
