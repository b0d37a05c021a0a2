"""Canonical documents → messages and persons. What is wrong is said in one sentence that names the field."""

from __future__ import annotations

import re
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from bridge import contact_points
from bridge.document_faults import did_you_mean
from bridge.message_documents import AttachmentDocument, AuthorDocument, MessageDocument, PersonDocument
from bridge.nouns import Attachment, Direction, Kind, Message, Person, Profile
from identity import normalise
from identity.mailboxes import role_mailbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bridge.nouns import Json
    from identity.model import Identifier

PRIVATE = frozenset({Kind.DIRECT, Kind.MAIL, Kind.CALL, Kind.SMS, Kind.FORM, Kind.LETTER})
"""Kinds that nobody else reads, unless the document says otherwise."""
YEARS = range(1970, 2200)
"""Years of believable times; 0001 and 9999 are other systems' words for "none"."""

Schema: TypeAlias = Literal["message", "person"]
DOCUMENTS: Mapping[str, type[BaseModel]] = {"message": MessageDocument, "person": PersonDocument}

_PARTS: Mapping[str, type[BaseModel]] = {"author": AuthorDocument, "attachments": AttachmentDocument}
_NOTHING: Mapping[str, Json] = {}
_IN_A_KEY = re.compile(r"[\s/#]")
_LONGEST_EXCERPT = 60

_Model = TypeVar("_Model", bound=BaseModel)


class FormatError(ValueError):
    """A document that is no message or person; ``field`` is the dotted name of what is to blame."""

    def __init__(self, field: str, reason: str) -> None:
        """``str()`` reads ``field reason``: ``sent_at is no time``."""
        self.field, self.reason = field, reason
        super().__init__(f"{field} {reason}")


def json_schema(schema: Schema) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a message or person document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **DOCUMENTS[schema].model_json_schema(),
        "title": f"Casebridge {schema}",
    }


def message_from(
    document: Mapping[str, Json], defaults: Mapping[str, Json] = _NOTHING, *, region: str = "DE", raw: Json = None
) -> Message:
    """Return the message that ``document`` describes; raises ``FormatError``.

    ``defaults`` are fields of the document for where it says nothing. ``region`` (ISO 3166) is for phone numbers
    without country code. ``raw`` is the payload to keep beside the message.
    """
    doc = _validated(MessageDocument, document, defaults)
    network, scope = _network("network", doc.network), _part("scope", doc.scope)
    kind = doc.kind or Kind.POST
    return _with_content(
        Message(
            network=network,
            native_id=_needed("id", doc.id),
            scope=scope,
            account=doc.account or "",
            unit=doc.unit or "",
            author=_author(doc.author, network, scope, kind, region) if doc.author else None,
            direction=doc.direction or Direction.IN,
            kind=kind,
            public=kind not in PRIVATE if doc.public is None else doc.public,
            text=doc.text or "",
            subject=doc.subject or "",
            lang=doc.lang or "",
            sent_at=_instant("sent_at", doc.sent_at),
            edited_at=_instant("edited_at", doc.edited_at),
            permalink=doc.permalink or "",
            thread=_text(doc.thread),
            answers=_texts(doc.answers),
            answered_by=_texts(doc.answered_by),
            attachments=_attachments(doc.attachments),
            rating=doc.rating,
            missed=bool(doc.missed),
            automatic=bool(doc.automatic),
            extra=doc.extra or {},
            raw=raw,
        )
    )


def person_from(
    document: Mapping[str, Json],
    defaults: Mapping[str, Json] = _NOTHING,
    *,
    instance: str,
    region: str = "DE",
    raw: Json = None,
) -> Person:
    """Return the CRM person that ``document`` describes; ``instance`` is the connection. Raises ``FormatError``."""
    doc = _validated(PersonDocument, document, defaults)
    return Person(
        instance=instance,
        native_id=_needed("id", doc.id),
        name=_text(doc.name),
        shown=contact_points.of_person(
            emails=_texts(doc.emails),
            phones=_texts(doc.phones),
            handles={_network("handles", network): _texts(names) for network, names in (doc.handles or {}).items()},
            ids={place: _texts(ids) for place, ids in (doc.ids or {}).items()},
            customer_numbers=_texts(doc.customer_numbers),
            instance=instance,
            region=region,
        ),
        our_key=_text(doc.our_key),
        updated_at=_instant("updated_at", doc.updated_at),
        extra=doc.extra or {},
        raw=raw,
    )


def _with_content(message: Message) -> Message:
    said = message.text or message.subject or message.attachments or message.rating is not None
    if not said and message.kind is not Kind.CALL:
        raise FormatError("text", "is missing, and there is no subject, attachment or rating either")
    return message


