"""What Mastodon sends, typed: only what is used, and nothing else is wanted. Anything that does not fit is an error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        message = "is outside of all times"
        raise ValueError(message) from error


def _id(value: object) -> object:
    """Ids are text; some servers send them as numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _nothing_as_empty(value: object) -> object:
    return "" if value is None else value


def _nothing_as_none(value: object) -> object:
    return [] if value is None else value


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Id = Annotated[str, BeforeValidator(_id), Field(min_length=1, max_length=200, pattern=r"^[^/\s]+$")]
Text = Annotated[str, BeforeValidator(_nothing_as_empty)]


class Entity(BaseModel):
    """Further fields are passed over."""

    model_config = ConfigDict(frozen=True)


class Line(Entity):
    """A line of a profile."""

    name: Text = ""
    value: Text = ""


class AccountEntity(Entity):
    """Somebody."""

    id: Id
    acct: Annotated[str, Field(min_length=1)]
    """``user`` on this server, ``user@server`` elsewhere."""
    display_name: Text = ""
    uri: Text = ""
    """The same on every server."""
    url: Text = ""
    note: Text = ""
    fields: Annotated[list[Line], BeforeValidator(_nothing_as_none)] = []
    followers_count: int | None = None
    suspended: bool | None = None
    bot: bool | None = None
    moved: AccountEntity | None = None


class Mention(Entity):
    """Somebody named in a post."""

    id: Id
    acct: Text = ""


class Media(Entity):
    """A file of a post."""

    url: Text = ""
    remote_url: Text = ""
    type: Text = ""
    description: Text = ""


class Option(Entity):
    """A possible answer of a poll."""

    title: Text = ""


class Poll(Entity):
    """A poll."""

    options: list[Option] = []


class Quoted(Entity):
    """The post that a post quotes: Mastodon nests it, with a state."""

    quoted_status: dict[str, Any] | None = None
    quoted_status_id: Annotated[str | None, BeforeValidator(_id)] = None


class Status(Entity):
    """A post."""

    id: Id
    account: AccountEntity
    created_at: Moment
    edited_at: Moment | None = None
    content: Text = ""
    visibility: Annotated[str, Field(min_length=1)]
    spoiler_text: Text = ""
    language: Text = ""
    uri: Text = ""
    url: Text = ""
    in_reply_to_id: Id | None = None
    mentions: Annotated[list[Mention], BeforeValidator(_nothing_as_none)] = []
    media_attachments: Annotated[list[Media], BeforeValidator(_nothing_as_none)] = []
    poll: Poll | None = None
    quote: Quoted | None = None
    favourited: bool | None = None
    reblog: dict[str, Any] | None = None


class Notification(Entity):
    """Something that an account is told of."""

    id: Id
    type: Annotated[str, Field(min_length=1)]
    created_at: Moment
    status: dict[str, Any] | None = None


class Counting(Entity):
    """How posts are counted."""

    max_characters: Annotated[int, Field(gt=0)] = 500
    characters_reserved_per_url: Annotated[int, Field(gt=0)] = 23
    max_media_attachments: Annotated[int, Field(ge=0)] = 4


class Files(Entity):
    """Which files a server takes; as Mastodon does where it does not say."""

    supported_mime_types: list[str] = ["image/jpeg", "image/png", "image/gif", "image/webp"]
    image_size_limit: Annotated[int, Field(ge=0)] = 16_000_000
    video_size_limit: Annotated[int, Field(ge=0)] = 99_000_000

    def most_bytes(self, mime: str) -> int:
        """Return how large a file may be; sounds count as videos."""
        return self.image_size_limit if mime.startswith("image/") else self.video_size_limit


class Uploaded(Entity):
    """A file that was put there."""

    id: Id


class Configuration(Entity):
    """What a server allows."""

    statuses: Counting = Counting()
    media_attachments: Files = Files()


class Instance(Entity):
    """A server."""

    domain: Text = ""
    version: Text = ""
    languages: Annotated[list[str], BeforeValidator(_nothing_as_none)] = []
    configuration: Configuration = Configuration()
