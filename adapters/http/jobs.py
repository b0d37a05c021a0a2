"""Writes that the tool takes as jobs and does later: named when they are taken, asked for until they are done."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from adapters.http import looking, taking
from adapters.http.answer_model import Means
from adapters.http.answers import Declined
from bridge.nouns import Accepted, Refusal, Share, Unknown, Written

if TYPE_CHECKING:
    from adapters.http.client import Reply
    from adapters.http.objects import View
    from adapters.http.tool import Tool
    from bridge.nouns import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is known of a record whose write became a job; it is what the engine keeps."""

    object: str
    id: str
    key: str
    parent: str = ""
    ref: str = ""
    """The record's id, empty while it has none."""

    def accepted(self) -> Accepted:
        """Return it as an outcome."""
        return Accepted(json.dumps(asdict(self)))


def settle(tool: Tool, job: str) -> Outcome:
    """Ask how a job stands."""
    call, says, taken = tool.client.loaded.call("job"), tool.client.manifest.job, _read(job)
    if call is None or says is None or taken is None or taken.object not in tool.views:
        return Refusal(f"there is no job {job}", code="not_found")
    view = tool.view(taken.object)
    try:
        reply = tool.client.call(call, {"job": taken.id, "ref": taken.ref, "key": taken.key}, share=Share.DELIVER)
    except Declined as declined:
        return _declined(tool, view, taken, declined)
    if taking.at(says.running, reply.body):
        return taken.accepted()
    return _done(tool, view, taken, view.ref(reply.row(call)))


def _done(tool: Tool, view: View, taken: Taken, ref: str) -> Outcome:
    """Return the record that a job has made or changed."""
    ref = taken.ref or ref or _found(tool, view, taken)
    if not ref:
        return Unknown(f"{tool.client.manifest.name} does not say what became of job {taken.id}.")
    tool.memory.add(view.name, taken.key, ref, taken.parent)
    return Written(ref, created=not taken.ref, url=view.url(ref))


def _declined(tool: Tool, view: View, taken: Taken, declined: Declined) -> Outcome:
    """Return why a job failed; one that nobody knows any more may have been done."""
    means = declined.problem.means
    if means is Means.DUPLICATE and (ref := _found(tool, view, taken)):
        return Written(ref, created=False, url=view.url(ref))
    if means is Means.ABSENT and not taken.ref:
        return _done(tool, view, taken, "")
    return declined.problem.refusal()


def _found(tool: Tool, view: View, taken: Taken) -> str:
    found = looking.look(tool, view, {taken.key: taken.parent}).get(taken.key)
    return found.ref if found else ""


def _read(job: str) -> Taken | None:
    try:
        return Taken(**json.loads(job))
    except (TypeError, ValueError):
        return None


def taken(view: View, reply: Reply, *, key: str, parent: str = "", ref: str = "") -> Accepted:
    """Return the outcome of a write that became a job."""
    return Taken(object=view.name, id=reply.job, key=key, parent=parent, ref=ref).accepted()
