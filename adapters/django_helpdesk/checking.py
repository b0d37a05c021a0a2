"""Check a django-helpdesk: may we, is there what we need; each problem with its remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.django_helpdesk.names import FOLLOWUP, PATHS, TICKET
from bridge import nouns
from bridge.errors import AuthError, CasebridgeError, ConfigError, Refused, Transient
from bridge.nouns import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.django_helpdesk.helpdesk import Helpdesk

_CLOCK_OFF = timedelta(minutes=2)


def check(desk: Helpdesk) -> nouns.Account:
    """Look at everything that can be looked at without writing."""
    name = f"django-helpdesk at {desk.settings.base_url}"
    try:
        count = desk.client.get(PATHS[TICKET], page_size=1)["count"]
    except (AuthError, ConfigError, Refused, Transient) as error:
        remedy = "Correct base_url (with its prefix, without /api), make a token, and tick Staff status for our user."
        return nouns.Account(name=name, findings=(Finding(ok=False, text=str(error), remedy=remedy),))
    findings = [Finding(ok=True, text=f"signed in to {name}: {count} tickets")]
    for part in (_fields, _clock, _mails):
        try:
            findings += part(desk)
        except CasebridgeError as error:
            remedy = "Tick Staff status and give access to the queue."
            findings.append(Finding(ok=False, text=str(error), remedy=remedy))
    return nouns.Account(name=name, findings=tuple(findings))


def by_hand(name: str) -> str:
    """Say how a person creates a custom field."""
    kind = "Character (single line), 120" if name.endswith("key") else "Text (multi-line), 1000"
    return (
        f"Admin > Helpdesk > Custom fields > Add: name {name.removeprefix('custom_')}, {kind}, "
        "not required, staff only; there is no interface for it."
    )


def _fields(desk: Helpdesk) -> Iterator[Finding]:
    fields = desk.schemas.of(TICKET).fields
    desk.schemas.of(FOLLOWUP)
    for name, what in ((desk.finder.key_field, "our key"), (desk.settings.tags_field, "tags")):
        there = name in fields
        yield Finding(ok=there, text=f"{name}, for {what}, is {'there' if there else 'missing'}", remedy=by_hand(name))


def _clock(desk: Helpdesk) -> Iterator[Finding]:
    off = desk.client.clock_off
    seconds = round(abs(off).total_seconds())
    yield Finding(ok=abs(off) < _CLOCK_OFF, text=f"clocks differ by {seconds} s", remedy="Set the clocks by NTP.")


def _mails(desk: Helpdesk) -> Iterator[Finding]:
    mapped = "submitter_email" in desk.schemas.of(TICKET).fields
    text = "a ticket with submitter_email mails its submitter of each public follow-up: the mappings that come along leave it out"
    yield Finding(ok=mapped, text=text)
