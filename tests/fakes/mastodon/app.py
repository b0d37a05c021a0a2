"""A pretend Mastodon server: strict about parameters and rights, with windows, keys for an hour, pages and faults."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty
from tests.fakes.forms import form_of
from tests.fakes.mastodon.files import LARGEST, TAKEN, Files
from tests.fakes.mastodon.world import Post, World, stamp
from tests.fakes.mastodon.wrong import WORDS, Wrong

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from bridge.clock import Clock

    Handler = Callable[[Request, str], Awaitable[Response]]

WINDOW = timedelta(minutes=5)
LONGEST, ADDRESS = 500, 23
_PAGING = {"limit", "min_id", "max_id", "since_id"}


class Mastodon:
    """The server: ``world`` is who is there, ``app`` how it is reached."""

    def __init__(self, clock: Clock, *, limit: int = 300, version: str = "4.5.2") -> None:
        """Begin with nobody; ``limit`` calls in five minutes."""
        self.clock, self.world, self.limit, self.version = clock, World(clock), limit, version
        self.files = Files(self.world)
        self.tokens: dict[str, tuple[str, frozenset[str]]] = {}
        self.apps: dict[str, dict[str, str]] = {}
        self.policy = dict.fromkeys(("for_not_following", "for_new_accounts"), "accept")
        self.links = True
        """False: pages do not say where the next ones begin, as some other programs do."""
        self.stuck = False
        """True: lists begin anew whatever is asked for."""
        self._keys: dict[tuple[str, str], tuple[str, Any]] = {}
        self._began, self._used = clock.now(), 0
        self.calls, self.faults = list[Call](), Faults()
        signed = {
            "GET /api/v1/accounts/verify_credentials": self._me,
            "GET /api/v1/apps/verify_credentials": self._rights,
            "GET /api/v1/accounts/relationships": self._relations,
            "GET /api/v1/accounts/{id}/statuses": self._posts_of,
            "GET /api/v1/notifications": self._notifications,
            "GET /api/v2/notifications/policy": self._policy,
            "GET /api/v1/statuses/{id}": self._status,
            "GET /api/v1/statuses/{id}/context": self._context,
            "POST /api/v1/statuses": self._post,
            "POST /api/v2/media": self.files.take,
            "GET /api/v1/media/{id}": self.files.show,
            "DELETE /api/v1/statuses/{id}": self._delete,
            "POST /api/v1/statuses/{id}/favourite": self._favourite,
            "GET /api/v2/instance": self._instance,
        }
        routes = [Route(path, self._signed(handler), methods=[method]) for method, path, handler in _split(signed)]
        routes += [Route("/api/v1/apps", self._register, methods=["POST"])]
        routes += [Route("/oauth/token", self._token, methods=["POST"])]
        answers = {
            "nobody-registers": JSONResponse({"vapid_key": "x"}),
            "nowhere": PlainTextResponse("Not Found", 404),
            "401": _error(401),
            "429": self._too_many,
            "500": _error(500),
        }
        self.app: ASGIApp = Recorded(Faulty(Starlette(routes=routes), self.faults, answers), self.calls)

    def admit(self, account: str, scopes: Sequence[str] = ("read", "write")) -> str:
        """Return a new token of an account."""
        token = secrets.token_urlsafe(16)
        self.tokens[token] = (account, frozenset(scopes))
        return token

    # --- signing in ---

    def _signed(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                viewer = self._admitted(request)
                self._count()
                response = await handler(request, viewer)
            except Wrong as wrong:
                response = JSONResponse({"error": wrong.words}, wrong.status)
            response.headers.update(self._window())
            return response

        return answer

    def _admitted(self, request: Request) -> str:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise Wrong(401)
        viewer, scopes = self.tokens[token]
        if not any(scope.startswith("read" if request.method == "GET" else "write") for scope in scopes):
            raise Wrong(403, "This action is outside the authorized scopes")
        return viewer

    def _count(self) -> None:
        if self.clock.now() - self._began >= WINDOW:
            self._began, self._used = self.clock.now(), 0
        self._used += 1
        if self._used > self.limit:
            raise Wrong(429)

    def _window(self) -> dict[str, str]:
        left = max(self.limit - self._used, 0)
        return {"X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": stamp(self._began + WINDOW)}

    async def _too_many(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        response = JSONResponse({"error": WORDS[429]}, 429, {"X-RateLimit-Reset": stamp(self.clock.now() + WINDOW)})
        await response(scope, receive, send)

    async def _register(self, request: Request) -> Response:
        form = dict((await form_of(request))[0])
        if set(form) != {"client_name", "redirect_uris", "scopes"}:
            return JSONResponse({"error": WORDS[422]}, 422)
        made = {"client_id": f"app-{len(self.apps)}", "client_secret": f"hush-{len(self.apps)}"}
        self.apps[made["client_id"]] = form | made
        return JSONResponse(made)

    async def _token(self, request: Request) -> Response:
        form = dict((await form_of(request))[0])
        known = self.apps.get(form.get("client_id", ""), {})
        right = known and (form.get("client_secret"), form.get("redirect_uri"), form.get("grant_type")) == (
            known["client_secret"],
            known["redirect_uris"],
            "authorization_code",
        )
        if not right or not form.get("code", "").startswith("code-of-"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.admit(form["code"].removeprefix("code-of-"), known["scopes"].split())
        return JSONResponse({"access_token": token, "token_type": "Bearer", "scope": known["scopes"]})

    async def _rights(self, request: Request, viewer: str) -> Response:
        del viewer
        token = request.headers["authorization"].removeprefix("Bearer ")
        return JSONResponse({"name": "Casebridge", "scopes": sorted(self.tokens[token][1])})

    # --- reading ---

    async def _me(self, request: Request, viewer: str) -> Response:
        del request
        return JSONResponse(self.world.accounts[viewer])

    async def _instance(self, request: Request, viewer: str) -> Response:
        del request, viewer
        counting = {"max_characters": LONGEST, "characters_reserved_per_url": ADDRESS}
        taken = {"supported_mime_types": TAKEN, "image_size_limit": LARGEST, "video_size_limit": LARGEST}
        shown = {
            "domain": self.world.domain,
            "version": self.version,
            "configuration": {"statuses": counting, "media_attachments": taken},
        }
        return JSONResponse(shown)

    async def _policy(self, request: Request, viewer: str) -> Response:
        del request, viewer
        return JSONResponse(self.policy)

    async def _relations(self, request: Request, viewer: str) -> Response:
        _only(request, {"id[]"})
        blocks = self.world.blocks
        asked = request.query_params.getlist("id[]")
        shown = [
            {"id": id_, "blocked_by": (id_, viewer) in blocks, "blocking": (viewer, id_) in blocks} for id_ in asked
        ]
        return JSONResponse(shown)

    async def _notifications(self, request: Request, viewer: str) -> Response:
        _only(request, _PAGING | {"types[]", "include_filtered"})
        types = request.query_params.getlist("types[]")
        filtered = request.query_params.get("include_filtered") == "true"
        told = [
            notice
            for notice in self.world.notices
            if notice.to == viewer and (not types or notice.type in types or notice.type.startswith("new_"))
            if filtered or not notice.filtered
        ]
        return self._page(request, [self._shown_notice(each, viewer) for each in told], most=80)

    def _shown_notice(self, notice: Any, viewer: str) -> dict[str, Any]:  # noqa: ANN401 - a notice
        post = self.world.posts[notice.post]
        status = {"content": 7} if notice.broken else self.world.shown(post, viewer)
        shown = {"id": notice.id, "type": notice.type, "created_at": stamp(notice.at)}
        return shown | {"account": self.world.accounts[notice.by], "status": status}

    async def _posts_of(self, request: Request, viewer: str) -> Response:
        _only(request, _PAGING | {"exclude_reblogs"})
        author = request.path_params["id"]
        posts = [post for post in self.world.posts.values() if post.author == author]
        seen = [post for post in posts if self.world.readable(post.id, viewer)]
        return self._page(request, [self.world.shown(post, viewer) for post in seen], most=40)

    async def _status(self, request: Request, viewer: str) -> Response:
        return JSONResponse(self.world.shown(self._readable(request, viewer), viewer))

    async def _context(self, request: Request, viewer: str) -> Response:
        above, post = list[Post](), self._readable(request, viewer)
        while (higher := self.world.readable(post.reply_to, viewer)) is not None:
            above.append(higher)
            post = higher
        shown = [self.world.shown(each, viewer) for each in reversed(above)]
        return JSONResponse({"ancestors": shown, "descendants": []})

    def _page(self, request: Request, items: list[dict[str, Any]], *, most: int) -> Response:
        """Return a page, newest first; ``min_id`` takes those next above an id, the others the newest."""
        query = request.query_params
        size = int(query.get("limit", 20))
        if not 1 <= size <= most:
            raise Wrong(422, f"limit is not between 1 and {most}")
        above, below = int(query.get("min_id") or query.get("since_id") or 0), int(query.get("max_id") or 1 << 62)
        kept = items if self.stuck else [item for item in items if above < int(item["id"]) < below]
        page = kept[:size] if "min_id" in query else kept[-size:]
        headers = {}
        if page and self.links:
            where = request.url.path
            older = f'<https://{self.world.domain}{where}?max_id={page[0]["id"]}>; rel="next"'
            newer = f'<https://{self.world.domain}{where}?min_id={page[-1]["id"]}>; rel="prev"'
            headers["Link"] = f"{older}, {newer}"
        return JSONResponse(page[::-1], headers=headers)

    def _readable(self, request: Request, viewer: str) -> Post:
        post = self.world.readable(request.path_params["id"], viewer)
        if post is None:
            raise Wrong(404)
        return post

    # --- writing ---

    async def _post(self, request: Request, viewer: str) -> Response:
        fields = (await form_of(request))[0]
        files = [self.files.ready(value, viewer) for name, value in fields if name == "media_ids[]"]
        form = {name: value for name, value in fields if name != "media_ids[]"}
        unknown = set(form) - {"status", "in_reply_to_id", "visibility", "language", "spoiler_text"}
        if unknown or form.get("visibility") not in {"public", "unlisted", "private", "direct"}:
            raise Wrong(422, f"Validation failed: {sorted(unknown)} {form.get('visibility')}")
        words = " ".join("x" * ADDRESS if each.startswith("https://") else each for each in form["status"].split(" "))
        if not words.strip() or len(words) + len(form.get("spoiler_text", "")) > LONGEST:
            raise Wrong(422, f"Validation failed: Text character limit of {LONGEST} exceeded")
        key = (viewer, request.headers.get("idempotency-key", ""))
        known = self._keys.get(key)
        if known is not None and self.clock.now() - known[1] < timedelta(hours=1):
            return JSONResponse(self.world.shown(self.world.posts[known[0]], viewer))
        above = form.get("in_reply_to_id", "")
        if above and self.world.readable(above, viewer) is None:
            raise Wrong(404)
        id_ = self.world.say(
            viewer,
            form["status"],
            media_attachments=files,
            visibility=form["visibility"],
            reply_to=above,
            spoiler=form.get("spoiler_text", ""),
            language=form.get("language", "en"),
        )
        if key[1]:
            self._keys[key] = (id_, self.clock.now())
        return JSONResponse(self.world.shown(self.world.posts[id_], viewer))

    async def _delete(self, request: Request, viewer: str) -> Response:
        post = self._readable(request, viewer)
        if post.author != viewer:
            raise Wrong(404)
        self.world.delete(post.id)
        return JSONResponse({"id": post.id})

    async def _favourite(self, request: Request, viewer: str) -> Response:
        post = self._readable(request, viewer)
        post.favourited_by.add(viewer)
        return JSONResponse(self.world.shown(post, viewer))


def _split(routes: dict[str, Handler]) -> list[tuple[str, str, Handler]]:
    return [(*name.split(" "), handler) for name, handler in routes.items()]  # type: ignore[misc]  # two words each


def _error(status: int) -> JSONResponse:
    return JSONResponse({"error": WORDS[status]}, status)


def _only(request: Request, known: set[str]) -> None:
    """Refuse parameters that the server does not know: a real one passes over a slip of the pen in silence."""
    if unknown := set(request.query_params) - known:
        raise Wrong(422, f"unknown parameters: {sorted(unknown)}")
