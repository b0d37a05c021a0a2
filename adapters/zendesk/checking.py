"""Check an account: may we, is there what we need, would anything mail customers; each problem with its remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.zendesk.names import USERS
from adapters.zendesk.wording import CLIENTS, TOKENS
from bridge import nouns
from bridge.errors import AuthError, CasebridgeError, ConfigError, Refused, Transient
from bridge.nouns import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.zendesk.account import Account

_CLOCK_OFF = timedelta(minutes=2)
_TRIGGERS = "Admin Center > Objects and rules > Business rules > Triggers"
_FIELDS = "Admin Center > Objects and rules > Tickets > Fields"
_EXPORTS_A_POLL = 3
"""A quiet poll reads users, tickets and ticket events."""
_LITTLE = 0.3
_REQUESTER = ("requester_id", "requester_and_ccs")


def check(account: Account) -> nouns.Account:
    """Look at everything that can be looked at without writing."""
    try:
        me = account.client.get("/users/me")["user"]
    except (AuthError, Transient, Refused, ConfigError) as error:
        finding = Finding(ok=False, text=str(error), remedy=_renewing(account))
        return nouns.Account(name="Zendesk", findings=(finding,))
    parts: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _person(me),
        lambda: _exports(account),
        lambda: _triggers(account),
        lambda: _fields(account),
        lambda: _handles(account),
        lambda: _limits(account),
        lambda: _clock(account),
    )
    findings = [finding for part in parts for finding in _found(part)]
    return nouns.Account(name=f"Zendesk {account.settings.url} as {me['name']}", findings=tuple(findings))


def _renewing(account: Account) -> str:
    """Return how what the account is signed in with is renewed."""
    settings = account.settings
    if settings.by_person:
        return f"casebridge connect {account.surroundings.name}"
    if settings.client_secret:
        return f"Compare the OAuth client under {CLIENTS}."
    return f"Make or renew the API token under {TOKENS}."


def _found(part: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(part())
    except CasebridgeError as error:
        return [Finding(ok=False, text=str(error), remedy="Run casebridge check again when this is mended.")]


def _person(me: dict[str, Any]) -> Iterator[Finding]:
    if me.get("role") == "admin":
        yield Finding(ok=True, text=f"signed in as {me['name']}, an admin")
        return
    text = f"signed in as {me['name']}, whose role is {me.get('role') or 'unknown'}: exports need an admin's token"
    yield Finding(ok=False, text=text, remedy=f"Make {me['name']} an admin, or use an admin's token ({TOKENS}).")


def _exports(account: Account) -> Iterator[Finding]:
    polls = account.settings.exports_per_minute / _EXPORTS_A_POLL
    often = f"{account.settings.exports_per_minute} exports a minute are allowed; a poll takes {_EXPORTS_A_POLL}"
    remedy = "Poll less often, or buy the High Volume API add-on and set exports_per_minute: 30."
    yield Finding(ok=polls >= 1, text=often, remedy="" if polls >= 1 else remedy)


def _triggers(account: Account) -> Iterator[Finding]:
    """Name each trigger that mails the requester of tickets that carry our tag."""
    rows = [row for page in account.client.pages("/triggers/active", "triggers") for row in page]
    mailing = [row for row in rows if _mails_requester(row) and not _spares(row, account.settings.tag)]
    if not mailing:
        yield Finding(ok=True, text=f"no trigger mails requesters of tickets tagged {account.settings.tag}")
    for row in mailing:
        remedy = f"Add the condition Tags contain none of {account.settings.tag} to it under {_TRIGGERS}."
        yield Finding(
            ok=False, text=f"the trigger “{row['title']}” mails requesters, of our tickets too", remedy=remedy
        )


def _mails_requester(row: dict[str, Any]) -> bool:
    for action in row.get("actions") or ():
        if action.get("field") == "notification_user":
            value = action.get("value")
            if (value[0] if isinstance(value, list) and value else value) in _REQUESTER:
                return True
    return False


def _spares(row: dict[str, Any], tag: str) -> bool:
    conditions = (row.get("conditions") or {}).get("all") or ()
    return any(
        each.get("field") == "current_tags"
        and each.get("operator") == "not_includes"
        and tag in str(each.get("value") or "").split()
        for each in conditions
    )


def _fields(account: Account) -> Iterator[Finding]:
    rows = [row for page in account.client.pages("/ticket_fields", "ticket_fields") for row in page]
    custom = [row for row in rows if row.get("removable", True) and row.get("required") and row.get("active", True)]
    names = ", ".join(f"{row['title']} (custom_fields.{row['id']})" for row in custom)
    text = (
        f"agents must fill before they solve a ticket: {names}" if names else "no custom field is required of tickets"
    )
    yield Finding(
        ok=True, text=text, remedy=f"Fill them in mappings/zendesk/case.yaml, or see {_FIELDS}." if names else ""
    )


def _handles(account: Account) -> Iterator[Finding]:
    wanted = account.settings.handles
    lacking = sorted({*wanted.values()} - account.schemas.of(USERS).fields.keys()) if wanted else []
    if lacking:
        remedy = "Write user_fields. and the field key that Admin Center > People > Configuration > User fields shows."
        yield Finding(ok=False, text=f"users have no field {', '.join(lacking)}", remedy=remedy)
    elif wanted:
        yield Finding(ok=True, text=f"handles on {', '.join(wanted)} are read of users")


def _limits(account: Account) -> Iterator[Finding]:
    usage = account.client.usage
    if usage.left is None:
        yield Finding(ok=True, text=f"{usage.limit} calls a minute, by the settings")
        return
    few = usage.left < _LITTLE * usage.limit
    text = f"{usage.left} of {usage.limit} calls are left this minute"
    yield Finding(
        ok=not few, text=text, remedy="Others use this account's API a lot; see who in Admin Center." if few else ""
    )


def _clock(account: Account) -> Iterator[Finding]:
    off = account.client.clock_off
    if abs(off) > _CLOCK_OFF:
        text = f"this machine's clock is {off.total_seconds():+.0f} s away from Zendesk's"
        yield Finding(ok=False, text=text, remedy="Set the clock, best by NTP.")
    else:
        yield Finding(ok=True, text="the clocks agree")
