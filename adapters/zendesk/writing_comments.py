"""Write messages: internal comments with our key as a mark below the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk.correcting import Corrections
from adapters.zendesk.names import COMMENTS, comment_ref
from adapters.zendesk.sending import MANY, Sending
from adapters.zendesk.texts import Said
from bridge.errors import Transient, Uncertain
from bridge.nouns import Refusal, Retry, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.zendesk.account import Account
    from adapters.zendesk.rendering import Wanted
    from bridge.nouns import Outcome


class Comments(Sending):
    """Messages; of each ticket in the order given, one in a job."""

    name = COMMENTS

    def do(self, ready: Sequence[Wanted]) -> None:
        """Add what is new, correct the rest."""
        fresh = self.without_known([each for each in ready if not each.ref])
        first, later = _one_each(fresh)
        if len(first) >= MANY:
            self.as_job(first, lambda tickets: self._write("PUT", "/tickets/update_many", {"tickets": tickets}))
        else:
            self.one_by_one(first, self._add)
        for each in later:
            self._after(each, fresh)
        corrections = Corrections(self.account)
        try:
            corrections.do([each for each in ready if each.ref])
        finally:
            self.done |= corrections.done

    def item_ref(self, each: Wanted) -> str:
        """Return the ticket of a message."""
        return each.record.parent

    def body(self, each: Wanted) -> dict[str, Any]:
        """Return a ticket with one comment more."""
        return {"id": int(each.record.parent), "comment": comment(self.account, each)}

    def _after(self, each: Wanted, all_: Sequence[Wanted]) -> None:
        """Write a further message of a ticket, if all before it are settled."""
        before = [
            self.done.get((one.key, one.ref))
            for one in all_[: all_.index(each)]
            if one.record.parent == each.record.parent
        ]
        if all(isinstance(outcome, (Written, Refusal)) for outcome in before):
            self.one_by_one([each], self._add)
        else:
            self.note(each, Retry(0, "an earlier message of the ticket is on its way"))

    def _add(self, each: Wanted) -> Outcome:
        ticket = each.record.parent
        body = {name: value for name, value in self.body(each).items() if name != "id"}
        self._write("PUT", f"/tickets/{ticket}", {"ticket": body})
        return Written(comment_ref(ticket, each.key), created=True)

    def _write(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.account.client.write(method, path, body)


def comment(account: Account, each: Wanted) -> dict[str, Any]:
    """Return a message as a comment; its files are sent beforehand."""
    try:
        uploads = [account.client.upload(file) for file in each.record.files]
    except Uncertain as lost:
        # Nothing of the record was written: a file that no comment names is forgotten by Zendesk.
        raise Transient(str(lost)) from lost
    public = bool(each.fields.get("public", False))
    return {"body": said(each).text(), "public": public, **({"uploads": uploads} if uploads else {})}


def said(each: Wanted) -> Said:
    """Return a message as it is said in a comment."""
    return Said(each.key, each.fields["body"], each.fields.get("link") or "")


def _one_each(fresh: Sequence[Wanted]) -> tuple[list[Wanted], list[Wanted]]:
    """Return the first message of each ticket, and all that come after one."""
    seen: set[str] = set()
    first: list[Wanted] = []
    later: list[Wanted] = []
    for each in fresh:
        (later if each.record.parent in seen else first).append(each)
        seen.add(each.record.parent)
    return first, later
