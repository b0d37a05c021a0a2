"""Who may own records: an owner who was deactivated owns nothing new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.hubspot import paths

if TYPE_CHECKING:
    from adapters.hubspot.client import Client
    from bridge.nouns import Record

OWNER = "hubspot_owner_id"


class Owners:
    """Reads the active owners once, when a mapping writes one."""

    def __init__(self, client: Client, *, leave_out: bool) -> None:
        """``leave_out``: a record keeps no owner where its owner is gone; otherwise HubSpot refuses it."""
        self._client, self._leave_out = client, leave_out
        self._active: dict[str, str] | None = None

    @property
    def active(self) -> dict[str, str]:
        """Return the active owners: id → mail address."""
        if self._active is None:
            self._active, after = {}, ""
            while True:
                query: dict[str, Any] = {"limit": 100, **({"after": after} if after else {})}
                reply = self._client.get(paths.OWNERS, **query)
                self._active |= {str(each["id"]): str(each.get("email") or "") for each in reply.results}
                after = reply.after
                if not after:
                    break
        return self._active

    def checked(self, record: Record) -> Record:
        """Return a record without the owner that is none any more."""
        owner = record.fields.get(OWNER)
        if not self._leave_out or not owner or str(owner) in self.active:
            return record
        return replace(record, fields={name: value for name, value in record.fields.items() if name != OWNER})
