"""Check a tool: may we, is our key's field there, how much is left; each problem with its remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.http import listing, taking
from adapters.http.answers import Declined
from bridge.errors import AuthError, Transient
from bridge.nouns import Account, Finding, Share, Step, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.http.objects import View
    from adapters.http.tool import Tool
    from bridge.nouns import KeyField

_CLOCK_OFF = timedelta(minutes=2)
_MINUTES = 24 * 60
_POLLING = 0.2
"""Share of a day's calls that reading back may take."""


def check(tool: Tool) -> Account:
    """Try what can be tried without writing."""
    manifest = tool.client.manifest
    call, says = tool.client.loaded.call("check"), manifest.check
    name = manifest.name
    findings: list[Finding] = []
    if call is not None and says is not None:
        try:
            reply = tool.client.call(call, {}, share=Share.ANSWER)
        except (AuthError, Transient, Declined) as error:
            remedy = "Look at base_url, secrets and the rights of the login; casebridge http try shows the answer."
            return Account(name=name, findings=(Finding(ok=False, text=str(error), remedy=remedy),))
        told = taking.text(says.name, reply.body) if says.name else ""
        name = f"{told} at {manifest.name}" if told else name
        findings.append(Finding(ok=True, text=f"signed in as {name}"))
        findings += _clock(tool)
    else:
        findings.append(Finding(ok=True, text=f"the manifest of {name} has no check, so nothing was tried"))
    for view in _mapped(tool):
        findings += _object(tool, view)
    findings += _budget(tool)
    return Account(name=name, findings=tuple(findings))


def prepare(tool: Tool, wanted: Sequence[KeyField]) -> list[Step]:
    """Return a step for each key field; no manifest creates fields."""
    return [_step(tool, each) for each in wanted]


def _step(tool: Tool, wanted: KeyField) -> Step:
    view, name = tool.view(wanted.object), tool.client.manifest.name
    if not wanted.field:
        where = f"at the end of {view.says.mark}" if view.says.mark else "nowhere: the receiver is told it"
        return Step(f"{wanted.object} carry our key {where}; nothing is to be created", done=True)
    if wanted.field in view.says.fields:
        return Step(f"{wanted.object}.{wanted.field} is in the manifest of {name}", done=True)
    manual = f"Create a text field in {name}, and write it into the manifest under objects.{wanted.object}.fields."
    return Step(f"{wanted.object}.{wanted.field} is not in the manifest", done=False, manual=manual)


def _mapped(tool: Tool) -> list[View]:
    names = {each.object for several in tool.surroundings.objects.values() for each in several}
    return [view for name, view in tool.views.items() if name in names]


def _object(tool: Tool, view: View) -> Iterator[Finding]:
    """Say what the object cannot do, and try its list, which changes nothing."""
    call = view.call("changed")
    if call is not None:
        try:
            next(listing.pages(tool.client, call, {}, since=tool.clock.now(), share=Share.ANSWER), [])
        except (AuthError, Transient, Declined) as error:
            remedy = "Give the login the right to read them, or correct the request in the manifest."
            yield Finding(ok=False, text=f"{view.name} cannot be listed: {error}", remedy=remedy)
            return
        yield Finding(ok=True, text=f"{view.name} can be read")
    if view.says.thing is Thing.MESSAGE and not view.key_field and not view.says.mark and view.call("within"):
        remedy = f"Write mark: and a text field into the manifest under objects.{view.name}."
        yield Finding(ok=False, text=f"{view.name} have neither a field nor a mark for our key", remedy=remedy)


def _clock(tool: Tool) -> Iterator[Finding]:
    off = tool.client.clock_off
    if abs(off) > _CLOCK_OFF:
        text = f"the clock of {tool.client.manifest.name} is {off.total_seconds():+.0f} seconds off ours"
        yield Finding(ok=False, text=text, remedy="Let both machines set their clocks by NTP.")


def _budget(tool: Tool) -> Iterator[Finding]:
    daily = tool.client.manifest.limits.daily
    if daily is not None:
        left = tool.client.usage.may(Share.DELIVER)
        yield Finding(ok=bool(left), text=f"{left} of {daily.calls} calls may still be made today")
        lists = sum(view.call(what) is not None for view in _mapped(tool) for what in ("changed", "gone"))
        polls = lists * _MINUTES
        text = f"reading back takes {lists} calls at least each time: {polls} a day if it is done every minute"
        fits = polls <= daily.calls * _POLLING
        remedy = f"Sync every {-(-polls // max(1, int(daily.calls * _POLLING)))} minutes, or less often."
        yield Finding(ok=fits, text=text, remedy="" if fits else remedy)
