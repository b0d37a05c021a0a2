"""Write tickets: the description is an internal comment, so that no trigger of public comments mails the requester."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk.names import KEY, TICKETS
from adapters.zendesk.sending import MANY, Sending
from adapters.zendesk.updating import Update
from adapters.zendesk.values import body_of
from bridge.nouns import Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.zendesk.rendering import Wanted
    from bridge.nouns import Outcome


class Tickets(Sending):
    """First deliveries of tickets."""

    name = TICKETS

    def do(self, ready: Sequence[Wanted]) -> None:
        """Create what is new, update the rest."""
        fresh = self.without_known([each for each in ready if not each.ref])
        if len(fresh) >= MANY:
            self.as_job(fresh, lambda tickets: self._write("/tickets/create_many", {"tickets": tickets}))
        else:
            self.one_by_one(fresh, self._create)
        Update(self).do([each for each in ready if each.ref])

    def body(self, each: Wanted) -> dict[str, Any]:
        """Return a ticket as the API takes it."""
        if each.ref:
            return body_of(each.fields)
        fields = {name: value for name, value in each.fields.items() if name != "description"}
        return {**body_of(fields), KEY: each.key, "comment": {"body": each.fields["description"], "public": False}}

    def _create(self, each: Wanted) -> Outcome:
        # Zendesk keeps idempotency keys for two hours, and knows them in this call alone.
        key = each.record.idempotency_key
        body = self.account.client.write("POST", "/tickets", {"ticket": self.body(each)}, idempotency_key=key)
        return Written(str(body["ticket"]["id"]), created=True)

    def _write(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.account.client.write("POST", path, body)
