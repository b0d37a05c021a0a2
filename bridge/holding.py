"""Answers that everybody would read are held for a person as long as they hold personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.answer_files import words_in
from bridge.customer_data import known_of
from bridge.keys import short_hash
from bridge.personal.check import personal_data
from bridge.personal.model import Datum
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.app import App
    from bridge.nouns import FileContent

A = schema.action.c

LONGEST = 20_000
"""Characters that are checked; a longer answer is not sent in public."""

DOCUMENT = "document"
"""Stands for a kind of personal data where a file may hold any."""

_CALLED: Mapping[str, str] = {
    Datum.EMAIL: "a mail address",
    Datum.PHONE: "a phone number",
    Datum.IBAN: "an IBAN",
    Datum.CARD: "a card number",
    Datum.ORDER: "an order number",
    Datum.CUSTOMER_NUMBER: "a customer number",
    Datum.TRACKING: "a tracking number",
    Datum.ADDRESS: "an address",
    Datum.BIRTH_DATE: "a date of birth",
    Datum.NAME: "a name",
    Datum.LINK: "a personal link",
    Datum.OTHER_NUMBER: "a personal number or code",
    DOCUMENT: "what stands in a document",
}


Piece = dict[str, str]
"""``kind`` and ``text`` of something that was found; of a document also ``key``, which tells its content from another."""


def found_in(connection: Connection, app: App, action: Any, files: Iterable[FileContent] = ()) -> list[Piece]:  # noqa: ANN401 - an action's row
    """Return what of an action nobody else may read; nothing if it goes in private, or if a person let it go as it is.

    ``files`` go along: their names are read, and what they say; a document that cannot be read is found itself.
    """
    if not app.personal.check or not action.public:
        return []
    known = known_of(connection, action.case_id, action.message_id)
    texts, found = [action.text], list[Piece]()
    for file in files:
        said = words_in(file, LONGEST)
        texts += [_readable(file.name), file.alt, said or ""]
        found += [{"kind": DOCUMENT, "text": file.name, "key": file.key}] if said is None else []
    for text in texts:
        found += [
            {"kind": str(piece.datum), "text": piece.text} for piece in personal_data(text, app.personal.allowed, known)
        ]
    return [] if _was_released(action, found) else found


def too_long(action: Any) -> str:  # noqa: ANN401 - an action's row
    """Return why an answer is too long to be checked, empty if it is not."""
    if not action.public or len(action.text) <= LONGEST:
        return ""
    return f"the text has {len(action.text)} characters, {LONGEST} are allowed in public"


def _readable(name: str) -> str:
    """Return the name of a file as words: what underscores join is told apart."""
    return name.replace("_", " ")


def _was_released(action: Any, found: Sequence[Piece]) -> bool:  # noqa: ANN401 - an action's row
    """Whether a person let this very text go although all of this was found in it."""
    released = [each for each in action.overrides or () if each["text"] == short_hash(action.text)]
    return bool(released) and all(any(piece in each["found"] for each in released) for piece in found)


def reason(found: Sequence[Piece]) -> str:
    """Return why an answer is held, in kinds only."""
    kinds = list(dict.fromkeys(_CALLED[piece["kind"]] for piece in found))
    told = " and ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
    return f"it would tell everybody {told}"


def held(found: Sequence[Piece]) -> dict[str, Any]:
    """Return what changes of an answer that is held for a person."""
    return {"state": "review", "reason": reason(found), "found": list(found), "awaits": ""}


def hold(connection: Connection, row: Any, found: Sequence[Piece]) -> bool:  # noqa: ANN401 - an action's row
    """Hold an answer for a person; not if it was changed meanwhile."""
    unchanged = (A.id == row.id) & (A.state == row.state) & (A.text == row.text)
    return bool(connection.execute(schema.action.update().where(unchanged).values(held(found))).rowcount)


def override(action: Any, by: str, now: datetime) -> list[dict[str, Any]]:  # noqa: ANN401 - an action's row
    """Return the overrides of an action with that of a person who lets it go as it is: who, when, what was found."""
    this = {"by": by, "at": now.isoformat(), "found": action.found, "text": short_hash(action.text)}
    return [*(action.overrides or ()), this]
