"""Short stories of one customer: who said what on which day, and which cases come of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bridge.cases.assemble import assemble
from bridge.cases.model import Assembly, CaseDecision, Closing, Foreign, Utterance
from bridge.cases.policy import CasePolicy

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAIL, TWITTER, WHATSAPP, REVIEWS = 1, 2, 3, 4
"""Profiles of the customer, by channel."""
POLICIES = {0: CasePolicy()}


def day(number: float) -> datetime:
    """Return a time so many days after the start of the story."""
    return START + timedelta(days=number)


class Story:
    """Collects what happens, in any order."""

    def __init__(self) -> None:
        """Begin without anything."""
        self.said: list[Utterance] = []
        self.closings: list[Closing] = []
        self.foreign: list[Foreign] = []
        self.decisions: list[CaseDecision] = []

    def mail(self, at: float | None, thread: int = 10, **more: object) -> int:
        """Let the customer write a mail."""
        return self._say(at, MAIL, thread, "mail", public=False, **more)

    def tweet(self, at: float | None, thread: int = 20, **more: object) -> int:
        """Let the customer post in public."""
        return self._say(at, TWITTER, thread, "post", public=True, **more)

    def direct(self, at: float | None, thread: int = 30, **more: object) -> int:
        """Let the customer write on WhatsApp."""
        return self._say(at, WHATSAPP, thread, "direct", public=False, **more)

    def review(self, at: float | None, thread: int = 40, **more: object) -> int:
        """Let the customer write a review."""
        return self._say(at, REVIEWS, thread, "review", public=True, **more)

    def answer(self, at: float | None, to: int | None, **more: object) -> int:
        """Let the brand answer a message."""
        number = len(self.said) + 1
        self.said.append(
            Utterance(
                id=number,
                key=f"net//{number:04}",
                profile=None,
                conversation=0,
                inbound=False,
                kind="reply",
                public=True,
                at=None if at is None else day(at),
                answers_to=to,
                **more,
            )
        )
        return number

    def close(self, at: float, *messages: int) -> None:
        """Let an agent close the native case in which these messages stand."""
        self.closings.append(Closing(day(at), closed=True, messages=frozenset(messages)))

    def reopen(self, at: float, *messages: int) -> None:
        """Let an agent reopen it."""
        self.closings.append(Closing(day(at), closed=False, messages=frozenset(messages)))

    def elsewhere(self, ref: str, opened: float, last: float, closed: float | None = None, **more: object) -> None:
        """Let the CRM hold a case that we did not make."""
        ends = None if closed is None else day(closed)
        self.foreign.append(Foreign("crm", ref, day(opened), day(last), ends, **more))

    def decide(self, kind: str, *messages: int, at: float | None = None) -> None:
        """Let a person decide."""
        when = None if at is None else day(at)
        self.decisions.append(CaseDecision(len(self.decisions) + 1, kind, messages, when))

    def assembled(self, policies: dict[int, CasePolicy] | None = None) -> Assembly:
        """Return what follows."""
        return assemble(self.said, self.closings, self.foreign, self.decisions, policies or POLICIES)

    def cases(self) -> list[set[int]]:
        """Return the messages of each case."""
        return members(self.assembled())

    def _say(self, at: float | None, author: int, thread: int, kind: str, *, public: bool, **more: object) -> int:
        number = len(self.said) + 1
        more = {"wanted": "yes", "rule": "some-rule", **more}
        more["facts"] = frozenset(more.get("facts", ()))
        profile = more.pop("profile", author)
        when = None if at is None else day(at)
        self.said.append(
            Utterance(number, f"net//{number:04}", profile, thread, True, kind, public, when, **more)  # noqa: FBT003 - inbound
        )
        return number


def members(assembly: Assembly) -> list[set[int]]:
    """Return the message ids of each case."""
    return [{message.id for episode in case.episodes for message in episode.messages} for case in assembly.cases]
