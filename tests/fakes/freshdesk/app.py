"""The pretend Freshdesk: ``Freshdesk(clock).app`` is an ASGI app. Strict in the vendor's words; replies are mailed."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from tests.fakes.forms import form_of
from tests.fakes.rest import House, Item, Wrong, sent, stamp

if TYPE_CHECKING:
    from starlette.requests import Request

    from bridge.clock import Clock

KEY = "freshdesk-key-3f91"
ME, AGENT = 9001, 9002
TROUBLES = {
    "401": JSONResponse(
        {"code": "invalid_credentials", "message": "You have to be logged in to perform this action."}, 401
    ),
    "429": JSONResponse({"message": "You have exceeded the limit of requests per minute"}, 429, {"Retry-After": "13"}),
}
CONTACT = {
    "name": str,
    "email": str,
    "phone": str,
    "mobile": str,
    "twitter_id": str,
    "unique_external_id": str,
    "description": str,
}
TICKET = {
    "subject": str,
    "description": str,
    "status": int,
    "priority": int,
    "source": int,
    "requester_id": int,
    "email": str,
    "unique_external_id": str,
    "type": str,
    "tags": list,
    "group_id": int,
    "custom_fields": dict,
}
CHOICES = {"status": (2, 3, 4, 5), "priority": (1, 2, 3, 4), "source": (1, 2, 3, 7, 9, 10)}
CUSTOM = ("cf_casebridge_key", "cf_permalink", "cf_casebridge_answer")
LONGEST = {"subject": 255, "name": 255}
IDENTIFYING = ("email", "phone", "mobile", "twitter_id", "unique_external_id")


class Freshdesk(House):
    """An account."""

    def __init__(self, clock: Clock, *, lag: timedelta = timedelta()) -> None:
        """Start empty; ``lag`` is that of the search."""
        super().__init__(clock, {"authorization": "Basic " + b64encode(f"{KEY}:X".encode()).decode()}, TROUBLES)
        self.lag = lag
        self.longest_note = 60_000
        self.custom: dict[str, dict[str, Any]] = {name: {"required_for_agents": False} for name in CUSTOM}
        self.app = self.serve(
            "/api/v2",
            {
                "GET /agents/me": self._me,
                "GET /contacts": self._contacts,
                "POST /contacts": self._new_contact,
                "GET /contacts/{id:int}": self._show,
                "PUT /contacts/{id:int}": self._change_contact,
                "DELETE /contacts/{id:int}": self._delete,
                "GET /tickets": self._tickets,
                "POST /tickets": self._new_ticket,
                "GET /tickets/{id:int}": self._show,
                "PUT /tickets/{id:int}": self._change_ticket,
                "DELETE /tickets/{id:int}": self._delete,
                "GET /tickets/{id:int}/conversations": self._conversations,
                "POST /tickets/{id:int}/notes": self._note,
                "PUT /conversations/{id:int}": self._change_note,
                "DELETE /conversations/{id:int}": self._delete_note,
                "GET /search/tickets": self._search,
                "GET /ticket_fields": self._fields,
            },
        )

    def say(self, ticket: int, body: str, *, private: bool, by: int = AGENT) -> Item:
        """Add to a ticket's conversation; what is public is mailed to the requester."""
        made = self.make("conversations", {"ticket": ticket, "body": body, "private": private}, by)
        self.touch(self.items[ticket], by)
        if not private:
            self.notices.send(f"requester of {ticket}", body, automation="reply", about=str(ticket), by=str(by))
        return made

    def shown(self, item: Item) -> dict[str, Any]:
        """Return a record as the API shows it."""
        told = {"id": item.id, "created_at": stamp(item.created), "updated_at": stamp(item.changed), **item.fields}
        if item.kind == "conversations":
            files = [{"name": name} for name in item.files]
            told |= {
                "user_id": item.by,
                "incoming": False,
                "source": 2 if item.fields["private"] else 0,
                "attachments": files,
            }
            return {**told, "body_text": re.sub("<[^>]*>", "", told["body"])}
        return {**told, "deleted": True} if item.deleted else told

    # --- contacts ---

    async def _me(self, request: Request) -> Response:  # noqa: ARG002 - as routes want it
        return JSONResponse({"id": ME, "contact": {"name": "Casebridge", "email": "casebridge@acme.example"}})

    async def _contacts(self, request: Request) -> Response:
        query = request.query_params
        known = {"page", "per_page", "_updated_since", "state", "unique_external_id", "email"}
        gone = query.get("state") == "deleted"
        every = [each for each in self.of("contacts") if each.deleted is gone]
        for name in ("unique_external_id", "email"):
            if wanted := query.get(name):
                every = [each for each in every if each.fields.get(name) == wanted]
        return self._page(request, every, known, "_updated_since")

    async def _new_contact(self, request: Request) -> Response:
        fields = await sent(request)
        _typed(fields, CONTACT)
        if not fields.get("name"):
            raise _invalid("name", "It should be a/an String", "missing_field")
        if not any(fields.get(name) for name in IDENTIFYING):
            raise _invalid(
                "email",
                "Fill at least 1 of email, mobile, phone, twitter_id, unique_external_id fields",
                "missing_field",
            )
        self._unique(fields, 0)
        return JSONResponse(self.shown(self.make("contacts", fields, ME)), 201)

    async def _change_contact(self, request: Request) -> Response:
        item, fields = self._living(request, "contacts"), await sent(request)
        _typed(fields, CONTACT)
        self._unique(fields, item.id)
        self.touch(item, ME, **fields)
        return JSONResponse(self.shown(item))

    def _unique(self, fields: dict[str, Any], own: int) -> None:
        for name in ("email", "twitter_id", "unique_external_id"):
            for other in self.of("contacts"):
                if fields.get(name) and other.id != own and other.fields.get(name) == fields[name]:
                    raise _invalid(name, "It should be a unique value", "duplicate_value", 409, user_id=other.id)

    # --- tickets ---

    async def _tickets(self, request: Request) -> Response:
        gone = request.query_params.get("filter") == "deleted"
        every = [each for each in self.of("tickets") if each.deleted is gone]
        known = {"page", "per_page", "updated_since", "order_by", "order_type", "filter", "include"}
        return self._page(request, every, known, "updated_since")

    async def _new_ticket(self, request: Request) -> Response:
        fields = await sent(request)
        self._fits(fields)
        for name in ("subject", "description", "status", "priority"):
            if not fields.get(name):
                raise _invalid(name, "It should not be blank as this is a mandatory field", "missing_field")
        if not any(fields.get(name) for name in ("requester_id", "email", "unique_external_id")):
            raise _invalid(
                "requester_id", "One of requester_id, email, unique_external_id is mandatory", "missing_field"
            )
        for name, more in self.custom.items():
            if more["required_for_agents"] and not (fields.get("custom_fields") or {}).get(name):
                raise _invalid(name, "It should not be blank as this is a mandatory field", "missing_field")
        made = self.make("tickets", {"tags": [], "custom_fields": {}, **fields}, ME)
        return JSONResponse(self.shown(made), 201)

    async def _change_ticket(self, request: Request) -> Response:
        item, fields = self._living(request, "tickets"), await sent(request)
        self._fits(fields)
        fields["custom_fields"] = {**item.fields["custom_fields"], **fields.get("custom_fields", {})}
        self.touch(item, ME, **fields)
        return JSONResponse(self.shown(item))

    def _fits(self, fields: dict[str, Any]) -> None:
        _typed(fields, TICKET)
        for name in fields.get("custom_fields") or {}:
            if name not in self.custom:
                raise _invalid(f"custom_fields.{name}", "Unexpected/invalid field in request", "invalid_field")
        person = fields.get("requester_id")
        if person is not None and (person not in self.items or self.items[person].kind != "contacts"):
            raise _invalid("requester_id", "There is no contact matching the given requester_id", "invalid_value")

    async def _fields(self, request: Request) -> Response:  # noqa: ARG002 - as routes want it
        own = [{"name": name, "type": "custom_text", "default": False, **more} for name, more in self.custom.items()]
        return JSONResponse([{"name": "subject", "type": "default_subject", "default": True}, *own])

    async def _search(self, request: Request) -> Response:
        found = re.fullmatch(r"\"cf_casebridge_key:'([^']+)'\"", request.query_params.get("query", ""))
        if found is None:
            raise _invalid("query", "Given query is invalid", "invalid_value")
        until = self.clock.now() - self.lag
        every = [
            each
            for each in self.of("tickets")
            if each.fields["custom_fields"].get("cf_casebridge_key") == found[1] and each.created <= until
        ]
        page = int(request.query_params.get("page") or 1)
        rows = [self.shown(each) for each in every if not each.deleted][30 * (page - 1) : 30 * page]
        return JSONResponse({"total": len(every), "results": rows})

    # --- conversations ---

    async def _conversations(self, request: Request) -> Response:
        ticket = self._living(request, "tickets", shown=True)
        every = [each for each in self.of("conversations") if each.fields["ticket"] == ticket.id and not each.deleted]
        return self._page(request, every, {"page", "per_page"}, "")

    async def _note(self, request: Request) -> Response:
        ticket = self._living(request, "tickets")
        files: list[str] = []
        if request.headers["content-type"].startswith("multipart/"):
            form, given = await form_of(request)
            fields = {name: value == "true" if name == "private" else value for name, value in form}
            files = [file.name for file in given if file.part == "attachments[]"]
        else:
            fields = await sent(request)
        _typed(fields, {"body": str, "private": bool, "user_id": int})
        if not fields.get("body"):
            raise _invalid("body", "It should not be blank as this is a mandatory field", "missing_field")
        self._short(fields["body"])
        made = self.say(ticket.id, fields["body"], private=fields.get("private", True), by=fields.get("user_id", ME))
        made.files += files
        return JSONResponse(self.shown(made), 201)

    async def _change_note(self, request: Request) -> Response:
        item, fields = self._living(request, "conversations"), await sent(request)
        _typed(fields, {"body": str})
        self._short(fields["body"])
        self.touch(item, item.by, **fields)
        return JSONResponse(self.shown(item))

    def _short(self, body: str) -> None:
        if len(body) > self.longest_note:
            said = f"Has {len(body)} characters, it can have maximum of {self.longest_note} characters"
            raise _invalid("body", said, "invalid_value")

    async def _delete_note(self, request: Request) -> Response:
        self._living(request, "conversations").deleted = True
        return Response(status_code=204)

    # --- both ---

    async def _show(self, request: Request) -> Response:
        item = self.items.get(request.path_params["id"])
        if item is None or item.kind not in request.url.path:
            raise Wrong(404)
        return JSONResponse(self.shown(item))

    async def _delete(self, request: Request) -> Response:
        item = self.items.get(request.path_params["id"])
        if item is None or item.deleted:
            raise Wrong(404)
        item.deleted = True
        self.touch(item, ME)
        return Response(status_code=204)

    def _living(self, request: Request, kind: str, *, shown: bool = False) -> Item:
        item = self.items.get(request.path_params["id"])
        if item is None or item.kind != kind or (item.deleted and not shown):
            raise Wrong(404)
        return item

    def _page(self, request: Request, every: list[Item], known: set[str], since: str) -> Response:
        query = request.query_params
        for name in query:
            if name not in known:
                raise _invalid(name, "Unexpected/invalid field in request", "invalid_field")
        if since and (at := query.get(since)):
            every = [each for each in every if stamp(each.changed) >= at]
        if query.get("order_by") == "updated_at":
            every.sort(key=lambda each: (each.changed, each.id), reverse=query.get("order_type") != "asc")
        page, size = int(query.get("page") or 1), min(int(query.get("per_page") or 30), 100)
        rows = [self.shown(each) for each in every[size * (page - 1) : size * page]]
        return JSONResponse(rows)


def _typed(fields: dict[str, Any], known: dict[str, type]) -> None:
    for name, value in fields.items():
        if name not in known:
            raise _invalid(name, "Unexpected/invalid field in request", "invalid_field")
        if value is not None and type(value) is not known[name]:
            raise _invalid(
                name,
                f"Value set is of type {type(value).__name__}. It should be a/an {known[name].__name__}",
                "datatype_mismatch",
            )
        if name in CHOICES and value not in CHOICES[name]:
            raise _invalid(
                name, f"It should be one of these values: '{','.join(map(str, CHOICES[name]))}'", "invalid_value"
            )
        if name in LONGEST and value and len(value) > LONGEST[name]:
            raise _invalid(
                name, f"Has {len(value)} characters, it can have maximum of {LONGEST[name]} characters", "invalid_value"
            )


def _invalid(field: str, message: str, code: str, status: int = 400, **more: Any) -> Wrong:  # noqa: ANN401 - any JSON
    error = {"field": field, "message": message, "code": code} | ({"additional_info": more} if more else {})
    return Wrong(status, {"description": "Validation failed", "errors": [error]})
