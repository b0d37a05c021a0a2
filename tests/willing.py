"""A person at the keyboard who allows what is asked in the browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass
class Willing:
    """Comes back with a code, or with whatever was said instead."""

    back: str = "http://127.0.0.1:4711/"
    """Where the browser comes back to."""
    allow: Callable[[dict[str, str]], str] = lambda _: "c0de"
    """What the provider asks → the code that it gives."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """What else comes back; nothing under names with an empty value."""
    address: str = ""
    """Where the person was sent."""
    heard: list[str] = field(default_factory=list)

    @property
    def asked_for(self) -> dict[str, str]:
        """Return what the provider was asked for."""
        return dict(parse_qsl(urlsplit(self.address).query))

    def told(self, text: str) -> None:
        """Listen."""
        self.heard.append(text)

    def asked(self, text: str, *, secret: bool = False) -> str:  # noqa: ARG002 - of the protocol
        """Have nothing to say."""
        return ""

    def sent(self, address: Callable[[str], str]) -> Mapping[str, str]:
        """Allow it."""
        self.address = address(self.back)
        answer = {"code": self.allow(self.asked_for), "state": self.asked_for["state"], **self.changes}
        return {name: value for name, value in answer.items() if value}
