"""The pretend Jira Service Management Cloud: ``Jira(clock).app`` is an ASGI app.

The platform's API v3, documents and all; comments for customers are mailed; what may not be seen is answered 404.
"""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from tests.fakes.forms import form_of
from tests.fakes.rest import House, Item, Wrong, sent

if TYPE_CHECKING:
    from starlette.requests import Request

    from bridge.clock import Clock

MAIL, TOKEN = "casebridge@acme.example", "jira-token-8b3e"
ME, AGENT = "5b10-casebridge", "5b10-bela"
TROUBLES = {
    "401": Response("Client must be authenticated to access this resource.", 401),
    "429": JSONResponse(
        {"errorMessages": ["Rate limit exceeded"]}, 429, {"Retry-After": "9", "RateLimit-Reason": "jira-burst-based"}
    ),
}
FIELDS = {
    "project": dict,
    "issuetype": dict,
    "summary": str,
    "description": dict,
    "priority": dict,
    "labels": list,
    "customfield_10010": str,
    "customfield_10020": str,
}
STATUSES = {"new": "To Do", "done": "Done"}


class Jira(House):
    """A site with the project SUP."""

    def __init__(self, clock: Clock, *, lag: timedelta = timedelta()) -> None:
        """Start empty; ``lag`` is that of the search."""
        super().__init__(clock, {"authorization": "Basic " + b64encode(f"{MAIL}:{TOKEN}".encode()).decode()}, TROUBLES)
        self.lag = lag
        self.links: list[tuple[str, str]] = []
        issue = "/issue/{id}"
        self.app = self.serve(
            "/rest/api/3",
            {
                "GET /myself": self._me,
                "POST /search/jql": self._search,
                "POST /issue": self._new,
                f"GET {issue}": self._show,
                f"PUT {issue}": self._change,
                f"DELETE {issue}": self._delete,
                f"GET {issue}/comment": self._comments,
                f"POST {issue}/comment": self._comment,
                f"PUT {issue}/comment/{{comment}}": self._change_comment,
                f"DELETE {issue}/comment/{{comment}}": self._delete_comment,
                f"POST {issue}/attachments": self._attach,
                f"POST {issue}/transitions": self._move,
                "POST /issueLink": self._link,
            },
        )

    def say(self, issue: int, document: Any, *, internal: bool, by: str) -> Item:  # noqa: ANN401 - a document
        """Comment; what is not internal is mailed to the reporter."""
        made = self.make("comments", {"issue": issue, "body": document, "internal": internal}, by)
        self.touch(self.items[issue], by)
        if not internal:
            self.notices.send(f"reporter of {issue}", str(document), automation="comment", about=str(issue), by=by)
        return made

    def shown(self, item: Item) -> dict[str, Any]:
        """Return a record as the API shows it."""
        if item.kind == "comments":
            who = {"accountId": item.by, "accountType": "atlassian", "displayName": item.by}
            stamps = {"created": _stamp(item.created), "updated": _stamp(item.changed)}
            return {
                "id": str(item.id),
                "author": who,
                "body": item.fields["body"],
                "jsdPublic": not item.fields["internal"],
                **stamps,
            }
        status = item.fields["status"]
        fields = {**item.fields, "status": {"name": STATUSES[status], "statusCategory": {"key": status}}}
        fields |= {"created": _stamp(item.created), "updated": _stamp(item.changed)}
        fields["attachment"] = [{"filename": name} for name in item.files]
        return {"id": str(item.id), "key": f"SUP-{item.id}", "fields": fields}

    async def _me(self, request: Request) -> Response:  # noqa: ARG002 - as routes want it
        return JSONResponse({"accountId": ME, "emailAddress": MAIL, "timeZone": "Etc/UTC"})

    async def _search(self, request: Request) -> Response:
        asked = await sent(request)
        until, jql = self.clock.now() - self.lag, asked.get("jql", "")
        every = [each for each in self.of("issues") if each.changed <= until]
        if found := re.fullmatch(r'project = "SUP" AND labels = "([^"]+)"', jql):
            every = [each for each in every if found[1] in each.fields["labels"]]
        elif found := re.fullmatch(
            r'project = "SUP" AND updated >= "(\d{4}-\d\d-\d\d \d\d:\d\d)" ORDER BY updated ASC', jql
        ):
            since = datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            every = sorted((each for each in every if each.changed >= since), key=lambda each: (each.changed, each.id))
        else:
            raise Wrong(400, {"errorMessages": [f"Error in the JQL Query: {jql}"], "errors": {}})
        start, size = int(asked.get("nextPageToken") or 0), min(asked.get("maxResults", 50), 100)
        names = set(asked.get("fields") or ())
        rows = [self.shown(each) for each in every[start : start + size]]
        if "*all" not in names:
            rows = [
                {**row, "fields": {name: value for name, value in row["fields"].items() if name in names}}
                for row in rows
            ]
        more = {"nextPageToken": str(start + size)} if len(every) > start + size else {}
        return JSONResponse({"issues": rows, **more})

    async def _new(self, request: Request) -> Response:
        fields = (await sent(request)).get("fields") or {}
        _fits(fields)
        for name in ("project", "issuetype", "summary"):
            if not fields.get(name):
                raise _wrong(name, f"{name.capitalize()} is required.")
        if fields["project"] != {"key": "SUP"}:
            raise _wrong("project", "valid project is required")
        made = self.make("issues", {"labels": [], "status": "new", **fields}, ME)
        return JSONResponse({"id": str(made.id), "key": f"SUP-{made.id}", "self": f"/issue/{made.id}"}, 201)

    async def _show(self, request: Request) -> Response:
        return JSONResponse(self.shown(self._there(request)))

    async def _change(self, request: Request) -> Response:
        item, asked = self._there(request), await sent(request)
        fields = asked.get("fields") or {}
        _fits(fields)
        for change in (asked.get("update") or {}).get("labels", ()):
            fields["labels"] = list(dict.fromkeys([*item.fields["labels"], change["add"]]))
        self.touch(item, ME, **fields)
        return Response(status_code=204)

    async def _delete(self, request: Request) -> Response:
        del self.items[self._there(request).id]
        return Response(status_code=204)

    async def _comments(self, request: Request) -> Response:
        item, query = self._there(request), request.query_params
        every = [each for each in self.of("comments") if each.fields["issue"] == item.id]
        start, size = int(query.get("startAt") or 0), min(int(query.get("maxResults") or 50), 100)
        return JSONResponse(
            {"comments": [self.shown(each) for each in every[start : start + size]], "total": len(every)}
        )

    async def _comment(self, request: Request) -> Response:
        item, asked = self._there(request), await sent(request)
        if not isinstance(asked.get("body"), dict):
            raise Wrong(400, {"errorMessages": ["Comment body is not valid!"], "errors": {}})
        marks = [
            each["value"].get("internal") for each in asked.get("properties", ()) if each["key"] == "sd.public.comment"
        ]
        return JSONResponse(self.shown(self.say(item.id, asked["body"], internal=marks == [True], by=ME)), 201)

    async def _change_comment(self, request: Request) -> Response:
        comment, asked = self._of(request), await sent(request)
        self.touch(comment, comment.by, body=asked["body"])
        return JSONResponse(self.shown(comment))

    async def _delete_comment(self, request: Request) -> Response:
        del self.items[self._of(request).id]
        return Response(status_code=204)

    async def _attach(self, request: Request) -> Response:
        item = self._there(request)
        if request.headers.get("x-atlassian-token") != "no-check":
            raise Wrong(403, {"errorMessages": ["XSRF check failed"]})
        _, files = await form_of(request)
        item.files += [file.name for file in files if file.part == "file"]
        return JSONResponse([])

    async def _move(self, request: Request) -> Response:
        item, asked = self._there(request), await sent(request)
        if asked != {"transition": {"id": "11"}}:
            raise Wrong(
                400,
                {
                    "errorMessages": ["It seems that you have tried to perform an illegal workflow operation."],
                    "errors": {},
                },
            )
        self.touch(item, ME, status="new")
        return Response(status_code=204)

    async def _link(self, request: Request) -> Response:
        asked = await sent(request)
        pair = (str(asked["inwardIssue"]["id"]), str(asked["outwardIssue"]["id"]))
        self.links += [pair] if pair not in self.links else []
        return Response(status_code=201)

    def _there(self, request: Request) -> Item:
        ref = request.path_params["id"]
        item = self.items.get(int(ref)) if ref.isdecimal() else None
        if item is None or item.kind != "issues":
            raise Wrong(
                404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}}
            )
        return item

    def _of(self, request: Request) -> Item:
        issue, comment = self._there(request), self.items.get(int(request.path_params["comment"]))
        if comment is None or comment.fields.get("issue") != issue.id:
            raise Wrong(404, {"errorMessages": ["Can not find a comment for the id"], "errors": {}})
        return comment


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _fits(fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise _wrong(name, f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.")
        if value is not None and type(value) is not FIELDS[name]:
            raise _wrong(name, "Operation value must be a string" if FIELDS[name] is str else "Specify a valid value")
    if len(fields.get("summary") or "") > 255:
        raise _wrong("summary", "Summary can't exceed 255 characters.")
    if " " in "".join(fields.get("labels") or ()):
        raise _wrong("labels", "The label contains spaces which is invalid.")


def _wrong(name: str, message: str) -> Wrong:
    return Wrong(400, {"errorMessages": [], "errors": {name: message}})
