"""The canonical formats of messages and persons, as anybody may write them; the published JSON Schemas are these models.

What a file holds, what a mapping of foreign rows makes, and what ``docs/reference/message-format.md`` explains is one
and the same thing. ``bridge/message_format.py`` turns documents into our nouns.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from bridge.nouns import Direction, Kind  # noqa: TC001 - pydantic reads the annotations

LONGEST_ID = 1_000
"""Characters; ids and links are indexed, and indexes of PostgreSQL take no more than some 2,700 bytes."""

Id: TypeAlias = Annotated[str, Field(max_length=LONGEST_ID)] | Annotated[int, Field(strict=True)]
Ids: TypeAlias = list[Id] | Id


def _text_of_time(value: object) -> object:
    """Refuse bare numbers: seconds or milliseconds, since when, is a guess."""
    if isinstance(value, int | float) or (isinstance(value, str) and value.strip().lstrip("+-").isdigit()):
        message = "is a bare number; write a time such as 2026-02-01T10:00:00Z, or read it with parse_time"
        raise ValueError(message)
    return value


Time: TypeAlias = Annotated[
    datetime, BeforeValidator(_text_of_time), WithJsonSchema({"type": "string", "format": "date-time"})
]


class Document(BaseModel):
    """Part of a document: unknown fields are errors, empty ones count as absent."""

    model_config = ConfigDict(extra="forbid")


class AuthorDocument(Document):
    """Who speaks. Without ``id`` the person is known by handle, mail address or phone number, in this order."""

    id: Id | None = Field(default=None, description="The network's stable id of the person.")
    handle: str | None = Field(
        default=None,
        max_length=LONGEST_ID,
        description="Name that the person is addressed by there; @ may stand before it.",
    )
    name: str | None = Field(default=None, description="Name that is shown.")
    email: str | None = Field(default=None, description="Mail address that the message came from.")
    phone: str | None = Field(
        default=None, description="Phone number that the message or call came from, best with country code (+49…)."
    )
    authenticated: bool | None = Field(
        default=None,
        description="Whether the sender's address or number is proved, as by DKIM or a login; else it is only what the sender says.",
    )
    scope: str | None = Field(
        default=None,
        max_length=LONGEST_ID,
        description="Within what the id is valid (app, page, business, server); the message's own scope if absent.",
    )
    reach: int | None = Field(default=None, ge=0, description="Followers.")
    verified: bool | None = Field(default=None, description="Whether the network vouches for the account.")
    url: str | None = Field(default=None, description="Address of the profile.")
    bio: str | None = Field(default=None, description="What the person writes about themselves there.")


class AttachmentDocument(Document):
    """A file of the message: on the web or beside the export."""

    url: str | None = Field(default=None, description="Web address to fetch it from.")
    path: str | None = Field(default=None, description="File, relative to the folder of the export.")
    name: str | None = Field(default=None, description="File name to show.")
    mime: str | None = Field(default=None, description="Media type such as image/png.")
    size: int | None = Field(default=None, ge=0, description="Size in bytes.")


class MessageDocument(Document):
    """One message. Needed are ``id``, ``network`` and some content: text, subject, attachments, rating, or kind call."""

    id: Id = Field(description="The network's id of the message; the same message always has the same id.")
    network: str = Field(description="Where it was said, a short word: x, facebook, whatsapp, mail, phone …")
    scope: str | None = Field(
        default=None,
        max_length=LONGEST_ID,
        description="Within what ids of this network are valid, where they are not valid everywhere (page, business, server).",
    )
    account: str | None = Field(default=None, description="Account of yours that it came to or from.")
    unit: str | None = Field(default=None, description="Brand, country or location it belongs to.")
    author: AuthorDocument | None = Field(default=None, description="Who speaks; absent if nobody knows.")
    direction: Direction | None = Field(
        default=None,
        description="in: a customer speaks (if absent); out: you speak, and the author is nobody's customer.",
    )
    kind: Kind | None = Field(default=None, description="What sort of message it is; post if absent.")
    public: bool | None = Field(
        default=None,
        description="Whether everybody can read it; if absent, no for direct, mail, call, sms, form and letter, else yes.",
    )
    text: str | None = Field(default=None, description="The words, as plain text.")
    subject: str | None = Field(default=None, description="Subject of a mail, title of a review or post.")
    lang: str | None = Field(default=None, max_length=35, description="Language, as an ISO 639 code: de, en.")
    sent_at: Time | None = Field(
        default=None, description="When it was said, by the network's clock: ISO 8601 with time zone."
    )
    edited_at: Time | None = Field(default=None, description="When this version was made, if it was edited.")
    permalink: str | None = Field(default=None, max_length=2_000, description="Web address of the message.")
    thread: Id | None = Field(default=None, description="The network's id of the thread, if it has threads.")
    answers: Ids | None = Field(default=None, description="Ids of the messages that this one answers.")
    answered_by: Ids | None = Field(default=None, description="Ids of messages that answer this one.")
    attachments: list[AttachmentDocument | str] | str | None = Field(
        default=None, description="Its files; a bare text is a web address or a path."
    )
    rating: float | None = Field(default=None, ge=1, le=5, description="Stars of a review, from 1 to 5.")
    missed: bool | None = Field(default=None, description="A call that nobody took.")
    automatic: bool | None = Field(default=None, description="An auto-reply, bounce or survey; it never opens a case.")
    extra: dict[str, Any] | None = Field(
        default=None, description="Anything else, for mappings and rules, as message.extra.NAME."
    )


class PersonDocument(Document):
    """One contact of a CRM. Needed is ``id``."""

    id: Id = Field(description="Record id in the CRM.")
    name: str | None = Field(default=None, description="Full name.")
    emails: list[str] | str | None = Field(default=None, description="Mail addresses.")
    phones: list[str] | str | None = Field(default=None, description="Phone numbers, best with country code.")
    handles: dict[str, Ids | None] | None = Field(
        default=None, description="Network → handle or handles there: {x: anna_p}."
    )
    ids: dict[str, Ids | None] | None = Field(
        default=None, description="Network (or network/scope) → the network's stable id or ids of the person."
    )
    customer_numbers: Ids | None = Field(default=None, description="Your customer numbers.")
    our_key: str | None = Field(
        default=None,
        description="Key that Casebridge wrote into the record, if any: then the record is an echo, not evidence.",
    )
    updated_at: Time | None = Field(default=None, description="When the record last changed: ISO 8601 with time zone.")
    extra: dict[str, Any] | None = Field(default=None, description="Anything else, for mappings, as person.extra.NAME.")
