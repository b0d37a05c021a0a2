"""An invented tracker that takes everything in batches, many of them as jobs, and whose lists lie.

Tokens last a minute and are for one tenant; a list gives seven rows whatever is asked for, names a wrong total, and begins
its last page again for whoever reads on. Whoever is too fast is told so in a sentence.
"""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import JSONResponse, Response

from tests.fakes.forms import form_of
from tests.fakes.rest import House, Item, Wrong, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from bridge.clock import Clock

CLIENT, SECRET, TENANT = "casebridge", "batchline-secret-0d4b", "acme"
ME, AGENT = "api/casebridge", "desk/bela"
PAGE = 7
FIELDS = {
    "people": {"label", "email", "phone", "ref"},
    "tickets": {"title", "text", "status", "person", "tags", "ref", "via"},
    "entries": {"ticket", "text", "visible", "via", "files"},
}
NEEDED = {"people": "label", "tickets": "title", "entries": "text"}
TROUBLES = {
    "401": JSONResponse({"error": {"code": "expired"}}, 401),
    "429": JSONResponse({"error": {"code": "throttled", "message": "Too fast. Please wait 7 seconds."}}, 429),
}


class Batchline(House):
    """One tenant of it."""

    def __init__(self, clock: Clock, *, lag: timedelta = timedelta(), jobs: bool = False) -> None:
        """Start empty; with ``jobs`` everything is done two seconds later, else as a job only when ``slow`` is set."""
        super().__init__(clock, {}, TROUBLES)
        self.lag, self.jobs, self.slow = lag, jobs, False
        self.longest_entry = 60_000
        self.tokens: dict[str, datetime] = {}
        self.uploads: dict[str, str] = {}
        """Token → name of a file."""
        self._done: dict[str, tuple[datetime, list[dict[str, Any]]]] = {}
        self._counted = itertools.count(1)
        routes = {
            "POST /uploads": self._upload,
            "POST /token": self._token,
            "GET /jobs/{job}": self._job,
            "GET /whoami": self._me,
        }
        for kind in ("people", "tickets", "entries"):
            routes |= {
                f"GET /{kind}": self._list,
                f"POST /{kind}/batch": self._batch,
                f"GET /{kind}/{{id}}": self._show,
                f"DELETE /{kind}/{{id}}": self._delete,
            }
        self.app = self.serve("/api/7", routes)

    def say(self, ticket: int, text: str, *, visible: bool, by: str = AGENT) -> Item:
        """Add an entry; what is visible is mailed."""
        made = self.make("entries", {"ticket": str(ticket), "text": text, "visible": visible}, by)
        self.touch(self.items[ticket], by)
        if visible:
            self.notices.send(f"person of {ticket}", text, automation="entry", about=str(ticket), by=by)
        return made

    def _admit(self, request: Request) -> None:
        if request.headers.get("x-tenant") != TENANT:
            raise Wrong(403, {"error": {"code": "tenant", "message": "Which tenant?"}})
        if request.url.path.endswith("/token"):
            return
        ends = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if ends is None or self.clock.now() >= ends:
            raise Wrong(401, {"error": {"code": "expired"}})

    async def _token(self, request: Request) -> Response:
        form = dict((await form_of(request))[0])
        wanted = {"client_id": CLIENT, "client_secret": SECRET, "audience": "tickets"}
        if {name: form.get(name) for name in wanted} != wanted:
            return JSONResponse({"error": "invalid_client"}, 401)
        token = f"batchline-token-{next(self._counted)}"
        self.tokens[token] = self.clock.now() + timedelta(seconds=60)
        return JSONResponse({"access_token": token, "expires_in": 60})

    async def _me(self, request: Request) -> Response:  # noqa: ARG002 - as routes want it
        return JSONResponse({"id": ME, "tenant": TENANT})

    async def _upload(self, request: Request) -> Response:
        if not await request.body() or request.headers["content-type"] != "application/octet-stream":
            raise Wrong(400, {"error": {"code": "empty"}})
        token = f"u{next(self._counted)}"
        self.uploads[token] = request.query_params["name"]
        return JSONResponse({"upload": {"token": token}}, 201)

    def _shown(self, item: Item) -> dict[str, Any]:
        stamps = {"created": stamp(item.created), "changed": stamp(item.changed)}
        ended = {"gone": item.deleted, "into": str(item.merged_into) if item.merged_into else None}
        return {"id": str(item.id), "by": item.by, **stamps, **ended, **item.fields}

    async def _list(self, request: Request) -> Response:
        query, every = request.query_params, self.of(_kind(request))
        if wanted := query.get("ref"):
            until = self.clock.now() - self.lag
            every = [each for each in every if each.fields.get("ref") == wanted and each.changed <= until]
        if wanted := query.get("ticket"):
            every = [each for each in every if each.fields["ticket"] == wanted and not each.deleted]
        if since := query.get("changed_since"):
            every = sorted((each for each in every if stamp(each.changed) >= since), key=lambda each: each.changed)
        at = min(int(query.get("offset") or 0), max(len(every) - 1, 0) // PAGE * PAGE)
        return JSONResponse({"total": 3, "rows": [self._shown(each) for each in every[at : at + PAGE]]})

    async def _batch(self, request: Request) -> Response:
        kind, given = _kind(request), orjson.loads(await request.body())["items"]
        results = [self._one(kind, dict(each)) for each in given]
        if not (self.jobs or self.slow):
            return JSONResponse({"results": results})
        job = f"j{next(self._counted)}"
        self._done[job] = (self.clock.now() + timedelta(seconds=2), results)
        self.slow = False
        return JSONResponse({"job": {"id": job, "state": "queued"}}, 202)

    async def _job(self, request: Request) -> Response:
        if request.path_params["job"] not in self._done:
            raise Wrong(404, {"error": {"code": "unknown"}})
        ready, results = self._done[request.path_params["job"]]
        if self.clock.now() < ready:
            return JSONResponse({"job": {"state": "running"}})
        return JSONResponse({"job": {"state": "finished"}, "results": results})

    def _one(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Create or change one record, which may fail by itself."""
        ref = fields.pop("id", None)
        item = self.items.get(int(ref)) if ref and str(ref).isdecimal() else None
        problem = self._problem(kind, fields, item, ref)
        if problem:
            return {"failed": problem}
        if item is not None:
            self.touch(item, item.by if kind == "entries" else ME, **fields)
        elif kind == "entries":
            item = self.say(int(fields["ticket"]), fields["text"], visible=fields.get("visible", True), by=ME)
            item.files += [self.uploads[each["token"]] for each in fields.pop("files", ())]
            item.fields |= fields
        else:
            item = self.make(kind, fields | ({"status": fields.get("status", "new")} if kind == "tickets" else {}), ME)
        return {"id": str(item.id)}

    def _problem(self, kind: str, fields: dict[str, Any], item: Item | None, ref: object) -> dict[str, Any] | None:
        if ref is not None and (item is None or item.kind != kind):
            return {"code": "unknown_id"}
        if item is not None and item.deleted:
            return {"code": "gone"}
        for name in fields:
            if name not in FIELDS[kind]:
                return {"code": "field", "message": f"There is no {name}.", "field": name}
        if item is None and not fields.get(NEEDED[kind]):
            return {"code": "needed", "message": f"{NEEDED[kind]} is needed.", "field": NEEDED[kind]}
        return self._clash(kind, fields, item)

    def _clash(self, kind: str, fields: dict[str, Any], item: Item | None) -> dict[str, Any] | None:
        """Return what is wrong with a record beside what else there is."""
        if kind == "entries" and item is None and (lost := self._place(fields["ticket"])):
            return lost
        person = self._record(fields.get("person") or "", "people")
        if fields.get("person") and (person is None or person.deleted):
            return {"code": "reference", "message": "There is no such person.", "field": "person"}
        if any(each["token"] not in self.uploads for each in fields.get("files", ())):
            return {"code": "token", "message": "That was never uploaded.", "field": "files"}
        longest = self.longest_entry if kind == "entries" else 80
        if len(str(fields.get(NEEDED[kind]) or "")) > longest:
            return {"code": "long", "message": f"At most {longest} characters.", "field": NEEDED[kind]}
        if fields.get("status", "new") not in ("new", "waiting", "over"):
            return {"code": "choice", "message": "There is no such status.", "field": "status"}
        return None

    def _place(self, ref: str) -> dict[str, Any] | None:
        """Return why nothing can be said in a ticket."""
        ticket = self._record(ref, "tickets")
        if ticket is None:
            return {"code": "unknown_id"}
        if ticket.merged_into:
            return {"code": "merged", "into": str(ticket.merged_into)}
        return {"code": "gone"} if ticket.deleted else None

    def _record(self, ref: str, kind: str) -> Item | None:
        item = self.items.get(int(ref)) if ref.isdecimal() else None
        return item if item is not None and item.kind == kind else None

    async def _show(self, request: Request) -> Response:
        return JSONResponse(self._shown(self._there(request)))

    async def _delete(self, request: Request) -> Response:
        item = self._there(request)
        item.deleted = True
        self.touch(item, ME)
        return Response(status_code=204)

    def _there(self, request: Request) -> Item:
        item = self._record(request.path_params["id"], _kind(request))
        if item is None:
            raise Wrong(404, {"error": {"code": "unknown_id", "message": "There is nothing here."}})
        if item.deleted:
            raise Wrong(410, {"error": {"code": "gone"}})
        return item


def _kind(request: Request) -> str:
    return request.url.path.split("/")[3]
