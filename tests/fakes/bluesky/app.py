"""The pretend Bluesky: ``Bluesky(clock).app`` is an ASGI app that is directory, server and AppView in one.

Strict: parameters and sizes are those of the lexicons. What the real network of the tests lacks is here: direct messages,
faults, and what no real network would say.
"""

from __future__ import annotations

import base64
import itertools
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.bluesky.chat import Chat, Refused
from tests.fakes.bluesky.world import POST, Person, World, author_of, stamp
from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from bridge.clock import Clock

PASSWORD = "abcd-efgh-ijkl-mnop"
SERVICE = "https://pds.example"
TROUBLES = {
    "401": JSONResponse({"error": "AuthMissing", "message": "Authentication Required"}, 401),
    "429": JSONResponse(
        {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"},
        429,
        {"RateLimit-Limit": "3000", "RateLimit-Remaining": "0", "Retry-After": "17", "RateLimit-Policy": "3000;w=300"},
    ),
}
_LIST = {"limit", "cursor"}


class Wrong(Exception):
    """A refusal in the vendor's words."""

    def __init__(self, status: int, error: str, message: str) -> None:
        """Carry them."""
        self.answer = JSONResponse({"error": error, "message": message}, status)
        super().__init__(message)


class Bluesky:
    """One account's view of a small network."""

    def __init__(self, clock: Clock, *, page: int = 100, scope: str = "com.atproto.appPassPrivileged") -> None:
        """Start with a brand that can sign in; ``page`` is the most that a list gives at once."""
        self.clock, self.page, self.scope = clock, page, scope
        self.world = World(clock)
        self.brand = self.world.person("Brand")
        self.chat = Chat(self.world, self.brand)
        self.calls, self.faults = list[Call](), Faults()
        self.logins = 0
        self.service = SERVICE
        self.refuse_cursor = ""
        """A list's cursor that is not taken any more."""
        self.stuck = False
        """Every list gives the same cursor again and again."""
        self.followed_first, self.follows = False, set[str]()
        """Whether somebody wants to be told in the app only of people whom the brand follows, and who they are."""
        self.tokens: dict[str, tuple[str, datetime]] = {}
        """Token → what it is for and when it ends."""
        self._numbers = itertools.count(1)
        routes = [Route("/xrpc/{method}", self._answer, methods=["GET", "POST"]), Route("/{did}", self._document)]
        self.app = Recorded(Faulty(Starlette(routes=routes), self.faults, TROUBLES), self.calls)
        self._open: dict[str, Callable[[dict[str, Any], Request], Any]] = {
            "com.atproto.server.createSession": self._sign_in,
            "com.atproto.server.refreshSession": self._refresh,
            "com.atproto.identity.resolveHandle": self._resolve,
        }
        self._asked: dict[str, tuple[set[str], Callable[[dict[str, Any]], Any]]] = {
            "com.atproto.server.getSession": (set(), self._session),
            "com.atproto.repo.getRecord": ({"repo", "collection", "rkey"}, self._record),
            "app.bsky.notification.listNotifications": (_LIST | {"reasons", "priority"}, self._notifications),
            "app.bsky.feed.getAuthorFeed": (_LIST | {"actor", "filter"}, self._feed),
            "app.bsky.feed.searchPosts": (_LIST | {"q", "sort"}, self._search),
            "app.bsky.feed.getPosts": ({"uris"}, self._posts),
            "app.bsky.feed.getPostThread": ({"uri", "depth", "parentHeight"}, self._thread),
            "app.bsky.actor.getProfiles": ({"actors"}, self._profiles),
        }
        self._told: dict[str, Callable[[dict[str, Any]], Any]] = {
            "com.atproto.repo.putRecord": self._put,
            "com.atproto.repo.deleteRecord": self._delete,
        }

    def called(self, method: str) -> int:
        """Return how often a method was called."""
        return sum(call.path == f"/xrpc/{method}" for call in self.calls)

    def end_tokens(self, *, refresh: bool = False) -> None:
        """Let the access tokens end now, and the refresh tokens, too."""
        self.tokens = {token: what for token, what in self.tokens.items() if what[0] == "refresh" and not refresh}

    async def _answer(self, request: Request) -> Response:
        method, body = request.path_params["method"], await request.body()
        headers = {"Date": self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")}
        try:
            told = self._dispatch(method, request, body)
        except Wrong as wrong:
            wrong.answer.headers.update(headers)
            return wrong.answer
        left = {"RateLimit-Limit": "3000", "RateLimit-Remaining": "2990", "RateLimit-Reset": "0"}
        return JSONResponse(told, headers={**headers, **left})

    async def _document(self, request: Request) -> Response:
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.service}
        return JSONResponse({"id": request.path_params["did"], "service": [service]})

    def _dispatch(self, method: str, request: Request, body: bytes) -> Any:  # noqa: ANN401 - JSON
        query = {name: request.query_params.getlist(name) for name in request.query_params}
        if method in self._open:
            return self._open[method]({name: each[0] for name, each in query.items()} | _json(body), request)
        self._authorised(request)
        if method.startswith("chat."):
            if request.headers.get("atproto-proxy") != "did:web:api.bsky.chat#bsky_chat":
                raise Wrong(501, "MethodNotImplemented", "Method Not Implemented")
            try:
                return self.chat.answer(method, query, _json(body))
            except Refused as refused:
                raise Wrong(400, refused.error, str(refused)) from refused
        if method == "com.atproto.repo.uploadBlob":
            blob = {"$type": "blob", "ref": {"$link": f"bafkrei{len(body)}"}, "size": len(body)}
            return {"blob": blob | {"mimeType": request.headers["content-type"]}}
        if method in self._told:
            return self._told[method](_json(body))
        if method not in self._asked:
            raise Wrong(501, "MethodNotImplemented", "Method Not Implemented")
        allowed, answer = self._asked[method]
        if set(query) - allowed or int(query.get("limit", ["1"])[0]) > 100:
            raise Wrong(400, "InvalidRequest", f"Error: {method} does not take these parameters")
        return answer(
            {name: each if name in {"uris", "actors", "reasons"} else each[0] for name, each in query.items()}
        )

    def _authorised(self, request: Request) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        purpose, ends = self.tokens.get(token, ("", self.clock.now()))
        if purpose != "access" or ends <= self.clock.now():
            raise Wrong(400, "ExpiredToken", "Token has expired")

    # --- sessions ---

    def _sign_in(self, told: dict[str, Any], _request: Request) -> Any:  # noqa: ANN401 - JSON
        self.logins += 1
        if told.get("identifier") not in (self.brand.handle, self.brand.did) or told.get("password") != PASSWORD:
            raise Wrong(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._new_tokens()

    def _refresh(self, _told: dict[str, Any], request: Request) -> Any:  # noqa: ANN401 - JSON
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.pop(token, ("", None))[0] != "refresh":
            raise Wrong(400, "ExpiredToken", "Token has been revoked")
        return self._new_tokens()

    def _new_tokens(self) -> dict[str, Any]:
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.service}
        names = {"accessJwt": ("access", timedelta(hours=2)), "refreshJwt": ("refresh", timedelta(days=90))}
        tokens = {name: self._token(*what) for name, what in names.items()}
        return {**tokens, "did": self.brand.did, "handle": self.brand.handle, "didDoc": {"service": [service]}}

    def _token(self, purpose: str, lasts: timedelta) -> str:
        ends = self.clock.now() + lasts
        told = {"scope": self.scope, "exp": int(ends.timestamp()), "jti": next(self._numbers)}
        token = f"e30.{base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip('=')}.{purpose}"
        self.tokens[token] = (purpose, ends)
        return token

    def _session(self, _query: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        return {"did": self.brand.did, "handle": self.brand.handle, "active": not self.brand.deactivated}

    def _resolve(self, told: dict[str, Any], _request: Request) -> Any:  # noqa: ANN401 - JSON
        for person in self.world.people.values():
            if person.handle == told.get("handle"):
                return {"did": person.did}
        raise Wrong(400, "InvalidRequest", "Unable to resolve handle")

    # --- what is shown ---

    def _listed(self, rows: list[dict[str, Any]], name: str, query: dict[str, Any]) -> dict[str, Any]:
        """Return a page of rows, each with its time; the cursor is the time of the last one."""
        if self.stuck:
            return {name: [], "cursor": "stuck"}
        before = query.get("cursor")
        if before is not None and before == self.refuse_cursor:
            raise Wrong(400, "InvalidRequest", "Malformed cursor")
        rest = [each for each in rows if before is None or each["at"] < before]
        page = rest[: min(int(query.get("limit", 50)), self.page)]
        told = {name: [each["row"] for each in page]}
        return told | ({"cursor": page[-1]["at"]} if page else {})

    def _notifications(self, query: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        rows = [{"at": each["indexedAt"], "row": each} for each in self.world.odd]
        first = query.get("priority", str(self.followed_first).lower()) == "true"
        for reason, stored in self.world.notified(self.brand):
            author = self.world.people[author_of(stored.uri)]
            if first and author.did not in self.follows:
                continue
            row = {
                "uri": stored.uri,
                "cid": stored.cid,
                "author": self.world.basic(author, self.brand),
                "reason": reason,
                "record": stored.value,
                "isRead": False,
                "indexedAt": stamp(stored.at),
                "labels": [],
            }
            rows.append({"at": row["indexedAt"], "row": row})
        return self._listed(sorted(rows, key=lambda each: each["at"], reverse=True), "notifications", query)

    def _feed(self, query: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        own = [each for each in self.world.posts() if author_of(each.uri) == query["actor"]]
        rows = [{"at": stamp(each.at), "row": {"post": self.world.shown(each, self.brand)}} for each in own]
        return self._listed(rows, "feed", query)

    def _search(self, query: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        found = [each for each in self.world.posts() if query["q"].lower() in each.value["text"].lower()]
        views = [view for each in found if (view := self.world.shown(each, self.brand))]
        return self._listed([{"at": view["indexedAt"], "row": view} for view in views], "posts", query)

    def _posts(self, query: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        if len(query["uris"]) > 25:
            raise Wrong(400, "InvalidRequest", "Error: uris must not have more than 25 elements")
        found = [self.world.records[uri] for uri in query["uris"] if uri in self.world.records]
        return {"posts": [view for each in found if (view := self.world.shown(each, self.brand))]}

    def _thread(self, query: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        uri, height, depth = query["uri"], int(query.get("parentHeight", 80)), int(query.get("depth", 6))
        if uri not in self.world.records:
            raise Wrong(400, "NotFound", f"Post not found: {uri}")
        return {"thread": self.world.thread(uri, self.brand, height, depth)}

    def _profiles(self, query: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        if len(query["actors"]) > 25:
            raise Wrong(400, "InvalidRequest", "Error: actors must not have more than 25 elements")
        people = [self.world.people[did] for did in query["actors"] if did in self.world.people]
        return {"profiles": [self._profile(each) for each in people if not each.deactivated]}

    def _profile(self, person: Person) -> dict[str, Any]:
        return {**self.world.basic(person, self.brand), "followersCount": person.followers, **person.more}

    # --- records ---

    def _record(self, query: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        uri = f"at://{query['repo']}/{query['collection']}/{query['rkey']}"
        if uri not in self.world.records:
            raise Wrong(400, "RecordNotFound", f"Could not locate record: {uri}")
        stored = self.world.records[uri]
        return {"uri": uri, "cid": stored.cid, "value": stored.value}

    def _put(self, told: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        uri = f"at://{told['repo']}/{told['collection']}/{told['rkey']}"
        if told["repo"] != self.brand.did:
            raise Wrong(401, "AuthenticationRequired", "Authentication Required")
        text = told["record"].get("text", "")
        if told["collection"] == POST and (len(text) > 3_000 or not isinstance(text, str)):
            raise Wrong(
                400, "InvalidRequest", "Invalid app.bsky.feed.post record: must not be longer than 300 graphemes"
            )
        stands = self.world.records[uri].cid if uri in self.world.records else None
        if told.get("swapRecord", stands) != stands:
            raise Wrong(400, "InvalidSwap", f"Record was at {stands}")
        stored = self.world.store(told["repo"], told["collection"], told["rkey"], told["record"])
        return {"uri": uri, "cid": stored.cid, "validationStatus": "valid"}

    def _delete(self, told: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        self.world.records.pop(f"at://{told['repo']}/{told['collection']}/{told['rkey']}", None)
        return {}


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body or b"{}")
    except ValueError as error:
        raise Wrong(400, "InvalidRequest", "Input is no JSON") from error
    return told if isinstance(told, dict) else {}
