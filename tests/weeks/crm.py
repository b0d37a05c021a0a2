"""What every pretend CRM of these stories offers: a door, an admin's hands, agents' hands, and a look at what stands there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from starlette.types import ASGIApp

    from tests.fakes.calls import Call
    from tests.fakes.notices import Notice

NAME = "workplace"
"""What projects call the target."""


def alone(app: ASGIApp) -> ASGIApp:
    """Put nothing around a CRM."""
    return app


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it stands there: what an agent may have changed, and what was said in it."""

    id: str
    subject: str
    status: str
    priority: str
    owner: str
    person: str
    """Id of its contact, empty for none."""
    said: tuple[str, ...] = field(default=(), compare=False)
    answered: str = field(default="", compare=False)
    """How it stands with the agent's answer: in a field of the case, or else in a note."""


class Crm(Protocol):
    """A pretend CRM with people in it. Ids are the CRM's own."""

    secrets: dict[str, str]
    """What the environment must hold: name → secret."""
    calls: list[Call]
    takes_doubles: bool
    """Whether agents can add somebody under an address or number that stands there already."""
    page: int
    """People on a page of a first reading."""
    vanished: str
    """The field of cases that is deleted while the week is delivered, empty for none."""

    def serving(self, around: Callable[[ASGIApp], ASGIApp] = ...) -> AbstractContextManager[str]:
        """Serve it on the loopback, with something around it; gives the address."""
        ...

    def target(self, address: str) -> str:
        """Return the target of the project file, as the page of the CRM says it."""
        ...

    def adapt(self, folder: Path) -> None:
        """Do what an admin does to the mappings where the organisation asks for more than the shipped ones give."""
        ...

    def adapt_again(self, folder: Path) -> None:
        """Take out of the mappings what was deleted in the CRM meanwhile."""
        ...

    def writes(self) -> list[str]:
        """Return the calls so far that write, as method and path."""
        ...

    def mailed(self) -> list[Notice]:
        """Return the mail that left the house."""
        ...

    def cases(self) -> Iterator[Standing]:
        """Yield the cases that stand, oldest first."""
        ...

    def people(self) -> dict[str, str]:
        """Return the people who stand there: id → mail address."""
        ...

    def pages_of_people(self) -> int:
        """Return how many pages of a first reading of contacts were handed out so far."""
        ...

    def contact(self, name: str, *, mail: str = "", phone: str = "") -> str:
        """Let an agent add somebody."""
        ...

    def double(self, name: str, *, mail: str, phone: str) -> str:
        """Let an agent add somebody under an address or a number that another contact has, as far as the CRM allows it."""
        ...

    def received(self, sender: str, subject: str, *texts: str) -> str:
        """Let mails of one person come in, of which the CRM makes a case by itself; return the case."""
        ...

    def answer(self, case: str, text: str) -> None:
        """Answer the customer, as the page of the CRM tells agents to."""
        ...

    def work(self, case: str) -> None:
        """Take a case, put it to another status, and give it another priority."""
        ...

    def merge_people(self, loser: str, winner: str) -> str:
        """Merge two contacts; return who is left."""
        ...

    def delete_case(self, case: str) -> None:
        """Delete a case, as spam."""
        ...


def holding(crm: Crm, text: str) -> Standing:
    """Return the one case in which a text was said."""
    (found,) = [case for case in crm.cases() if any(text in said for said in case.said)]
    return found
