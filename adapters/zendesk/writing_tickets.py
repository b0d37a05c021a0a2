"""Write tickets: the description is an internal comment, so that no trigger of public comments mails the requester."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.zendesk.errors import Declined
from adapters.zendesk.importing import dated
from adapters.zendesk.names import CREATED, KEY, TICKETS, USERS
from adapters.zendesk.sending import MANY, Sending
from adapters.zendesk.updating import Update
from adapters.zendesk.values import body_of, moment
from bridge.nouns import Retry, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.zendesk.rendering import Wanted
    from bridge.nouns import Outcome


_TOLD = timedelta(minutes=5)
"""So long after a merge exports show it at the latest."""
_LATER = 30.0
_NEW, _PAST = "/tickets", "/imports/tickets"


class Tickets(Sending):
    """First deliveries of tickets."""

    name = TICKETS

    def do(self, ready: Sequence[Wanted]) -> None:
        """Create what is new, update the rest."""
        fresh = self.without_known([each for each in ready if not each.ref])
        for where in (_NEW, _PAST):
            self._make([each for each in fresh if _where(each) == where], where)
        Update(self).do([each for each in ready if each.ref])

    def _make(self, fresh: Sequence[Wanted], where: str) -> None:
        together = [each for each in fresh if each.key not in self.account.alone]
        if len(together) >= MANY:
            self.one_by_one([each for each in fresh if each.key in self.account.alone], self._create)
            self.as_job(together, lambda tickets: self._write(f"{where}/create_many", {"tickets": tickets}))
        else:
            self.one_by_one(fresh, self._create)

    def body(self, each: Wanted) -> dict[str, Any]:
        """Return a ticket as the API takes it."""
        if each.ref:
            return body_of(each.fields)
        left_out = {"description", CREATED, *(("assignee_id",) if self._unowned(each) else ())}
        fields = {name: value for name, value in each.fields.items() if name not in left_out}
        if self._unowned(each) and self.account.settings.fallback_group:
            fields["group_id"] = int(self.account.settings.fallback_group)
        first = {"body": each.fields["description"], "public": False}
        said = {"comment": first} if each.record.past is None else dated(self.account, each, first)
        return {**body_of(fields), KEY: each.key, **said}

    def _create(self, each: Wanted) -> Outcome:
        # Zendesk keeps idempotency keys for two hours, and knows them in this call alone.
        key, ticket = each.record.idempotency_key, self.body(each)
        if self._unowned(each):
            key = f"{key}:unowned" if key else ""  # another body than the one that was refused
        try:
            return self._post(each, ticket, key)
        except Declined as declined:
            if not declined.problem.requester_gone or not ticket.get("requester_id"):
                raise
            self.account.alone.add(each.key)
            user = str(ticket["requester_id"])
            row = self.account.finder.rows(USERS, [user]).get(user)
            winner = self.account.finder.survivors([row] if row and not row["active"] else []).get(user)
            if winner:
                return self._post(each, {**ticket, "requester_id": int(winner)}, f"{key}:{winner}" if key else "")
            if row and not row["active"] and self.account.surroundings.clock.now() - moment(row["updated_at"]) < _TOLD:
                return Retry(_LATER, "the requester was merged or deleted a moment ago; exports will tell which")
            raise

    def _unowned(self, each: Wanted) -> bool:
        return each.key in self.account.unowned

    def _post(self, each: Wanted, ticket: dict[str, Any], key: str) -> Outcome:
        where = _where(each)
        known = key if where == _NEW else ""
        body = self.account.client.write("POST", where, {"ticket": ticket}, idempotency_key=known)
        return Written(str(body["ticket"]["id"]), created=True)

    def _write(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.account.client.write("POST", path, body)


def _where(each: Wanted) -> str:
    """Return where a ticket is made: one of the past is imported, by which no trigger runs."""
    return _NEW if each.record.past is None else _PAST
