"""One-shot changes of what stands: a request of the manifest, or the step that a person does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from adapters.http import answers, jobs, taking, values
from adapters.http.answers import Declined, Uncertain
from adapters.http.cursors import written
from adapters.http.tool import Standing
from bridge.errors import AuthError, BudgetSpent, Refused, Transient
from bridge.nouns import AmendmentKind, Ended, Outcome, Refusal, Retry, Share, Thing, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.http.client import Reply
    from adapters.http.manifest import Call
    from adapters.http.objects import View
    from adapters.http.tool import Tool
    from bridge.nouns import Amendment, Json

REDACTED = "[redacted]"
_ONCE = (AmendmentKind.NOTE, AmendmentKind.REOPEN, AmendmentKind.LINK)
"""Kinds of which a second would be seen: a note with the amendment's key shows that they were done."""


def amend(tool: Tool, amendments: Sequence[Amendment]) -> list[Outcome]:
    """Do amendments one by one. Raises only where none was done."""
    outcomes: list[Outcome] = []
    for each in amendments:
        try:
            outcomes.append(_one(tool, each))
        except Declined as declined:
            outcomes.append(declined.problem.refusal())
        except Refused as refused:
            outcomes.append(Refusal(str(refused)))
        except Uncertain as lost:
            outcomes.append(Unknown(str(lost)))
        except (AuthError, BudgetSpent, Transient) as stop:
            if not any(isinstance(outcome, (Written, Unknown)) for outcome in outcomes):
                raise
            outcomes.append(Retry(answers.later(stop), str(stop)))
    return outcomes


def _one(tool: Tool, amendment: Amendment) -> Outcome:
    views = tool.of(amendment.thing)
    if not views:
        return _by_hand(tool, amendment, f"Change the {amendment.thing} {amendment.ref} there.")
    view = views[0]
    if amendment.kind is AmendmentKind.WITHDRAW:
        return _withdraw(tool, view, amendment)
    if amendment.kind is AmendmentKind.REDACT:
        return _redact(tool, view, amendment)
    return _asked(tool, view, amendment)


def _asked(tool: Tool, view: View, amendment: Amendment) -> Outcome:
    """Do what the manifest says for link, tag, note, reopen."""
    says = tool.client.manifest.amend.get(amendment.kind)
    call = tool.client.loaded.call("amend", amendment.kind, "request")
    if says is None or call is None:
        step = says.manual if says else f"Open the case {amendment.ref} and do it there."
        return _by_hand(
            tool, amendment, step.replace("{ref}", amendment.ref).replace("{other_ref}", amendment.other_ref)
        )
    there = _there(tool, view, amendment.ref)
    other = _there(tool, view, amendment.other_ref) if amendment.other_ref else there
    if not isinstance(there, Standing) or not isinstance(other, Standing):
        return there if isinstance(there, Refusal) else cast("Refusal", other)
    if says.unless and taking.at(says.unless, there.row):
        return Written(amendment.ref, created=False)
    notes = tool.of(Thing.MESSAGE)
    if (
        amendment.kind in _ONCE
        and notes
        and _readable(notes[0])
        and amendment.key in _done(tool, notes[0], amendment.ref)
    ):
        return Written(amendment.ref, created=False)
    reply = _send(tool, amendment, there, notes, call)
    if reply.job:
        return jobs.taken(view, reply, key=amendment.key, ref=amendment.ref)
    if amendment.kind is AmendmentKind.REOPEN:
        _leave_mark(tool, amendment, there, notes)
    return Written(amendment.ref, created=True)


def _send(tool: Tool, amendment: Amendment, there: Standing, notes: Sequence[View], call: Call) -> Reply:
    tags = tool.client.manifest.amend[amendment.kind].tags
    present = taking.texts(tags, there.row) if tags else []
    text = f"{amendment.text}\n\n{{{amendment.key}}}" if amendment.kind is AmendmentKind.NOTE else amendment.text
    told: dict[str, Any] = {
        "ref": amendment.ref,
        "other_ref": amendment.other_ref,
        "text": text if amendment.kind is AmendmentKind.TAG else _as_message(notes, text),
        "tags": list(dict.fromkeys([*present, amendment.text])),
        "key": amendment.key,
        "idempotency_key": amendment.key,
        "present": there.row,
        "etag": there.etag,
        "now": written(tool.clock.now(), call.asks.times),
    }
    return tool.client.call(call, told, writing=True, share=Share.ANSWER)


