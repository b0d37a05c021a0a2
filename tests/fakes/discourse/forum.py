"""A pretend forum: strict about parameters and rights, with topics, personal messages, windows, pages, faults and webhooks."""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bridge.signatures import sign
from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from bridge.clock import Clock

    Handler = Callable[[Request], Awaitable[Response]]

PAGE = 50
KEY, SECRET = "forum-key-7f3a", "forum-secret-19c2"
_WORDS = {
    403: ["You are not permitted to view the requested resource. The API username or key is invalid."],
    404: ["The requested URL or resource could not be found."],
    429: ["You have performed this action too many times, please try again later."],
}


class Wrong(Exception):
    """An error as the forum tells it."""

    def __init__(self, status: int, *words: str) -> None:
        """Carry status and words."""
        self.status, self.words = status, list(words) or _WORDS[status]
        super().__init__(str(status))


@dataclass(slots=True)
class Topic:
    """A topic; ``private``: a personal message to the user."""

    id: int
    title: str
    private: bool = False
    category: int = 1
    closed: bool = False
    numbers: int = 0


@dataclass(slots=True)
class Standing:
    """A post as it stands."""

    id: int
    topic: Topic
    number: int
    author: str
    raw: str
    at: datetime
    updated: datetime
    above: int | None = None
    version: int = 1
    kind: int = 1
    hidden: bool = False
    user_deleted: bool = False
    liked: bool = False
    cooked: str = ""
    wrong: dict[str, Any] = field(default_factory=dict)
    """Fields that are not as they should be."""


