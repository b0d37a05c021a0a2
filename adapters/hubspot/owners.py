"""Who may own records: an owner who was deactivated owns nothing new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.hubspot import paths
from adapters.hubspot.errors import Declined
from bridge.errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.hubspot.client import Client
    from bridge.nouns import Record

OWNER = "hubspot_owner_id"


def _name(owner: Mapping[str, Any]) -> str:
    return " ".join(str(owner[each]) for each in ("firstName", "lastName") if owner.get(each))


class Owners:
    """Reads the active owners once, when a mapping writes one."""

    def __init__(self, client: Client, *, leave_out: bool) -> None:
        """``leave_out``: a record keeps no owner where its owner is gone; otherwise HubSpot refuses it."""
        self._client, self._leave_out = client, leave_out
        self._active: dict[str, str] | None = None
        self._names: dict[str, str] = {}

    @property
    def active(self) -> dict[str, str]:
        """Return the active owners: id → mail address."""
        if self._active is None:
            self._active, after = {}, ""
            while True:
                query: dict[str, Any] = {"limit": 100, **({"after": after} if after else {})}
                reply = self._client.get(paths.OWNERS, **query)
                self._active |= {str(each["id"]): str(each.get("email") or "") for each in reply.results}
                self._names |= {str(each["userId"]): _name(each) for each in reply.results if each.get("userId")}
                after = reply.after
                if not after:
                    break
        return self._active

    def name(self, user: str) -> str:
        """Return the name of a user who is an active owner, empty for others and where owners may not be read."""
        try:
            return self._names.get(user, "") if user and self.active else ""
        except (AuthError, Declined):
            self._active = {}
            return ""

    def checked(self, record: Record) -> Record:
        """Return a record without the owner that is none any more."""
        owner = record.fields.get(OWNER)
        if not self._leave_out or not owner or str(owner) in self.active:
            return record
        return replace(record, fields={name: value for name, value in record.fields.items() if name != OWNER})
