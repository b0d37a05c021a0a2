"""Discourse's words become ours: posts, as lists and webhooks give them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from mimetypes import guess_type
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote, urljoin, urlsplit

import orjson
from bs4 import BeautifulSoup
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bridge.html_text import text_of
from bridge.nouns import Attachment, Broken, Deleted, Direction, Kind, Message, Profile, Said, UnknownKind

if TYPE_CHECKING:
    from adapters.discourse.settings import DiscourseSettings
    from bridge.nouns import SourceEvent

NETWORK = "discourse"
REGULAR = 1
OTHER_KINDS = {2: "moderator action", 3: "small action", 4: "whisper"}
"""Kinds of posts that nobody says to the public: who closed a topic, what the team whispers."""
PRIVATE = "private_message"
_UNSAID = "aside.quote, aside.onebox, .lightbox-wrapper .meta, .poll-info"
"""What the forum adds to the words: quotes, previews of links, names of files."""


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        message = "is outside of all times"
        raise ValueError(message) from error


Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Number = Annotated[int, Field(gt=0, lt=2**62)]


class Other(BaseModel):
    """The user whom a post answers."""

    model_config = ConfigDict(frozen=True)

    username: Text = ""


class Post(BaseModel):
    """A post; further fields are passed over."""

    model_config = ConfigDict(frozen=True)

    id: Number
    topic_id: Number
    post_number: Number
    user_id: Annotated[int, Field(gt=-(2**62), lt=2**62)]
    username: Annotated[str, Field(min_length=1)]
    name: Text = ""
    created_at: Moment
    updated_at: Moment
    cooked: Text = ""
    raw: Text = ""
    post_type: int = REGULAR
    version: int = 1
    reply_to_post_number: Annotated[Number | None, BeforeValidator(lambda value: value or None)] = None
    reply_to_user: Other | None = None
    topic_title: Text = ""
    topic_archetype: Text = ""
    category_id: int | None = None
    post_url: Text = ""
    action_code: Text = ""
    user_deleted: bool | None = None
    deleted_at: Moment | None = None
    yours: bool | None = None

    @property
    def gone(self) -> bool:
        """Tell whether author or staff deleted it."""
        return bool(self.user_deleted) or self.deleted_at is not None


def post_event(raw: object, where: str, settings: DiscourseSettings, *, answers: str = "") -> SourceEvent:
    """Return what a post is to us; ``answers`` is the id of the post that it answers, where that is known."""
    try:
        post = Post.model_validate(raw)
    except ValidationError as error:
        return broken(raw, where, error)
    if post.post_type != REGULAR:
        return UnknownKind(OTHER_KINDS.get(post.post_type, f"post of type {post.post_type}"), raw)
    if post.gone:
        return Deleted(NETWORK, str(post.id), post.deleted_at or post.updated_at, settings.host)
    return Said(message_of(post, raw if isinstance(raw, dict) else {}, settings, answers), where)


def message_of(post: Post, raw: dict[str, Any], settings: DiscourseSettings, answers: str) -> Message:
    """Return a post as a message."""
    private = post.topic_archetype == PRIVATE
    ours = settings.is_ours(post.username)
    extra: dict[str, Any] = {"topic": post.topic_id, "number": post.post_number}
    extra |= {"category": post.category_id} if post.category_id is not None else {}
    if not (ours or private or _to_us(post, settings)):
        extra["listening"] = True
    soup = BeautifulSoup(post.cooked, "html.parser")
    files = _files(soup, settings)
    for unsaid in soup.select(_UNSAID):
        unsaid.decompose()
    return Message(
        network=NETWORK,
        scope=settings.host,
        native_id=str(post.id),
        account=settings.username,
        author=_author(post, settings),
        direction=Direction.OUT if ours else Direction.IN,
        kind=Kind.DIRECT if private else Kind.POST if post.post_number == 1 else Kind.REPLY,
        public=not private,
        subject=post.topic_title if post.post_number == 1 else "",
        text=text_of(str(soup)) or text_of(post.cooked) or post.raw,
        sent_at=post.created_at,
        edited_at=post.updated_at if post.version > 1 else None,
        permalink=address(post, settings),
        thread=str(post.topic_id),
        answers=(answers,) if answers else (),
        attachments=files,
        automatic=post.user_id < 0,  # the forum itself and its bots
        extra=extra,
        raw=raw,
    )


def marked(raw: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a post of the list of personal messages as what it is: only webhooks say so by themselves."""
    return {**raw, "topic_archetype": PRIVATE} if isinstance(raw, dict) else raw


def address(post: Post, settings: DiscourseSettings) -> str:
    """Return where a person sees a post and can answer it."""
    return f"{settings.base_url}/t/{post.topic_id}/{post.post_number}"


def broken(raw: object, where: str, error: ValidationError) -> Broken:
    """Return what cannot be read, with where it is wrong; ``post`` is what a person repairs."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"]) or "the whole"
    text = orjson.dumps(raw).decode()
    return Broken(where, f"{place}: {first['msg']}", text, {"post": text})


def _to_us(post: Post, settings: DiscourseSettings) -> bool:
    if settings.addressed == "everything":
        return True
    if post.reply_to_user is not None and settings.is_ours(post.reply_to_user.username):
        return True
    named = re.findall(r"(?<![\w/@])@([\w.-]+)", text_of(post.cooked) or post.raw)
    return any(settings.is_ours(name.rstrip(".-")) for name in named)


def _author(post: Post, settings: DiscourseSettings) -> Profile:
    return Profile(
        network=NETWORK,
        scope=settings.host,
        id=str(post.user_id),
        handle=post.username,
        name=post.name or post.username,
        url=f"{settings.base_url}/u/{post.username}",
    )


def _files(soup: BeautifulSoup, settings: DiscourseSettings) -> tuple[Attachment, ...]:
    """Return pictures and files of a post, those in quotes left out."""
    found = [str(each.get("href") or "") for each in soup.select("a.lightbox, a.attachment")]
    pictures = soup.select("img:not(.emoji):not(.avatar):not(.site-icon):not(a.lightbox img):not(aside img)")
    found += [str(each.get("src") or "") for each in pictures]
    urls = [url for url in dict.fromkeys(_absolute(each, settings) for each in found) if url]
    return tuple(_attachment(url) for url in urls)


def _absolute(url: str, settings: DiscourseSettings) -> str:
    try:
        whole = urljoin(f"{settings.base_url}/", url) if url else ""
        return whole if urlsplit(whole).scheme in ("https", "http") else ""
    except ValueError:
        return ""


def _attachment(url: str) -> Attachment:
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    return Attachment(url=url, name=name, mime=guess_type(name)[0] or "")
