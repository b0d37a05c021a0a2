"""Write users: created, never upserted, since an upsert would write our name over the one that stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk.errors import Denied
from adapters.zendesk.names import KEY, USERS
from adapters.zendesk.sending import MANY, Sending
from adapters.zendesk.updating import Update
from adapters.zendesk.values import body_of
from bridge.nouns import Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.zendesk.rendering import Wanted
    from bridge.nouns import Outcome


class Users(Sending):
    """First deliveries of users; many at once where Zendesk Support has enabled that."""

    name = USERS

    def do(self, ready: Sequence[Wanted]) -> None:
        """Create what is new, update the rest."""
        fresh = self.without_known([each for each in ready if not each.ref])
        if len(fresh) >= MANY and self.account.bulk_users:
            try:
                self.as_job(fresh, lambda users: self._write("/users/create_many", {"users": users}))
                fresh = []
            except Denied:
                # Off by default, in every account: Support switches it on.
                self.account.bulk_users = False
        self.one_by_one(fresh, self._create)
        Update(self).do([each for each in ready if each.ref])

    def body(self, each: Wanted) -> dict[str, Any]:
        """Return a new user, whom nobody mails to verify the address."""
        if each.ref:
            return body_of(each.fields)
        return {**body_of(each.fields), KEY: each.key, "skip_verify_email": True}

    def _create(self, each: Wanted) -> Outcome:
        user = self._write("/users", {"user": self.body(each)})["user"]
        return Written(str(user["id"]), created=True)

    def _write(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.account.client.write("POST", path, body)
