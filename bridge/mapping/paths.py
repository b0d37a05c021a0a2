"""The paths that target mappings and conditions may use: our nouns, dotted, with type and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bridge.document_faults import did_you_mean
from bridge.nouns import Direction, Kind, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STRING: Final = "string"
TEXT: Final = "text"
"""Text of any length."""
INTEGER: Final = "integer"
NUMBER: Final = "number"
BOOLEAN: Final = "boolean"
DATETIME: Final = "datetime"
"""An aware UTC datetime."""
LIST: Final = "list"
ANY: Final = "any"
"""Whatever the source gave."""


@dataclass(frozen=True, slots=True)
class PathSpec:
    """Type (one of the constants of this module) and meaning of a path."""

    type: str
    description: str
    values: tuple[str, ...] = ()
    """All values that it can have, if they are few."""
    short: bool = False
    """Whether it fits into any field: an id, a key, a number, a code."""


PRIORITIES: Final = ("low", "normal", "high", "urgent")
STATUSES: Final = ("open", "waiting", "closed")
KINDS: Final = tuple(kind.value for kind in Kind)

CUSTOMER: Final[Mapping[str, PathSpec]] = {
    "customer.id": PathSpec(INTEGER, "Number of the customer in the store."),
    "customer.key": PathSpec(STRING, "Our key of the person in the target (cb1-…).", short=True),
    "customer.number": PathSpec(STRING, "Customer number as people see it (P-17).", short=True),
    "customer.name": PathSpec(STRING, "Best known name."),
    "customer.handle": PathSpec(STRING, "Handle on the network of the newest message, without @."),
    "customer.network": PathSpec(STRING, "Network of that handle.", short=True),
    "customer.email": PathSpec(STRING, "Best known mail address."),
    "customer.phone": PathSpec(STRING, "Best known phone number (+49…)."),
    "customer.reach": PathSpec(INTEGER, "Followers on the network where most follow."),
    "customer.verified": PathSpec(BOOLEAN, "Whether a network verified one of the profiles."),
    "customer.url": PathSpec(STRING, "Address of the profile."),
    "customer.handles": PathSpec(LIST, "All handles as network:handle."),
    "customer.emails": PathSpec(LIST, "All mail addresses."),
    "customer.phones": PathSpec(LIST, "All phone numbers."),
}

PROFILE: Final[Mapping[str, PathSpec]] = {
    "profile.key": PathSpec(STRING, "Our key of the profile in the target (cb1-…).", short=True),
    "profile.network": PathSpec(STRING, "Network.", short=True),
    "profile.id": PathSpec(STRING, "The network's own id of the profile."),
    "profile.scope": PathSpec(STRING, "App, page, business or server within which that id holds."),
    "profile.handle": PathSpec(STRING, "Handle, without @."),
    "profile.name": PathSpec(STRING, "Name."),
    "profile.reach": PathSpec(INTEGER, "Followers."),
    "profile.verified": PathSpec(BOOLEAN, "Whether the network verified it."),
    "profile.url": PathSpec(STRING, "Address on the network."),
}

CASE: Final[Mapping[str, PathSpec]] = {
    "case.id": PathSpec(INTEGER, "Number of the case in the store."),
    "case.key": PathSpec(STRING, "Our key of the case in the target (cb1-…).", short=True),
    "case.number": PathSpec(STRING, "Case number as people see it (C-17).", short=True),
    "case.subject": PathSpec(STRING, "Subject: of the first message, else the beginning of its text."),
    "case.summary": PathSpec(TEXT, "First message and what the agent should know."),
    "case.status": PathSpec(STRING, "open, waiting or closed.", STATUSES),
    "case.opened_at": PathSpec(DATETIME, "Time of the first message, by the network's clock."),
    "case.channel": PathSpec(STRING, "Network of the first message.", short=True),
    "case.kind": PathSpec(STRING, "Kind of the first message: post, direct, mail and so on.", KINDS),
    "case.public": PathSpec(BOOLEAN, "Whether the first message was public."),
    "case.unit": PathSpec(STRING, "Brand, country or location."),
    "case.account": PathSpec(STRING, "The brand's account that was written to."),
    "case.reason": PathSpec(STRING, "Contact reason, by triage."),
    "case.priority": PathSpec(STRING, "low, normal, high or urgent, by triage.", PRIORITIES),
    "case.queue": PathSpec(STRING, "Queue, by triage."),
    "case.first_reply_due": PathSpec(DATETIME, "When the first answer is due."),
    "case.resolve_due": PathSpec(DATETIME, "When the case should be solved."),
    "case.permalink": PathSpec(STRING, "Address of the first message on the network."),
    "case.reply_hint": PathSpec(TEXT, "Where an answer goes, how long it may be and until when."),
    "case.answer_state": PathSpec(TEXT, "How it stands with the agent's last answer: held, sent, refused and why."),
    "case.messages": PathSpec(INTEGER, "How many messages the case has."),
    "case.lang": PathSpec(STRING, "Language of the first message (ISO 639-1).", short=True),
    "case.history": PathSpec(TEXT, "The customer's earlier messages on all channels, shortened."),
    "case.previous": PathSpec(STRING, "Number of the case that this one follows.", short=True),
}

MESSAGE: Final[Mapping[str, PathSpec]] = {
    "message.id": PathSpec(INTEGER, "Number of the message in the store."),
    "message.key": PathSpec(STRING, "Our key of the message in the target (cb1-…).", short=True),
    "message.number": PathSpec(STRING, "Message number as people see it (M-17).", short=True),
    "message.text": PathSpec(TEXT, "What was said."),
    "message.subject": PathSpec(STRING, "Subject of a mail or title of a review."),
    "message.network": PathSpec(STRING, "Network.", short=True),
    "message.kind": PathSpec(STRING, f"{', '.join(KINDS[:-1])} or {KINDS[-1]}.", KINDS),
    "message.direction": PathSpec(STRING, "in (the customer) or out (the brand).", tuple(Direction)),
    "message.public": PathSpec(BOOLEAN, "Whether everybody could read it."),
    "message.lang": PathSpec(STRING, "Language (ISO 639-1).", short=True),
    "message.sent_at": PathSpec(DATETIME, "When it was sent, by the network's clock."),
    "message.permalink": PathSpec(STRING, "Address on the network."),
    "message.rating": PathSpec(NUMBER, "Stars of a review, 1 to 5."),
    "message.author_name": PathSpec(STRING, "Name of the author."),
    "message.author_handle": PathSpec(STRING, "Handle of the author, without @."),
    "message.author_verified": PathSpec(BOOLEAN, "Whether the network verified the author."),
    "message.account": PathSpec(STRING, "The brand's account that was written to."),
    "message.unit": PathSpec(STRING, "Brand, country or location."),
    "message.attachments": PathSpec(INTEGER, "How many files it has."),
    "message.late": PathSpec(BOOLEAN, "Whether it came long after it was sent."),
    "message.native_id": PathSpec(STRING, "The network's own id."),
    "message.thread": PathSpec(STRING, "The network's thread id."),
    "message.extra.*": PathSpec(ANY, "A further field of the source, by its name there."),
}

PATHS: Final[Mapping[Thing, Mapping[str, PathSpec]]] = {
    Thing.PERSON: CUSTOMER,
    Thing.PROFILE: {**CUSTOMER, **PROFILE},
    Thing.CASE: {**CUSTOMER, **CASE},
    Thing.MESSAGE: {**CUSTOMER, **CASE, **MESSAGE},
}
"""What a mapping of each thing may use."""


def find(path: str, paths: Mapping[str, PathSpec]) -> PathSpec | None:
    """Return what is known of ``path``; a key ``prefix.*`` allows any path below, the key ``*`` any path at all."""
    if path in paths:
        return paths[path]
    parent = path
    while "." in parent:
        parent = parent.rpartition(".")[0]
        if f"{parent}.*" in paths:
            return paths[f"{parent}.*"]
    return paths.get("*")


def unknown(path: str, paths: Mapping[str, PathSpec]) -> str:
    """Return the sentence for a path that is not known; its neighbours are the first guess."""
    noun, _, name = path.rpartition(".")
    near = did_you_mean(name, [known.removeprefix(f"{noun}.") for known in paths if known.startswith(f"{noun}.")])
    if "'" in near:
        near = near.replace("'", f"'{noun}.", 1)
    elif not any(known.startswith(f"{noun}.") for known in paths):
        near = did_you_mean(path, paths)
    return f"unknown path {path!r}{near}"


def getter(path: str, paths: Mapping[str, PathSpec]) -> Callable[[Mapping[str, Any]], Any]:
    """Return a function that gets ``path`` from values by dotted path; None for what is not there.

    Below an open prefix and for open paths the value may stand verbatim or nested in objects.
    """
    if path in paths or "." not in path:
        return lambda values: values.get(path)
    return lambda values: values[path] if path in values else dig(values, path)


def dig(values: Any, path: str) -> Any:  # noqa: ANN401 - JSON of a source
    """Return what stands at a dotted path in nested objects and lists (by index), None if nothing does.

    At each level the longest key that the path begins with is taken, since keys may hold dots themselves.
    """
    if isinstance(values, list):
        head, _, rest = path.partition(".")
        inner = values[int(head)] if head.isdecimal() and int(head) < len(values) else None
        return dig(inner, rest) if rest else inner
    if not hasattr(values, "get"):
        return None
    head, rest = path, ""
    while head and head not in values:
        head, _, last = head.rpartition(".")
        rest = f"{last}.{rest}" if rest else last
    if not head:
        return None
    return dig(values[head], rest) if rest else values[head]
