"""The pretend Zammad: ``Zammad(clock).app`` is an ASGI app. Articles of type email are mailed; the search lags by seconds."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from tests.fakes.rest import House, Item, Wrong, sent, stamp

if TYPE_CHECKING:
    from starlette.requests import Request

    from bridge.clock import Clock

TOKEN = "zammad-token-5d20"
ME, AGENT = 3, 4
LARGEST = 50
TROUBLES = {
    "401": JSONResponse({"error": "Invalid BasicAuth credentials"}, 401),
    "429": JSONResponse({"error": "Too many requests"}, 429, {"Retry-After": "5"}),
}
USER = {
    "firstname": str,
    "lastname": str,
    "email": str,
    "phone": str,
    "mobile": str,
    "web": str,
    "note": str,
    "login": str,
    "roles": list,
    "casebridge_key": str,
}
TICKET = {
    "title": str,
    "group": str,
    "customer_id": int,
    "customer": str,
    "state": str,
    "priority": str,
    "tags": str,
    "article": dict,
    "casebridge_key": str,
    "casebridge_answer": str,
    "permalink": str,
}
ARTICLE = {
    "ticket_id": int,
    "subject": str,
    "body": str,
    "content_type": str,
    "type": str,
    "internal": bool,
    "sender": str,
    "from": str,
    "to": str,
    "origin_by_id": int,
    "time_unit": str,
    "attachments": list,
}
STATES, PRIORITIES, GROUPS = (
    ("new", "open", "pending reminder", "closed"),
    ("1 low", "2 normal", "3 high"),
    ("Users", "Social"),
)


class Zammad(House):
    """A server."""

    def __init__(self, clock: Clock, *, lag: timedelta = timedelta()) -> None:
        """Start empty; ``lag`` is that of the search."""
        super().__init__(clock, {"authorization": f"Token token={TOKEN}"}, TROUBLES)
        self.lag = lag
        self.links: list[tuple[str, int, int]] = []
        self.app = self.serve(
            "/api/v1",
            {
                "GET /users/me": self._me,
                "GET /users/search": self._search,
                "POST /users": self._new_user,
                "GET /users/{id}": self._show,
                "PUT /users/{id}": self._change_user,
                "GET /tickets/search": self._search,
                "POST /tickets": self._new_ticket,
                "GET /tickets/{id}": self._show,
                "PUT /tickets/{id}": self._change_ticket,
                "DELETE /tickets/{id}": self._delete,
                "GET /ticket_articles/by_ticket/{id}": self._articles,
                "POST /ticket_articles": self._new_article,
                "DELETE /ticket_articles/{id}": self._delete,
                "POST /tags/add": self._tag,
                "GET /links": self._linked,
                "POST /links/add": self._link,
            },
        )

    def say(self, ticket: int, fields: dict[str, Any], by: int) -> Item:
        """Add an article."""
        known = {"type": "note", "internal": False, "sender": "Agent", "content_type": "text/plain", **fields}
        made = self.make("ticket_articles", {**known, "ticket_id": ticket}, by)
        made.files += [each["filename"] for each in fields.get("attachments", ())]
        self.touch(self.items[ticket], by)
        if known["type"] == "email":
            self.notices.send(
                str(known.get("to")), str(known["body"]), automation="article", about=str(ticket), by=str(by)
            )
        return made

    def merge(self, loser: int, winner: int) -> None:
        """Let an agent merge two tickets."""
        self.touch(self.items[loser], AGENT, state="merged")
        self.links.append(("parent", loser, winner))

    def shown(self, item: Item) -> dict[str, Any]:
        """Return a record as the API shows it, names and all (``expand=true``)."""
        stamps = {"created_at": stamp(item.created), "updated_at": stamp(item.changed)}
        told = {"id": item.id, **stamps, "updated_by_id": item.by, "created_by_id": item.by, **item.fields}
        told.pop("article", None)
        if item.kind == "ticket_articles":
            told["attachments"] = [{"filename": name} for name in item.files]
        return told

    async def _me(self, request: Request) -> Response:  # noqa: ARG002 - as routes want it
        return JSONResponse({"id": ME, "login": "casebridge@acme.example"})

    async def _search(self, request: Request) -> Response:
        kind, query = request.url.path.split("/")[-2], request.query_params
        until, text = self.clock.now() - self.lag, query.get("query", "")
        every = [each for each in self.of(kind) if each.changed <= until]
        if found := re.fullmatch(r'casebridge_key:"([^"]+)"', text):
            every = [each for each in every if each.fields.get("casebridge_key") == found[1]]
        elif found := re.fullmatch(r"updated_at:\[(\S+) TO \*\]", text):
            every = [each for each in every if stamp(each.changed) >= found[1]]
        else:
            raise Wrong(422, {"error": f"The query {text!r} is not understood"})
        if query.get("sort_by") == "updated_at":
            every.sort(key=lambda each: (each.changed, each.id), reverse=query.get("order_by") != "asc")
        if query.get("expand") != "true":
            return JSONResponse({kind: [each.id for each in every], "assets": {}})
        page, size = int(query.get("page") or 1), min(int(query.get("limit") or 10), LARGEST)
        return JSONResponse([self.shown(each) for each in every[size * (page - 1) : size * page]])

    async def _new_user(self, request: Request) -> Response:
        fields = await sent(request)
        _typed(fields, USER)
        if not any(fields.get(name) for name in ("firstname", "lastname", "email", "phone")):
            raise _wrong("At least one identifier (firstname, lastname, phone, mobile or email) for user is required.")
        self._unique(fields, 0)
        return JSONResponse(self.shown(self.make("users", fields, ME)), 201)

    async def _change_user(self, request: Request) -> Response:
        item, fields = self._there(request, "users"), await sent(request)
        _typed(fields, USER)
        self._unique(fields, item.id)
        self.touch(item, ME, **fields)
        return JSONResponse(self.shown(item))

    def _unique(self, fields: dict[str, Any], own: int) -> None:
        mail = fields.get("email")
        if mail and any(each.fields.get("email") == mail and each.id != own for each in self.of("users")):
            raise _wrong(f"Email address '{mail}' is already used for another user.")

    async def _new_ticket(self, request: Request) -> Response:
        fields = await sent(request)
        _typed(fields, TICKET)
        self._fits(fields)
        for name in ("title", "group", "article"):
            if not fields.get(name):
                raise _wrong(f"Missing required value for field '{name}'!")
        article = fields.pop("article")
        tags = [tag for tag in str(fields.pop("tags", "") or "").split(",") if tag]
        made = self.make("tickets", {"state": "new", "priority": "2 normal", **fields, "tags": tags}, ME)
        _typed(article, ARTICLE)
        self.say(made.id, article, ME)
        return JSONResponse(self.shown(made), 201)

    async def _change_ticket(self, request: Request) -> Response:
        item, fields = self._there(request, "tickets"), await sent(request)
        _typed(fields, TICKET)
        self._fits(fields)
        self.touch(item, ME, **fields)
        return JSONResponse(self.shown(item))

    def _fits(self, fields: dict[str, Any]) -> None:
        for name, choices in (("state", STATES), ("priority", PRIORITIES), ("group", GROUPS)):
            if fields.get(name) is not None and fields[name] not in choices:
                raise _wrong(f"No lookup value found for '{name}': {fields[name]!r}")
        person = fields.get("customer_id")
        if person is not None and (person not in self.items or self.items[person].kind != "users"):
            raise _wrong(f"Invalid value '{person}' for field 'customer_id'!")

    async def _articles(self, request: Request) -> Response:
        ticket = self._there(request, "tickets")
        return JSONResponse(
            [self.shown(each) for each in self.of("ticket_articles") if each.fields["ticket_id"] == ticket.id]
        )

    async def _new_article(self, request: Request) -> Response:
        fields = await sent(request)
        _typed(fields, ARTICLE)
        if not fields.get("body"):
            raise _wrong("Need at least an 'article body' field.")
        ticket = self.items.get(fields.get("ticket_id", 0))
        if ticket is None or ticket.kind != "tickets":
            raise Wrong(404, {"error": f"Couldn't find Ticket with 'id'={fields.get('ticket_id')}"})
        return JSONResponse(self.shown(self.say(ticket.id, fields, ME)), 201)

    async def _tag(self, request: Request) -> Response:
        fields = await sent(request)
        item = self.items[fields["o_id"]]
        item.fields["tags"] = list(dict.fromkeys([*item.fields["tags"], fields["item"]]))
        return JSONResponse(content=True, status_code=201)

    async def _linked(self, request: Request) -> Response:
        own = int(request.query_params["link_object_value"])
        links = [
            {"link_type": kind, "link_object": "Ticket", "link_object_value": to}
            for kind, one, to in self.links
            if one == own
        ]
        return JSONResponse({"links": links})

    async def _link(self, request: Request) -> Response:
        fields = await sent(request)
        self.links.append(
            (fields["link_type"], int(fields["link_object_target_value"]), int(fields["link_object_source_number"]))
        )
        return JSONResponse({}, 201)

    async def _show(self, request: Request) -> Response:
        return JSONResponse(self.shown(self._there(request, request.url.path.split("/")[-2])))

    async def _delete(self, request: Request) -> Response:
        item = self._there(request, request.url.path.split("/")[-2])
        del self.items[item.id]
        return JSONResponse({})

    def _there(self, request: Request, kind: str) -> Item:
        ref = request.path_params["id"]
        item = self.items.get(int(ref)) if ref.isdecimal() else None
        if item is None or item.kind != kind:
            raise Wrong(404, {"error": f"Couldn't find {kind} with 'id'={ref}"})
        return item


def _typed(fields: dict[str, Any], known: dict[str, type]) -> None:
    for name, value in fields.items():
        if name not in known:
            raise _wrong(f"unknown attribute '{name}'")
        if value is not None and type(value) is not known[name]:
            raise _wrong(f"Invalid value '{value}' for field '{name}'!")


def _wrong(message: str) -> Wrong:
    return Wrong(422, {"error": message, "error_human": message})
