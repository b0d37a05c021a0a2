"""Further addresses and numbers of a user, as identities: each is added once, as verified, so that nobody is mailed about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk.errors import Declined
from adapters.zendesk.limits import Purpose
from bridge.errors import Transient
from bridge.nouns import FieldSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.zendesk.account import Account

IDENTITIES = "identities."
"""What the names of these fields begin with; Zendesk's type of identity follows."""
FIELDS = tuple(
    FieldSchema(name=f"{IDENTITIES}{kind}", type="list") for kind in ("email", "phone_number", "twitter", "facebook")
)
_OWN = ("email", "phone")
"""A user's own address and number are fields, and no further identities."""


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that are no identities."""
    return {name: value for name, value in fields.items() if not name.startswith(IDENTITIES)}


def further(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return type and value of what is to stand beside a user's own address and number, each once."""
    own = {_folded(fields.get(name)) for name in _OWN}
    named = [(name, value) for name, values in fields.items() if name.startswith(IDENTITIES) for value in values or ()]
    found = {
        (name.removeprefix(IDENTITIES), _folded(value)): str(value)
        for name, value in named
        if _folded(value) not in own
    }
    return [(kind, value) for (kind, folded), value in found.items() if folded]


def add(account: Account, user: str, wanted: list[tuple[str, str]], *, new: bool = False) -> None:
    """Add what does not stand there yet; a ``new`` user has none. What belongs to somebody else is left with them.

    Who that is, ``contacts`` tells, for our identity to judge. Raises ``Transient``: doing it again adds nothing twice.
    """
    standing = set() if new else {(row["type"], _folded(row["value"])) for row in rows(account, user)}
    for kind, value in wanted:
        if (kind, _folded(value)) not in standing:
            verified = account.settings.identities_verified
            identity = {"type": kind, "value": value, "verified": verified, "skip_verify_email": True}
            try:
                account.client.write("POST", f"/users/{user}/identities", {"identity": identity})
            except Declined as declined:
                if declined.problem.passing:
                    raise Transient(str(declined)) from declined


def remove(account: Account, user: str) -> None:
    """Take all identities from a user."""
    for row in rows(account, user, purpose=Purpose.ANSWER):
        account.client.write("DELETE", f"/users/{user}/identities/{row['id']}", purpose=Purpose.ANSWER)


def rows(account: Account, user: str, *, purpose: Purpose = Purpose.DELIVER) -> list[dict[str, Any]]:
    """Return a user's identities, none of one who is not there."""
    try:
        pages = account.client.pages(f"/users/{user}/identities", "identities", purpose=purpose)
        return [row for page in pages for row in page]
    except Declined as declined:
        if not declined.problem.missing:
            raise
        return []


def _folded(value: object) -> str:
    return str(value or "").strip().casefold()