class Forum:
    """The forum, and ``brand``, the user whose key is used."""

    def __init__(
        self, clock: Clock, *, brand: str = "acme", shortest: int = 20, url: str = "https://forum.example"
    ) -> None:
        """Begin empty."""
        self.clock, self.brand, self.shortest, self.url = clock, brand, shortest, url
        self.posts: dict[int, Standing] = {}
        self.topics: dict[int, Topic] = {}
        self.users: dict[str, int] = {"system": -1}
        self.approves = False
        """True: what is posted waits for a moderator."""
        self.key = KEY
        self._numbers, self._topics = itertools.count(1001), itertools.count(71)
        self.calls, self.faults = list[Call](), Faults()
        routes = {
            "GET /session/current.json": self._me,
            "GET /posts.json": self._latest,
            "GET /private-posts.json": self._private,
            "GET /posts/by_number/{topic:int}/{number:int}.json": self._by_number,
            "GET /posts/{id:int}.json": self._show,
            "GET /t/{id:int}.json": self._topic,
            "POST /posts.json": self._post,
            "POST /post_actions.json": self._like,
            "DELETE /posts/{id:int}.json": self._delete,
        }
        made = [Route(name.split()[1], self._signed(each), methods=[name.split()[0]]) for name, each in routes.items()]
        troubles = {
            "403": _error(403),
            "429": JSONResponse({"errors": _WORDS[429], "extras": {"wait_seconds": 17}}, 429),
            "nowhere": PlainTextResponse("Not Found", 404),
        }
        self.app: ASGIApp = Recorded(Faulty(Starlette(routes=made), self.faults, troubles), self.calls)

    # --- what people do there ---

    def open_topic(self, author: str, title: str, raw: str, *, private: bool = False, category: int = 1) -> int:
        """Let somebody begin a topic; returns the id of its first post."""
        topic = Topic(next(self._topics), title, private, category)
        self.topics[topic.id] = topic
        return self.reply(author, topic.id, raw)

    def reply(self, author: str, topic: int, raw: str, *, above: int | None = None, kind: int = 1) -> int:
        """Let somebody write in a topic, maybe to the post with a number; returns the post's id."""
        self.users.setdefault(author, len(self.users) + 100)
        place, now = self.topics[topic], self.clock.now()
        place.numbers += 1
        post = Standing(next(self._numbers), place, place.numbers, author, raw, now, now, above, kind=kind)
        self.posts[post.id] = post
        return post.id

    def skip(self, numbers: int) -> None:
        """Let so many posts be made that the user does not see."""
        self._numbers = itertools.count(next(self._numbers) + numbers)

    def edit(self, id_: int, raw: str, *, version: bool = True) -> None:
        """Let an author change a post; shortly after it was made, that is no new version."""
        post = self.posts[id_]
        post.raw, post.updated, post.version = raw, self.clock.now(), post.version + version

    def withdraw(self, id_: int) -> None:
        """Let an author delete a post: it stands a day longer, as deleted by its author."""
        post = self.posts[id_]
        post.user_deleted, post.raw, post.updated = True, "(post deleted by author)", self.clock.now()

    def remove(self, id_: int) -> None:
        """Let the team delete a post."""
        del self.posts[id_]

    def call(self, event: str, id_: int, **changed: Any) -> tuple[dict[str, str], bytes]:  # noqa: ANN401 - any field
        """Return headers and body of the webhook about a post."""
        post = self.posts[id_]
        archetype = {"topic_archetype": "private_message" if post.topic.private else "regular"}
        body = orjson.dumps({"post": {**self.shown(post), "topic_title": post.topic.title, **archetype, **changed}})
        headers = {
            "Content-Type": "application/json",
            "X-Discourse-Instance": self.url,
            "X-Discourse-Event-Id": str(id_),
            "X-Discourse-Event-Type": "post",
            "X-Discourse-Event": event,
            "X-Discourse-Event-Signature": f"sha256={sign(SECRET.encode(), body)}",
        }
        return headers, body

    def shown(self, post: Standing) -> dict[str, Any]:
        """Return a post as the API shows it."""
        answered = next(
            (each for each in self.posts.values() if (each.topic, each.number) == (post.topic, post.above)), None
        )
        return {
            "id": post.id,
            "name": post.author.title(),
            "username": post.author,
            "user_id": self.users[post.author],
            "created_at": _stamp(post.at),
            "updated_at": _stamp(post.updated),
            "cooked": post.cooked or _cooked(post.raw),
            "raw": post.raw,
            "post_number": post.number,
            "post_type": post.kind,
            "reply_to_post_number": post.above,
            "reply_to_user": {"username": answered.author} if answered else None,
            "topic_id": post.topic.id,
            "topic_slug": "topic",
            "version": post.version,
            "yours": post.author == self.brand,
            "user_deleted": post.user_deleted,
            "deleted_at": None,
            "actions_summary": [{"id": 2, "acted": True}] if post.liked else [],
            **post.wrong,
        }

    # --- what the API does ---

    def _signed(self, handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            try:
                self._admit(request)
                return await handler(request)
            except Wrong as wrong:
                return JSONResponse({"errors": wrong.words, "error_type": "error"}, wrong.status)

        return answer

    def _admit(self, request: Request) -> None:
        if (request.headers.get("api-key"), request.headers.get("api-username")) != (self.key, self.brand):
            raise Wrong(403)

    async def _me(self, request: Request) -> Response:
        del request
        return JSONResponse({"current_user": {"username": self.brand}})

    async def _latest(self, request: Request) -> Response:
        return self._listed(request, "latest_posts", private=False)

    async def _private(self, request: Request) -> Response:
        return self._listed(request, "private_posts", private=True)

    def _listed(self, request: Request, name: str, *, private: bool) -> Response:
        if set(request.query_params) - {"before"}:
            raise Wrong(422, f"unknown parameters {sorted(request.query_params)}")
        before = int(request.query_params.get("before", 1 << 62))
        kinds = (1, 2, 3, 4) if private else (1,)
        posts = [
            post
            for post in self.posts.values()
            if post.topic.private is private and post.kind in kinds and not post.hidden and post.id < before
        ]
        newest = sorted(posts, key=lambda post: -post.id)[:PAGE]
        titles = [{"topic_title": post.topic.title, "category_id": post.topic.category} for post in newest]
        shown = [{**title, **self.shown(post)} for title, post in zip(titles, newest, strict=True)]
        return JSONResponse({name: shown})

    async def _by_number(self, request: Request) -> Response:
        place = (request.path_params["topic"], request.path_params["number"])
        found = [post for post in self.posts.values() if (post.topic.id, post.number) == place]
        if not found:
            raise Wrong(404)
        return JSONResponse(self.shown(found[0]))

    async def _show(self, request: Request) -> Response:
        return JSONResponse(self.shown(self._found(request.path_params["id"])))

    async def _topic(self, request: Request) -> Response:
        topic = self.topics.get(request.path_params["id"])
        if topic is None:
            raise Wrong(404)
        archetype = "private_message" if topic.private else "regular"
        shown = {
            "id": topic.id,
            "title": topic.title,
            "archetype": archetype,
            "closed": topic.closed,
            "archived": False,
        }
        return JSONResponse(shown)

    async def _post(self, request: Request) -> Response:
        form = await _sent(request, {"topic_id": int, "raw": str, "reply_to_post_number": int})
        topic = self.topics.get(form["topic_id"])
        if topic is None:
            raise Wrong(404)
        if topic.closed:
            raise Wrong(403, "You are not permitted to view the requested resource.")
        if len(form["raw"].strip()) < self.shortest:
            raise Wrong(422, f"Body is too short (minimum is {self.shortest} characters)")
        if self.approves:
            return JSONResponse({"success": True, "action": "enqueued", "pending_post": {"id": 1}})
        id_ = self.reply(self.brand, topic.id, form["raw"].strip(), above=form["reply_to_post_number"])
        return JSONResponse(self.shown(self.posts[id_]))

    async def _like(self, request: Request) -> Response:
        form = await _sent(request, {"id": int, "post_action_type_id": int})
        post = self._found(form["id"])
        if post.liked or form["post_action_type_id"] != 2:
            raise Wrong(403, "You are not permitted to view the requested resource.")
        post.liked = True
        return JSONResponse(self.shown(post))

    async def _delete(self, request: Request) -> Response:
        post = self._found(request.path_params["id"])
        if post.author != self.brand:
            raise Wrong(403, "You are not permitted to view the requested resource.")
        self.withdraw(post.id)
        return Response(status_code=200)

    def _found(self, id_: int) -> Standing:
        post = self.posts.get(id_)
        if post is None or post.hidden:
            raise Wrong(404)
        return post


async def _sent(request: Request, fields: Mapping[str, type]) -> dict[str, Any]:
    """Return a JSON body with exactly these fields."""
    body = orjson.loads(await request.body())
    if set(body) != set(fields) or any(type(body[name]) is not kind for name, kind in fields.items()):
        raise Wrong(400, f"wrong parameters {body}")
    return dict(body)


def _error(status: int) -> JSONResponse:
    return JSONResponse({"errors": _WORDS[status], "error_type": "invalid_access"}, status)


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cooked(raw: str) -> str:
    """Return a text as the forum renders it, as far as tests need it."""
    escaped = html.escape(raw, quote=False)
    named = re.sub(r"(?<!\w)@(\w+)", r'<a class="mention" href="/u/\1">@\1</a>', escaped)
    return "".join(f"<p>{each}</p>" for each in named.split("\n\n"))
