"""Signing in with a person's help: what an adapter asks for, and who answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Person(Protocol):
    """Whoever is at the keyboard."""

    def told(self, text: str) -> None:
        """Show something."""
        ...

    def asked(self, text: str, *, secret: bool = False) -> str:
        """Ask for one value; a secret one is not shown while it is typed."""
        ...

    def sent(self, address: Callable[[str], str]) -> Mapping[str, str]:
        """Send the person's browser to an address and return the parameters with which it came back.

        ``address`` is called with where it is to come back to: a port of this machine, or a page whose address the
        person pastes here.
        """
        ...


@runtime_checkable
class SignsIn(Protocol):
    """An adapter that is signed in with a person's help, and keeps what it got in its safe."""

    def sign_in(self, person: Person) -> None:
        """Sign in; raises ``AuthError`` with what to do."""
        ...