def _author(doc: AuthorDocument, network: str, scope: str, kind: Kind, region: str) -> Profile | None:
    """Return the author's profile; None if nothing identifies anybody: a name alone would mix up people."""
    known = normalise.handle(network, doc.handle) if doc.handle else None
    shown = contact_points.of_author(doc.email, doc.phone, kind, region, proved=bool(doc.authenticated))
    native_id = _text(doc.id) or (f"@{known.value}" if known else shown[0].identifier.value if shown else "")
    if not native_id:
        return None
    if doc.name and "@" in native_id[1:] and role_mailbox(native_id):
        native_id = f"{native_id} ({doc.name.casefold()})"  # several people write from an office's mailbox
    return Profile(
        network=network,
        id=native_id,
        scope=scope if doc.scope is None else _part("author.scope", doc.scope),
        handle=_shown_handle(doc.handle, known),
        name=_text(doc.name),
        reach=doc.reach,
        verified=doc.verified,
        url=doc.url or "",
        bio=doc.bio or "",
        shown=shown,
    )


def _shown_handle(raw: str | None, known: Identifier | None) -> str:
    """Return the handle as people write it, without @; of the address of a profile, the handle in it."""
    if raw is None or known is None:
        return ""
    text = raw.strip().removeprefix("@")
    return known.value if "/" in text else text


@lru_cache(maxsize=256)
def _network(field: str, name: str) -> str:
    network = normalise.network(name)
    if not network or _IN_A_KEY.search(network):
        raise FormatError(field, f"must be a short word without blanks, / and #: {_excerpt(name)}")
    return network


def _part(field: str, value: str | None) -> str:
    scope = (value or "").strip()
    if _IN_A_KEY.search(scope):
        raise FormatError(field, f"must be without blanks, / and #: {_excerpt(scope)}")
    return scope


def _needed(field: str, value: str | int) -> str:
    text = _text(value)
    if not text:
        raise FormatError(field, "is missing")
    return text


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value).strip()


def _texts(value: list[str | int] | list[str] | str | int | None) -> tuple[str, ...]:
    if value is None:
        return ()
    many = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(text for one in many if (text := _text(one))))


def _instant(field: str, value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.year not in YEARS:
        raise FormatError(field, f"is an impossible date: {value.isoformat()}")
    if value.tzinfo is None:
        raise FormatError(
            field, f"has no time zone: {value.isoformat()}; write Z or an offset such as +01:00 behind it"
        )
    return value.astimezone(UTC)


def _attachments(value: list[AttachmentDocument | str] | str | None) -> tuple[Attachment, ...]:
    if not value:
        return ()
    return tuple(map(_attachment, [value] if isinstance(value, str) else value))


def _attachment(value: AttachmentDocument | str) -> Attachment:
    if isinstance(value, str):
        place = "url" if value.lower().startswith(("http://", "https://")) else "path"
        value = AttachmentDocument.model_validate({place: value})
    if not (value.url or value.path):
        raise FormatError("attachments", "need url or path")
    return Attachment(
        url=value.url or "", path=value.path or "", name=value.name or "", mime=value.mime or "", size=value.size
    )


def _validated(model: type[_Model], document: Mapping[str, Json], defaults: Mapping[str, Json]) -> _Model:
    filled = _filled(document)
    data = {**defaults, **filled} if defaults else filled
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _format_error(model, data, error) from None


def _filled(document: Mapping[str, Json]) -> dict[str, Any]:
    """Leave out what is empty, in the author too: an empty cell says nothing."""
    filled = _without_empty(document)
    author = filled.get("author")
    if isinstance(author, dict):
        filled["author"] = _without_empty(author)
    return filled


def _without_empty(document: Mapping[str, Json]) -> dict[str, Any]:
    values = document.values()
    if None in values or "" in values:
        return {name: value for name, value in document.items() if value is not None and value != ""}
    return dict(document)


def _format_error(model: type[BaseModel], data: Mapping[str, Json], error: ValidationError) -> FormatError:
    detail = error.errors(include_url=False)[0]
    kind, steps, value = detail["type"], detail["loc"], detail["input"]
    # Union members add their own names behind a field of the document: only the field is of interest.
    depth = 2 if steps[0] == "author" and isinstance(data.get("author"), dict) else 1
    name = ".".join(str(step) for step in steps[:depth])
    if kind == "missing":
        return FormatError(name, "is missing")
    if kind == "extra_forbidden":
        known = _PARTS[str(steps[0])] if len(steps) > 1 else model
        hint = did_you_mean(str(steps[-1]), known.model_fields)
        return FormatError(
            f"{name}.{steps[-1]}" if len(steps) > depth else name,
            "is no field of the format" + (hint if hint != "." else "; what else there is belongs under extra"),
        )
    if kind.startswith(("datetime", "timezone")):
        return FormatError(name, f"is no time: {_excerpt(value)}; write it as 2026-02-01T10:00:00Z")
    reason = (
        detail["msg"]
        .removeprefix("Value error, ")
        .replace("Input should", "should", 1)
        .replace("String should", "should", 1)
    )
    return FormatError(name, f"{reason}: {_excerpt(value)}")


def _excerpt(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_EXCERPT else f"{text[:_LONGEST_EXCERPT]}…"