def _leave_mark(tool: Tool, amendment: Amendment, there: Standing, notes: Sequence[View]) -> None:
    """Note that a case was reopened, so that it is not reopened again when an agent has closed it."""
    call = tool.client.loaded.call("amend", AmendmentKind.NOTE, "request")
    if call is None or not notes or not _readable(notes[0]):
        return
    text = _as_message(notes, f"Reopened by Casebridge: the customer wrote again.\n\n{{{amendment.key}}}")
    told = {"ref": amendment.ref, "text": text, "key": amendment.key, "present": there.row}
    tool.client.call(call, told, writing=True, share=Share.ANSWER)


def _as_message(notes: Sequence[View], text: str) -> Json:
    """Return a text as the tool's messages have it."""
    spec = notes[0].says.fields.get(notes[0].says.mark) if notes else None
    return text if spec is None else values.to_wire("text", spec, text)


def _done(tool: Tool, notes: View, case: str) -> set[str]:
    return {key for row in tool.within(notes, case, Share.ANSWER) for key in notes.mentions(row)}


def _there(tool: Tool, view: View, ref: str) -> Standing | Refusal:
    name = tool.client.manifest.name
    if not _readable(view):
        return Standing(ref, {})
    there = tool.read(view, ref, share=Share.ANSWER)
    if there is None:
        return Refusal(f"{name} has no {view.name} {ref}, or does not show it to us.", code="not_found")
    if there.deleted:
        return Refusal(f"{view.name} {ref} was deleted in {name}.", code=Ended.DELETED)
    return there


def _withdraw(tool: Tool, view: View, amendment: Amendment) -> Outcome:
    """Take away what we wrote; what is gone already is withdrawn."""
    call = view.call("remove")
    if call is None:
        return _by_hand(tool, amendment, f"Delete {view.name} {amendment.ref} there.")
    there, parent = _ours(tool, view, amendment.ref)
    if not _readable(view):
        there = Standing(amendment.ref, None)
    elif there is None or there.deleted:
        known = parent is not None or view.call("read") is not None
        return Written(amendment.ref, created=False) if known else _by_hand(tool, amendment, f"Delete {amendment.ref}.")
    elif not view.key(there.row):
        return Refusal(f"{view.name} {amendment.ref} is not ours: it does not carry our key.", code="not_ours")
    told = {
        "ref": amendment.ref,
        "parent": parent or "",
        "key": amendment.key,
        "present": there.row,
        "etag": there.etag,
    }
    reply = tool.client.call(call, told, writing=True, share=Share.ANSWER)
    if reply.job:
        return jobs.taken(view, reply, key=amendment.key, ref=amendment.ref)
    return Written(amendment.ref, created=True)


def _redact(tool: Tool, view: View, amendment: Amendment) -> Outcome:
    """Write over what says who somebody is, or what they said."""
    call = view.call("update")
    if call is None or not view.says.redact:
        return _by_hand(tool, amendment, f"Open {view.name} {amendment.ref} there and take out name and text.")
    there, parent = _ours(tool, view, amendment.ref) if _readable(view) else (Standing(amendment.ref, {}), None)
    if there is None or there.ended:
        return Refusal(f"{view.name} {amendment.ref} is not there any more.", code="not_found")
    key = view.key(there.row) if there.row else amendment.ref
    told = {
        "ref": amendment.ref,
        "parent": parent or "",
        "key": key,
        "fields": view.wire(view.says.redact, key),
        "present": there.row,
        "etag": there.etag,
        "idempotency_key": amendment.key,
        "now": written(tool.clock.now(), call.asks.times),
    }
    reply = tool.client.call(call, told, writing=True, share=Share.ANSWER)
    if reply.job:
        return jobs.taken(view, reply, key=amendment.key, ref=amendment.ref)
    return Written(amendment.ref, created=True)


def _ours(tool: Tool, view: View, ref: str) -> tuple[Standing | None, str | None]:
    """Return a record and its case; of messages without a read of their own, only what this process has met."""
    if view.call("read") is not None:
        return tool.read(view, ref, share=Share.ANSWER), None
    parent = tool.memory.parent(view.name, ref)
    return (tool.read(view, ref, parent, Share.ANSWER), parent) if parent else (None, None)


def _readable(view: View) -> bool:
    """Tell whether anything can be read back; a tool that is only told things is believed."""
    return any(view.call(each) for each in ("read", "within"))


def _by_hand(tool: Tool, amendment: Amendment, step: str) -> Refusal:
    name = tool.client.manifest.name
    return Refusal(f"{name} cannot do this ({amendment.kind}) by its API. By hand: {step}", code="manual")
