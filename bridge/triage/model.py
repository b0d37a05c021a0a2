"""What triage looks at and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from bridge.mapping.paths import ANY, BOOLEAN, INTEGER, KINDS, NUMBER, STRING, TEXT, PathSpec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from bridge.nouns import Json


class TriageInput(NamedTuple):
    """A message as rules see it; what a source does not know stays at its default.

    A tuple, for there is one for each message: it is built in a quarter of a frozen dataclass's time.
    """

    text: str = ""
    subject: str = ""
    lang: str = ""
    network: str = ""
    kind: str = "post"
    public: bool = True
    direction: str = "in"
    rating: float | None = None
    reach: int | None = None
    verified: bool | None = None
    unit: str = ""
    account: str = ""
    source: str = ""
    """Connection that brought it."""
    targets: frozenset[str] = frozenset()
    """Targets that it may go to; empty: not known, then filters by target let it pass."""
    missed: bool = False
    automatic: bool = False
    mentions_brand: bool = False
    listening: bool = False
    """Found by a search of what people say, not addressed to the brand."""
    employee: bool = False
    attachments: int = 0
    extra: Mapping[str, Json] = MappingProxyType({})


PATHS: Mapping[str, PathSpec] = {
    "text": PathSpec(TEXT, "What was said."),
    "subject": PathSpec(STRING, "Subject of a mail or title of a review."),
    "words": PathSpec(INTEGER, "Number of words of subject and text, without addresses and @names."),
    "empty": PathSpec(BOOLEAN, "Whether there are no words at all: a file, an address, stars only."),
    "has_question": PathSpec(BOOLEAN, "Whether something is asked, in German or English."),
    "has_link": PathSpec(BOOLEAN, "Whether a web address is in it."),
    "thanks": PathSpec(BOOLEAN, "Whether it is a thanks and nothing else."),
    "lang": PathSpec(STRING, "Language as the source says (ISO 639-1)."),
    "network": PathSpec(STRING, "Network."),
    "kind": PathSpec(STRING, f"{', '.join(KINDS[:-1])} or {KINDS[-1]}.", KINDS),
    "public": PathSpec(BOOLEAN, "Whether everybody could read it."),
    "direction": PathSpec(STRING, "in (the customer) or out (the brand).", ("in", "out")),
    "rating": PathSpec(NUMBER, "Stars of a review, 1 to 5."),
    "reach": PathSpec(INTEGER, "Followers of the author."),
    "verified": PathSpec(BOOLEAN, "Whether the network verified the author."),
    "unit": PathSpec(STRING, "Brand, country or location."),
    "account": PathSpec(STRING, "The brand's account that was written to."),
    "source": PathSpec(STRING, "Source of the project that brought it."),
    "missed": PathSpec(BOOLEAN, "Whether it is a call that nobody took."),
    "automatic": PathSpec(BOOLEAN, "Whether a machine wrote it: an auto-reply, a bounce, a survey."),
    "mentions_brand": PathSpec(BOOLEAN, "Whether it names the brand's account."),
    "listening": PathSpec(BOOLEAN, "Whether it was found by listening, not addressed to the brand."),
    "employee": PathSpec(BOOLEAN, "Whether the author works for the brand."),
    "attachments": PathSpec(INTEGER, "How many files it has."),
    "extra.*": PathSpec(ANY, "A further field of the source, by its name there."),
}
"""What conditions of rules may use."""


@dataclass(frozen=True, slots=True)
class Triage:
    """What follows for one message, and which rule said each thing."""

    reason: str
    priority: str
    queue: str
    first_reply: timedelta | None
    resolve: timedelta | None
    wanted: str
    """yes, check (a case in the queue "to check") or no."""
    thanks: bool
    """A bare thanks, or automatic: belongs to its case, but neither reopens it nor restarts a clock."""
    joinable_reason: bool
    rules: Mapping[str, str]
    """``reason``, ``priority``, ``queue``, ``first_reply``, ``resolve``, ``case`` → name of the rule that said it."""

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored, as JSON; durations in seconds."""
        return {
            "reason": self.reason,
            "priority": self.priority,
            "queue": self.queue,
            "first_reply": self.first_reply.total_seconds() if self.first_reply is not None else None,
            "resolve": self.resolve.total_seconds() if self.resolve is not None else None,
            "wanted": self.wanted,
            "thanks": self.thanks,
            "joinable": self.joinable_reason,
            "rules": dict(self.rules),
        }
