"""What the org mailed by itself, as far as it tells: mails on a case that no agent sent, and its counter of workflow mails.

The counter is the whole org's: somebody else's case may have set off what it counts. Mails of auto-response rules are told
by neither, so whoever tries looks into the mailbox as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.salesforce.activity import who
from adapters.salesforce.looking import by_field
from bridge.nouns import Actor

if TYPE_CHECKING:
    from adapters.salesforce.org import Org

COUNTER = "DailyWorkflowEmails"
_MAIL = "EmailMessage"
_SENT = "3"


def workflow_mails(org: Org) -> int:
    """Return how many mails of flows and alerts the org has counted today; 0 where it does not tell."""
    told = org.client.ask_limits().get(COUNTER) or {"Max": 0, "Remaining": 0}
    return int(told["Max"]) - int(told["Remaining"])


def mailed(org: Org, case: str, before: int) -> list[str]:
    """Return a line for each mail since the counter stood at ``before``: those on the case, then what else was counted."""
    lines = _on_case(org, case) if org.has(_MAIL) else []
    others = workflow_mails(org) - before - len(lines)
    return [*lines, *["a mail of a flow or alert, counted by the org while this ran"] * others]


def _on_case(org: Org, case: str) -> list[str]:
    names = ["Subject", "ToAddress", "Incoming", "Status", "CreatedById", "IsDeleted"]
    rows = [row for row in by_field(org, _MAIL, names, "ParentId", [case]) if not row["Incoming"]]
    people = who(org, [row["CreatedById"] for row in rows])
    sent = [row for row in rows if row["Status"] == _SENT and people.get(row["CreatedById"], _NOBODY)[0] in _BY_ITSELF]
    return [f"“{row['Subject'] or 'a mail'}”" for row in sent]


_NOBODY = (Actor.UNKNOWN, "")
_BY_ITSELF = frozenset({Actor.US, Actor.AUTOMATION, Actor.UNKNOWN})
"""A flow that our write sets off mails in our name."""
