"""What somebody wants done in a case, and what that comes to: an answer, and other things, each at its own place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.actions import Where, last_own, last_public, networks_of, where_to
from bridge.answers import words_of
from bridge.nouns import ActionKind
from bridge.store import schema
from bridge.templates import fill
from identity.names import first_name

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App
    from bridge.nouns import Attachment
    from bridge.shorthand import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wrote in a case to have it done."""

    target: str
    case_ref: str
    case_id: int
    id: str
    """Native id of the agent's answer, or another that tells it from all others in this target."""
    actor: str
    at: datetime
    text: str
    """As it was written, with shorthands, quotes and signature."""
    actor_id: str = ""
    """Id of the author in the target, where it tells one."""
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing to do, or why it cannot be done."""

    kind: ActionKind
    where: Where = field(default_factory=lambda: Where(None))
    text: str = ""
    refusal: str = ""
    alternatives: tuple[str, ...] = ()
    composed: bool = False
    """The text is not what stands in the case: a template has made it."""
    public: bool | None = None
    """Where it is to go, if somebody says so."""
    alts: tuple[str, ...] = ()
    """What its files show, in their order."""

    def differs(self, row: Row[Any]) -> bool:
        """Tell whether an action that was made of it is not what is wanted any more."""
        elsewhere = self.public is not None and self.public != row.public
        described = self.alts != tuple(file["alt"] for file in row.files or () if file.get("alt"))
        refused = bool(self.refusal) and self.refusal != row.reason
        return self.text != row.text or elsewhere or refused or described


def parts_of(connection: Connection, app: App, wish: Wish) -> list[Part]:
    """Return what a wish comes to, in the order in which it is done."""
    said = words_of(wish.text)
    parts = [_done(connection, wish.case_id, kind) for kind in said.kinds]
    return [*parts, _answer(connection, app, wish, said)] if said.answers else parts


_NOTHING_THERE = {
    ActionKind.LIKE: "the case holds no message of the customer that could be liked",
    ActionKind.HIDE: "the case holds no public message of the customer",
    ActionKind.UNHIDE: "the case holds no public message of the customer",
    ActionKind.DELETE_OWN: "the case holds no answer of ours that could be deleted",
}


def _done(connection: Connection, case_id: int, kind: ActionKind) -> Part:
    if kind is ActionKind.DELETE_OWN:
        where = last_own(connection, case_id)
    elif kind is ActionKind.LIKE:
        where = where_to(connection, case_id)
    else:
        where = last_public(connection, case_id)
    return Part(kind=kind, where=where, refusal="" if where.message is not None else _NOTHING_THERE[kind])


def _answer(connection: Connection, app: App, wish: Wish, said: Said) -> Part:
    where = where_to(connection, wish.case_id, public=said.public, via=said.via)
    part = Part(kind=ActionKind.REPLY, where=where, text=said.text, public=said.public, alts=said.alts)
    if where.message is None:
        return replace(part, refusal=_nowhere(connection, wish.case_id, said))
    if len(said.alts) > len(wish.files):
        return replace(part, refusal="there are fewer files with it than #alt describes")
    if said.misplaced:
        return replace(part, refusal="#tpl:… counts only at the beginning of an answer")
    return part if said.template is None else _templated(connection, app, wish, said, part)


def _nowhere(connection: Connection, case_id: int, said: Said) -> str:
    if said.via:
        return f"the customer never wrote on {said.via}, but on {', '.join(networks_of(connection, case_id)) or 'nothing that could be answered'}"
    if said.public:
        return "the case holds no public message of the customer that could be answered"
    return "the case holds no message of the customer that could be answered"


def _templated(connection: Connection, app: App, wish: Wish, said: Said, part: Part) -> Part:
    name, message = said.template or "", part.where.message
    text = app.templates.text(name, _language(message))
    if text is None:
        return replace(part, refusal=app.templates.unknown(name))
    filled, missing = fill(text, _values(connection, app, wish, message))
    if missing:
        reason = f"the template {name} says {{{missing[0]}}}, which is not known here"
        instead = (f"your own words, or a word for such customers in the template: {{{missing[0]}|…}}",)
        return replace(part, refusal=reason, alternatives=instead)
    return replace(part, text="\n\n".join(each for each in (filled, said.text) if each), composed=True)


def _language(message: Row[Any] | None) -> str:
    return (message.lang or "") if message is not None else ""


def _values(connection: Connection, app: App, wish: Wish, message: Any) -> dict[str, str]:  # noqa: ANN401 - a message's row
    profile = schema.profile.c
    query = select(profile.name, profile.handle).where(profile.id == message.author_id)
    author = connection.execute(query).first()
    name = author.name if author is not None else ""
    return {
        "first_name": first_name(name),
        "name": name,
        "handle": author.handle if author is not None else "",
        "case": f"C-{wish.case_id}",
        "brand": app.templates.brands.get(message.unit, "") or app.organisation,
        "agent": wish.actor,
    }
