"""Write users: created, never upserted, since an upsert would write our name over the one that stands there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.zendesk import identities
from adapters.zendesk.errors import Denied
from adapters.zendesk.names import KEY, USERS
from adapters.zendesk.sending import MANY, Sending
from adapters.zendesk.updating import Update
from adapters.zendesk.values import body_of
from bridge.errors import AuthError, RateLimited, Transient
from bridge.nouns import Retry, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.zendesk.rendering import Wanted
    from bridge.nouns import Outcome


_LATER = 10.0


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
        known = [each for each in ready if each.ref and self._identified(each)]
        Update(self).do([replace(each, fields=identities.plain(each.fields)) for each in known])

    def body(self, each: Wanted) -> dict[str, Any]:
        """Return a new user, whom nobody mails to verify the address."""
        if each.ref:
            return body_of(each.fields)
        return {**body_of(identities.plain(each.fields)), KEY: each.key, "skip_verify_email": True}

    def _create(self, each: Wanted) -> Outcome:
        user = str(self._write("/users", {"user": self.body(each)})["user"]["id"])
        try:
            identities.add(self.account, user, identities.further(each.fields), new=True)
        except (AuthError, Transient):
            return Written(user, created=False)  # so that it is brought up to date
        return Written(user, created=True)

    def finished(self, each: Wanted) -> bool:
        """Tell whether a job does all there is to do: identities take calls of their own, once the user is there."""
        return not identities.further(each.fields)

    def _identified(self, each: Wanted) -> bool:
        """Add identities to a user who is there; False where that has to be tried again, and nothing else is done before."""
        wanted = identities.further(each.fields)
        if not wanted or not each.ref.isdecimal():
            return True
        try:
            identities.add(self.account, each.ref, wanted)
        except Transient as trouble:
            self.note(each, Retry(trouble.retry_after if isinstance(trouble, RateLimited) else _LATER, str(trouble)))
            return False
        return True

    def _write(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.account.client.write("POST", path, body)
