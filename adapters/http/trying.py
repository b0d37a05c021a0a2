"""Try one request of a manifest: what goes out, what comes back, and what the manifest makes of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.http import activity, answers, taking, templates
from adapters.http.answer_model import Means
from adapters.http.auth import MASK
from adapters.http.client import Reply
from adapters.http.cursors import EPOCH, written
from bridge.document_faults import did_you_mean
from bridge.errors import ConfigError, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.http.client import Sent
    from adapters.http.manifest import Call
    from adapters.http.objects import View
    from adapters.http.tool import Tool
    from bridge.nouns import Json

_LISTS = ("find", "changed", "gone", "within")
_SHOWN = 5


def requests(tool: Tool) -> dict[str, str]:
    """Return the manifest's requests by name, each with method and path."""
    calls = tool.client.loaded.calls.items()
    return {name: f"{call.asks.method.upper()} {getattr(call.asks, call.asks.method)}" for name, call in calls}


def tried(tool: Tool, name: str, given: Mapping[str, str], *, send: bool) -> dict[str, Any]:
    """Build a request and, if it is to be, send it. Raises ``ConfigError`` for an unknown name or value."""
    call = tool.client.loaded.calls.get(name)
    if call is None:
        known = tool.client.loaded.calls
        message = f"The manifest has no request {name!r}; it has: {', '.join(known)}{did_you_mean(name, known)}"
        raise ConfigError(message)
    view = tool.views.get(name.rpartition(".")[0])
    values = _values(tool, view, call, given)
    sent = tool.client.built(call, values)
    result = {"request": _request(tool, sent)}
    if not send:
        return result
    writing = sent.method != "GET"
    status, headers, body, rule = tool.client.answered(call, sent, values, writing=writing)
    answer = {"status": status, "headers": dict(headers), "body": body}
    made: dict[str, Any] = {"means": rule.means.value}
    if rule.means is Means.DONE:
        made |= _made(tool, view, call, Reply(status, headers, body))
    elif rule.means is Means.ACCEPTED:
        made["job"] = taking.text(rule.job, body)
    else:
        wrong = answers.raised(tool.client.manifest.name, rule, status, headers, body, writing=writing)
        made |= {"error": type(wrong).__name__, "sentence": str(wrong)}
    return {**result, "answer": _masked(tool, answer), "made": made}


def _values(tool: Tool, view: View | None, call: Call, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what templates see; fields are turned into what the tool wants, as when they are delivered."""
    fields = {name.removeprefix("fields."): text for name, text in given.items() if name.startswith("fields.")}
    rest = {name: text for name, text in given.items() if not name.startswith("fields.")}
    for name in rest:
        if name not in templates.PATHS:
            message = f"there is no value {name!r}{did_you_mean(name, [*templates.PATHS, 'fields.'])}"
            raise ConfigError(message)
    if view is None and fields:
        raise ConfigError(f"{call.name} has no fields.")
    since = datetime.fromisoformat(rest["since"]) if "since" in rest else EPOCH
    key = rest.get("key", "cb1-try")
    try:
        wire = view.wire(_known(view, fields), key) if view is not None else {}
    except Refused as refused:
        raise ConfigError(str(refused)) from refused
    now = tool.clock.now()
    times = {"now": written(now, call.asks.times), "since": written(since, call.asks.times)}
    return {"key": key, "idempotency_key": key, "fields": wire, "tags": [rest.get("text", "")], **rest, **times}


def _known(view: View, fields: dict[str, str]) -> dict[str, Json]:
    for name in fields:
        if name not in view.says.fields:
            message = f"{view.name} has no field {name!r}{did_you_mean(name, view.says.fields)}"
            raise ConfigError(message)
    return dict(fields)


def _request(tool: Tool, sent: Sent) -> dict[str, Any]:
    signed = dict.fromkeys(tool.client.login.names, MASK)
    body: Any = sent.form or sent.content.decode()
    return {
        "method": sent.method,
        "url": tool.client.login.masked(sent.url),
        "headers": {**sent.headers, **signed},
        "body": _masked(tool, body),
    }


def _made(tool: Tool, view: View | None, call: Call, reply: Reply) -> dict[str, Any]:
    """Return what is read out of an answer."""
    body, what = reply.body, call.name.rpartition(".")[2]
    if view is None:
        return _general(tool, what, call, reply)
    if what in _LISTS:
        rows = taking.at(call.asks.rows, body)
        if not isinstance(rows, list):
            return {"rows": 0, "note": f"rows ({call.asks.rows}) finds no list here"}
        return {"rows": len(rows), "first": [_row(view, row) for row in rows[:_SHOWN]]}
    row = taking.at(call.asks.row, body)
    if what == "survivor":
        return {"merged_into": taking.text(call.asks.row, body)}
    made = _row(view, row) if row is not None else {"note": f"row ({call.asks.row}) finds nothing here"}
    if what == "upload":
        return {"file.token": taking.text(call.asks.row, body)}
    ref = reply.id_of_header(call)
    return {"ref": ref} if ref else made


def _general(tool: Tool, what: str, call: Call, reply: Reply) -> dict[str, Any]:
    """Return what the requests tell that belong to no object."""
    check, job, body = tool.client.manifest.check, tool.client.manifest.job, reply.body
    if what == "check" and check is not None:
        return {name: taking.text(path, body) for name, path in (("name", check.name), ("me", check.me)) if path}
    if what == "job" and job is not None:
        return {"running": bool(taking.at(job.running, body)), "row": reply.row(call)}
    return {}


def _row(view: View, row: Json) -> dict[str, Any]:
    """Return a row as the manifest reads it; what is not told is left out."""
    reads = view.says.reads
    told: dict[str, Any] = {"ref": view.ref(row), "key": view.key(row), "merged_into": view.merged_into(row)}
    told |= activity.state(view, row)
    for name in ("at", "created_at", "closed_at"):
        at = taking.moment(getattr(reads, name), row)
        told[name] = at.isoformat() if at else ""
    for name in ("name", "subject", "person", "parent", "author", "author_id", "author_name", "actor"):
        told[name] = taking.text(getattr(reads, name), row)
    for name in ("deleted", "closed", "public"):
        told |= {name: taking.truth(getattr(reads, name), row)} if getattr(reads, name) is not None else {}
    for name in ("emails", "phones", "files"):
        told[name] = taking.texts(getattr(reads, name), row)
    told["fields"] = view.present(row)
    return {name: value for name, value in told.items() if value not in ("", [], None)}


def _masked(tool: Tool, value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name: _masked(tool, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(tool, each) for each in value]
    return tool.client.login.masked(value) if isinstance(value, str) else value
