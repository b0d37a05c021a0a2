"""Correct messages: no comment can be changed, so what was edited comes as a further comment under the same mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk.errors import Declined
from adapters.zendesk.looking import messages
from adapters.zendesk.names import COMMENTS
from adapters.zendesk.patience import Patience
from adapters.zendesk.sending import MANY, Sending
from adapters.zendesk.texts import Said
from bridge.errors import RateLimited, Transient
from bridge.nouns import Refusal, Retry, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.zendesk.account import Account
    from adapters.zendesk.rendering import Wanted
    from bridge.nouns import Outcome

_LATER = 10.0


class Corrections(Sending):
    """Later deliveries of messages, each after a look at what its ticket says now: a repeated correction is no second one."""

    name = COMMENTS

    def __init__(self, account: Account) -> None:
        """Correct nothing yet."""
        super().__init__(account)
        self._comments: dict[str, dict[str, Any]] = {}
        """Key → the comment that corrects the message."""
        self._standing: dict[str, dict[str, list[tuple[dict[str, Any], Said]]]] = {}
        """Ticket → our messages in it."""

    def do(self, ready: Sequence[Wanted]) -> None:
        """Look at each, then write what differs."""
        wrong: dict[str, Wanted] = {}
        patience = Patience()
        for place, each in enumerate(ready):
            ticket = self.item_ref(each)
            if ticket in wrong:
                self.note(each, Retry(0, "an earlier correction in the ticket is on its way"))
                continue
            try:
                outcome = self._compared(each)
            except Declined as declined:
                outcome = self.refused(each, declined.problem)
            except Transient as trouble:
                ends = patience.ends(trouble)
                if ends and not wrong and all(isinstance(one, Retry) for one in self.done.values()):
                    raise
                after = trouble.retry_after if isinstance(trouble, RateLimited) else _LATER
                for rest in ready[place:] if ends else [each]:
                    self.note(rest, Retry(after, str(trouble)))
                if ends:
                    break
                continue
            patience.restored()
            if outcome is None:
                wrong[ticket] = each
            else:
                self.note(each, outcome)
        self._send(list(wrong.values()))

    def item_ref(self, each: Wanted) -> str:
        """Return the ticket of a message."""
        return each.ref.partition("/")[0]

    def body(self, each: Wanted) -> dict[str, Any]:
        """Return a ticket with one comment more."""
        return {"id": int(self.item_ref(each)), "comment": self._comments[each.key]}

    def _send(self, wrong: Sequence[Wanted]) -> None:
        client = self.account.client
        if len(wrong) < MANY:
            self.one_by_one(wrong, self._correct)
        else:
            self.as_job(wrong, lambda tickets: client.write("PUT", "/tickets/update_many", {"tickets": tickets}))

    def _correct(self, each: Wanted) -> Outcome:
        body = {"ticket": {"comment": self._comments[each.key]}}
        self.account.client.write("PUT", f"/tickets/{self.item_ref(each)}", body)
        return Written(each.ref, created=False)

    def _compared(self, each: Wanted) -> Outcome | None:
        """Return what needs no writing, or None once the correction is there to be sent."""
        ticket, _, key = each.ref.partition("/")
        if not ticket.isdecimal():
            return Refusal(f"Zendesk has no message {each.ref}", code="not_found")
        brought = self.account.imported.pop(key, None)
        if brought is not None and _told(brought) == _told(_merged(each, brought)):
            return Written(each.ref, created=False)
        if ticket not in self._standing:
            self._standing[ticket] = messages(self.account.finder.comments(ticket))
        standing = self._standing[ticket].get(key)
        if not standing:
            return Refusal(f"ticket {ticket} holds no such message of ours any more", code="not_found")
        present = standing[-1][1]
        wanted = _merged(each, present)
        if _told(wanted) == _told(present):
            return Written(each.ref, created=False)
        self._comments[each.key] = {"body": wanted.text(), "public": bool(standing[0][0]["public"])}
        return None


def _told(said: Said) -> tuple[str, str]:
    return said.body, said.link


def _merged(each: Wanted, present: Said) -> Said:
    """Return the message as it is to read now."""
    shown = {"body": present.body, "link": present.link}
    keep = {name for name in each.record.fill_if_empty if shown.get(name)}
    given = {name: value for name, value in each.fields.items() if name in shown and name not in keep}
    new = {**shown, **given}
    return Said(present.key, new["body"], new["link"] or "", corrected=True)
