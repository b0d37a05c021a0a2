"""An invented tracker that answers 200 to everything: what happened stands in the body, ids only in Location headers.

Bodies are nested, changes need If-Match, messages are forms, lists are linked in pages of a few rows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from tests.fakes.forms import form_of
from tests.fakes.rest import House, Item, Wrong, sent

if TYPE_CHECKING:
    from starlette.requests import Request

    from bridge.clock import Clock

KEY = "etagere-key-51ce"
ME, AGENT = "bot", "bela"
PAGE = 3
STATES = ("fresh", "resting", "shelved")


def _no(kind: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"ok": False, "error": {"kind": kind, **more}}


TROUBLES = {
    "401": JSONResponse(_no("who")),
    "429": JSONResponse(_no("busy", hint="Come back in 9 seconds.")),
}


class Etagere(House):
    """Shelves of issues, with notes on them."""

    def __init__(self, clock: Clock, *, lag: timedelta = timedelta()) -> None:
        """Start empty; ``lag`` is that of the search."""
        super().__init__(clock, {"x-auth": f"Key {KEY}"}, TROUBLES)
        self.lag = lag
        self.app = self.serve(
            "/v3",
            {
                "GET /self": self._me,
                "GET /issues": self._list,
                "POST /issues": self._new,
                "GET /issues/{id}": self._show,
                "PATCH /issues/{id}": self._change,
                "DELETE /issues/{id}": self._delete,
                "GET /issues/{id}/notes": self._notes,
                "POST /issues/{id}/notes": self._note,
                "GET /notes/{id}": self._show_note,
                "POST /notes/{id}": self._change_note,
                "DELETE /notes/{id}": self._delete_note,
            },
        )

    def say(self, issue: int, text: str, *, internal: bool, by: str = AGENT) -> Item:
        """Put a note on an issue; what is not internal is mailed."""
        made = self.make("notes", {"issue": issue, "text": text, "internal": internal}, by)
        self.touch(self.items[issue], by)
        if not internal:
            self.notices.send(f"reporter of {issue}", text, automation="note", about=str(issue), by=by)
        return made

    def _admit(self, request: Request) -> None:
        if request.headers.get("x-auth") != f"Key {KEY}":
            raise Wrong(200, _no("who"))

    def _shown(self, item: Item) -> dict[str, Any]:
        if item.kind == "notes":
            files = [{"title": name} for name in item.files]
            said = {"text": item.fields["text"], "internal": item.fields["internal"], "files": files}
            return {"uid": f"N-{item.id}", "said": said, "by": {"login": item.by}, "ts": int(item.changed.timestamp())}
        stamps = {"born": int(item.created.timestamp()), "touched": int(item.changed.timestamp())}
        ended = {"trashed": item.deleted, "moved": f"ETG-{item.merged_into}" if item.merged_into else ""}
        return {"uid": f"ETG-{item.id}", "issue": item.fields, "by": item.by, **stamps, **ended}

    async def _me(self, request: Request) -> Response:  # noqa: ARG002 - as routes want it
        return JSONResponse({"ok": True, "self": {"login": ME}})

    async def _list(self, request: Request) -> Response:
        query, every = request.query_params, self.of("issues")
        if wanted := query.get("ext"):
            until = self.clock.now() - self.lag
            every = [each for each in every if each.fields["ext"].get("ref") == wanted and each.created <= until]
        if since := query.get("touched_after"):
            begin = datetime.fromtimestamp(int(since), UTC)
            every = sorted((each for each in every if each.changed >= begin), key=lambda each: each.changed)
        return self._linked(request, every)

    def _linked(self, request: Request, every: list[Item]) -> Response:
        at = int(request.query_params.get("at") or 0)
        link = f'<{request.url.include_query_params(at=at + PAGE)}>; rel="next"' if len(every) > at + PAGE else ""
        rows = [self._shown(each) for each in every[at : at + PAGE]]
        return JSONResponse({"ok": True, "rows": rows}, headers={"Link": link} if link else {})

    async def _new(self, request: Request) -> Response:
        issue = (await sent(request)).get("issue") or {}
        _fits(issue)
        if not issue.get("head", {}).get("summary"):
            raise Wrong(200, _no("empty", at="issue.head.summary", text="A summary is needed."))
        made = {"state": "fresh", "labels": [], "ext": {}, "ties": [], **issue}
        item = self.make("issues", made, ME)
        return Response(status_code=201, headers={"Location": f"/v3/issues/ETG-{item.id}"})

    async def _show(self, request: Request) -> Response:
        item = self._there(request, "issues", "ETG-")
        return JSONResponse({"ok": True, "row": self._shown(item)}, headers={"ETag": _version(item)})

    async def _change(self, request: Request) -> Response:
        item, issue = self._there(request, "issues", "ETG-"), (await sent(request)).get("issue") or {}
        if request.headers.get("if-match") != _version(item):
            raise Wrong(200, _no("stale"))
        _fits(issue)
        for name, value in issue.items():
            item.fields[name] = {**item.fields.get(name, {}), **value} if isinstance(value, dict) else value
        self.touch(item, ME, rev=item.fields.get("rev", 0) + 1)
        return JSONResponse({"ok": True})

    async def _delete(self, request: Request) -> Response:
        item = self._there(request, "issues", "ETG-")
        item.deleted = True
        self.touch(item, ME)
        return JSONResponse({"ok": True})

    async def _notes(self, request: Request) -> Response:
        issue = self._there(request, "issues", "ETG-")
        return self._linked(
            request, [each for each in self.of("notes") if each.fields["issue"] == issue.id and not each.deleted]
        )

    async def _note(self, request: Request) -> Response:
        issue = self._there(request, "issues", "ETG-")
        fields, files = await form_of(request)
        form = dict(fields)
        if not form.get("said[text]"):
            raise Wrong(200, _no("empty", at="said.text", text="Say something."))
        made = self.say(issue.id, form["said[text]"], internal=form.get("said[internal]") == "true", by=ME)
        made.files += [file.name for file in files if file.part == "paper[]"]
        return Response(status_code=201, headers={"Location": f"/v3/notes/N-{made.id}?from=api"})

    async def _show_note(self, request: Request) -> Response:
        return JSONResponse({"ok": True, "row": self._shown(self._there(request, "notes", "N-"))})

    async def _change_note(self, request: Request) -> Response:
        item = self._there(request, "notes", "N-")
        fields, _ = await form_of(request)
        self.touch(item, item.by, text=dict(fields)["said[text]"])
        return JSONResponse({"ok": True})

    async def _delete_note(self, request: Request) -> Response:
        self._there(request, "notes", "N-").deleted = True
        return JSONResponse({"ok": True})

    def _there(self, request: Request, kind: str, prefix: str) -> Item:
        number = request.path_params["id"].removeprefix(prefix)
        item = self.items.get(int(number)) if number.isdecimal() else None
        if item is None or item.kind != kind:
            raise Wrong(200, _no("missing"))
        if item.deleted:
            raise Wrong(200, _no("trashed"))
        if item.merged_into:
            raise Wrong(200, _no("moved", to=f"ETG-{item.merged_into}"))
        return item


def _version(item: Item) -> str:
    return f'"{item.fields.get("rev", 0)}-{int(item.changed.timestamp())}"'


def _fits(issue: dict[str, Any]) -> None:
    for name in issue:
        if name not in ("head", "body", "state", "labels", "ext", "ties"):
            raise Wrong(200, _no("unknown", at=f"issue.{name}", text=f"There is no {name}."))
    if issue.get("state", "fresh") not in STATES:
        raise Wrong(200, _no("choice", at="issue.state", text=f"One of {', '.join(STATES)}."))
    if len((issue.get("head") or {}).get("summary") or "") > 100:
        raise Wrong(200, _no("long", at="issue.head.summary", text="At most 100 characters."))
