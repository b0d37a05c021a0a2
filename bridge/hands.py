"""An agent's hands in a target, lent for playing and for trying. Targets offer them beside their contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class Agent(Protocol):
    """An agent's hands in a target; each raises ``Refused`` for what is not there or does not fit."""

    def list(self, *, status: str, limit: int) -> list[dict[str, Any]]:
        """Return the newest cases."""
        ...

    def show(self, ref: str) -> dict[str, Any]:
        """Return one record with all that belongs to it."""
        ...

    def reply(self, case_ref: str, text: str, *, author: str, attach: Sequence[Path]) -> str:
        """Answer the customer; returns the message's ref."""
        ...

    def note(self, case_ref: str, text: str, *, author: str) -> str:
        """Write an internal note; returns the message's ref."""
        ...

    def make_internal(self, message_ref: str, *, author: str) -> None:
        """Take a public answer back: it is a note from now on."""
        ...

    def set_status(self, case_ref: str, status: str, *, author: str) -> None:
        """Set a case's status: open, waiting, closed, or another that the target knows."""
        ...

    def delete(self, ref: str, *, author: str) -> None:
        """Delete a record."""
        ...

    def create_person(self, **fields: Any) -> str:  # noqa: ANN401 - field values of any type
        """Add a person; returns the ref."""
        ...

    def create(self, subject: str, *, text: str, requester: str, author: str) -> str:
        """Open a case; returns the ref."""
        ...

    def merge_cases(self, loser: str, winner: str, *, author: str) -> None:
        """Merge two cases."""
        ...

    def merge_persons(self, loser: str, winner: str, *, author: str) -> None:
        """Merge two persons."""
        ...


@runtime_checkable
class HasAgent(Protocol):
    """A target that lends an agent's hands."""

    def agent(self) -> Agent:
        """Return the hands."""
        ...


@runtime_checkable
class TellsMail(HasAgent, Protocol):
    """A target that tells what it sends to requesters by itself."""

    def mailed(self, case_ref: str) -> list[str]:
        """Return what the requester of a case was sent so far that no agent wrote: one line each, empty if nothing was."""
        ...


@runtime_checkable
class TriesRequests(Protocol):
    """A target that speaks to its tool by requests that people wrote, which can be tried one by one."""

    def requests(self) -> Mapping[str, str]:
        """Return the requests by name, each with method and path."""
        ...

    def try_request(self, name: str, given: Mapping[str, str], *, send: bool) -> Mapping[str, Any]:
        """Return ``request`` (secrets masked), and if it was sent ``answer`` and what was ``made`` of it.

        Raises ``ConfigError`` for an unknown name or value.
        """
        ...
