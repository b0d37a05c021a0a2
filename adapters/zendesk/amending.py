"""One-shot changes of what stands: each takes effect once, however often it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk import redacting
from adapters.zendesk.account import is_ours
from adapters.zendesk.errors import Declined
from adapters.zendesk.following import follow_up
from adapters.zendesk.limits import Purpose
from adapters.zendesk.names import AMENDMENT, DONE, KEY, THINGS, TICKETS, USERS
from adapters.zendesk.redacting import Declining
from bridge.errors import RateLimited, Transient, Uncertain
from bridge.nouns import AmendmentKind, Ended, Retry, Thing, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.zendesk.account import Account
    from bridge.nouns import Amendment, Outcome

_LATER = 10.0


def amend(account: Account, amendments: Sequence[Amendment]) -> list[Outcome]:
    """Do amendments one by one. Raises only where none was done."""
    outcomes: list[Outcome] = []
    for amendment in amendments:
        try:
            outcomes.append(_once(account, amendment))
        except RateLimited as limit:
            if not outcomes:
                raise
            outcomes.append(Retry(limit.retry_after, str(limit)))
    return outcomes


def _once(account: Account, amendment: Amendment) -> Outcome:
    try:
        _DOING[amendment.kind](account, amendment)
    except Declining as declining:
        return declining.refusal
    except Declined as declined:
        return declined.problem.outcome()
    except Uncertain as lost:
        return Unknown(str(lost))
    except RateLimited:
        raise
    except Transient as trouble:
        return Retry(_LATER, str(trouble))
    return Written(amendment.ref, created=True)


def _link(account: Account, amendment: Amendment) -> None:
    """Say in both tickets that they belong together: Zendesk shows a number behind # as a link."""
    _ticket(account, amendment.other_ref)
    _say(account, amendment.ref, f"Belongs together with ticket #{amendment.other_ref}.", amendment.key)
    _say(account, amendment.other_ref, f"Belongs together with ticket #{amendment.ref}.", amendment.key)


def _tag(account: Account, amendment: Amendment) -> None:
    ticket = _ticket(account, amendment.ref)
    tag = "_".join(amendment.text.split())
    if tag not in ticket["tags"]:
        account.client.write("PUT", f"/tickets/{amendment.ref}/tags", {"tags": [tag]}, purpose=Purpose.ANSWER)


def _note(account: Account, amendment: Amendment) -> None:
    _say(account, amendment.ref, amendment.text, amendment.key)


def _reopen(account: Account, amendment: Amendment) -> None:
    ticket = _ticket(account, amendment.ref)
    if ticket["status"] not in DONE or amendment.key in _done(account, amendment.ref):
        return
    if ticket["status"] == "closed":
        if not follow_up(account, ticket):
            reason = f"Ticket {amendment.ref} is closed for good. By hand: create a follow-up of it in Zendesk"
            raise Declining(reason, "closed")
        return
    comment = {"body": f"The customer has written again.\n\n{{{amendment.key}}}", "public": False}
    body = {"ticket": {"status": "open", "comment": comment}}
    account.client.write("PUT", f"/tickets/{amendment.ref}", body, purpose=Purpose.ANSWER)


def _redact(account: Account, amendment: Amendment) -> None:
    redacting.DOING[amendment.thing](account, amendment.ref)


def _withdraw(account: Account, amendment: Amendment) -> None:
    if amendment.thing is Thing.MESSAGE:
        ticket = amendment.ref.partition("/")[0]
        reason = f"No API deletes a comment. By hand: open ticket {ticket} and redact the comment"
        raise Declining(reason, "unsupported")
    name, ref = THINGS[amendment.thing], amendment.ref
    row = account.finder.rows(name, [ref], purpose=Purpose.ANSWER).get(ref)
    if row is None or row.get("status") == "deleted" or (name == USERS and not row["active"]):
        if not ref.isdecimal():
            raise Declining(f"Zendesk has no record {ref} among the {name}", "not_found")
        return
    if not is_ours(row.get(KEY)):
        raise Declining(f"{ref} was not made by us. By hand: an agent may delete it in Zendesk", "foreign")
    account.client.write("DELETE", f"/{name}/{ref}", purpose=Purpose.ANSWER)


def _say(account: Account, ref: str, text: str, key: str) -> None:
    """Write an internal comment with the amendment's key, unless one with it stands."""
    ticket = _ticket(account, ref)
    if key in _done(account, ref):
        return
    if ticket["status"] == "closed":
        reason = f"Ticket {ref} is closed for good and takes no comment. By hand: create a follow-up of it in Zendesk"
        raise Declining(reason, "closed")
    comment = {"body": f"{text}\n\n{{{key}}}", "public": False}
    account.client.write("PUT", f"/tickets/{ref}", {"ticket": {"comment": comment}}, purpose=Purpose.ANSWER)


def _done(account: Account, ref: str) -> set[str]:
    comments = account.finder.comments(ref, purpose=Purpose.ANSWER)
    return {found[1] for comment in comments if (found := AMENDMENT.search(str(comment.get("body") or "")))}


def _ticket(account: Account, ref: str) -> dict[str, Any]:
    row = account.finder.rows(TICKETS, [ref], purpose=Purpose.ANSWER).get(ref)
    if row is None:
        raise Declining(f"Zendesk has no ticket {ref}", Ended.DELETED if ref.isdecimal() else "not_found")
    winner = account.finder.merged_into(row, purpose=Purpose.ANSWER)
    if winner:
        raise Declining(f"ticket {ref} was merged into {winner} in Zendesk", Ended.MERGED)
    return row


_DOING: Mapping[AmendmentKind, Callable[[Account, Amendment], None]] = {
    AmendmentKind.LINK: _link,
    AmendmentKind.TAG: _tag,
    AmendmentKind.NOTE: _note,
    AmendmentKind.REOPEN: _reopen,
    AmendmentKind.REDACT: _redact,
    AmendmentKind.WITHDRAW: _withdraw,
}
