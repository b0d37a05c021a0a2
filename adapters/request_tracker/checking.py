"""Check a Request Tracker: may we, is there what we need, what do its words mean; each problem with its remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.request_tracker import preparing
from adapters.request_tracker.errors import TOKENS, Declined
from adapters.request_tracker.names import KEY, NOBODY, TICKET, TRANSACTION, USER_FIELDS, custom
from bridge import nouns
from bridge.errors import AuthError, CasebridgeError, ConfigError, Transient
from bridge.nouns import Finding, KeyField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.request_tracker.tracker import Tracker

_OLDEST = (5, 0)
_CLOCK_OFF = timedelta(minutes=2)
_CANARY = "casebridge check --canary YOU@example.com shows what a requestor is mailed; scrips are not shown by REST"


def check(tracker: Tracker) -> nouns.Account:
    """Look at everything that can be looked at without writing."""
    name = f"Request Tracker at {tracker.settings.base_url}"
    try:
        version = str(tracker.client.get("rt").get("Version") or "")
    except (AuthError, ConfigError, Transient, Declined) as error:
        remedy = f"Correct base_url, or make a new token under {TOKENS}."
        return nouns.Account(name=name, findings=(Finding(ok=False, text=str(error), remedy=remedy),))
    findings = [Finding(ok=True, text=f"signed in to {name} as {tracker.settings.user}")]
    findings.append(_version(version))
    for part in (_user, _handles, _queues, _fields, _statuses, _clock, _mails):
        try:
            findings += part(tracker)
        except CasebridgeError as error:
            findings.append(Finding(ok=False, text=str(error), remedy="See docs/targets/request_tracker.md."))
    return nouns.Account(name=name, findings=tuple(findings))


def _version(version: str) -> Finding:
    numbers = tuple(int(part) for part in version.split("+", maxsplit=1)[0].split(".")[:2] if part.isdecimal())
    return Finding(
        ok=numbers >= _OLDEST, text=f"version {version}", remedy="REST2 is built in since version 5: upgrade."
    )


def _user(tracker: Tracker) -> Iterator[Finding]:
    """Look whether our user stands under the name in the settings, and may write users."""
    name = tracker.settings.user
    found = tracker.client.found(f"user/{name}")
    if found is None:
        yield Finding(
            ok=False, text=f"there is no user {name}", remedy="Write the user's Name (not his address) as user."
        )
        return
    # Everybody sees that of himself, of others only who may write users.
    may = "Disabled" in (tracker.client.found(f"user/{NOBODY}") or {})
    remedy = f"Give {name} AdminUsers under Admin > Global > User Rights, or deliver no persons (persons: link)."
    yield Finding(ok=may, text=f"{name} {'may' if may else 'may not'} see and create users", remedy=remedy)


def _handles(tracker: Tracker) -> Iterator[Finding]:
    """Look whether the fields with handles are there: every user shows the custom fields of users, empty ones too."""
    wanted = tracker.settings.handles
    if not wanted:
        return
    user = tracker.client.found(f"user/{tracker.settings.user}") or {}
    known = {*USER_FIELDS, *(custom(each["name"]) for each in user.get("CustomFields") or ())}
    lacking = sorted({*wanted.values()} - known)
    text = (
        f"users have no field {', '.join(lacking)}" if lacking else f"handles on {', '.join(wanted)} are read of users"
    )
    remedy = (
        "Create it under Admin > Custom Fields, Applies to Users, apply it globally, and let our user see it; "
        'write it as "CF.{Name}" under handles.'
    )
    yield Finding(ok=not lacking, text=text, remedy=remedy if lacking else "")


def _queues(tracker: Tracker) -> Iterator[Finding]:
    for name in tracker.settings.queues:
        queue = tracker.client.get(f"queue/{name}")
        may = any(each.get("ref") == "create" for each in queue["_hyperlinks"])
        remedy = f"Give {tracker.settings.user} CreateTicket under Admin > Queues > {name} > User Rights."
        must = tracker.schemas.mandatory(name)
        needs = f"; new tickets must have {', '.join(sorted(must))}: fill it in case.yaml" if must else ""
        yield Finding(ok=may, text=f"queue {name} (lifecycle {queue['Lifecycle']}){needs}", remedy=remedy)


def _fields(tracker: Tracker) -> Iterator[Finding]:
    for name in (TICKET, TRANSACTION):
        wanted = KeyField(name, tracker.finder.key_field(name) or KEY)
        lacking = preparing.missing(tracker, wanted)
        text = f"{name} lacks {', '.join(lacking)}" if lacking else f"{name} has our custom fields"
        yield Finding(ok=not lacking, text=text, remedy=preparing.by_hand(tracker, name, lacking) if lacking else "")


def _statuses(tracker: Tracker) -> Iterator[Finding]:
    """Look for statuses that end tickets and are not named: REST does not show lifecycles, but searches know them."""
    known = " AND ".join(f"Status != '{word}'" for word in tracker.settings.closed)
    queues = " OR ".join(f"Queue = '{name}'" for name in tracker.settings.queues)
    query = f"Status = '__Inactive__' AND ({queues})" + (f" AND {known}" if known else "")
    rows = tracker.client.get("tickets", query=query, fields="Status", per_page=20)["items"]
    others = sorted({row["Status"] for row in rows})
    text = (
        f"these statuses end tickets and are not named: {', '.join(others)}"
        if others
        else "statuses that end tickets are named"
    )
    yield Finding(ok=not others, text=text, remedy="Write all of them into the setting closed.")


def _clock(tracker: Tracker) -> Iterator[Finding]:
    off = tracker.client.clock_off
    seconds = round(abs(off).total_seconds())
    yield Finding(ok=abs(off) < _CLOCK_OFF, text=f"clocks differ by {seconds} s", remedy="Set the clocks by NTP.")


def _mails(tracker: Tracker) -> Iterator[Finding]:
    may = tracker.settings.mail_requestors
    who = (
        "persons with a mail address become requestors and are mailed by scrips"
        if may
        else "nobody with a mail address becomes a requestor"
    )
    yield Finding(ok=True, text=f"{who}; {_CANARY}")
