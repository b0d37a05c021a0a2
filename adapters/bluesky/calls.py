"""What a call carries, and who makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Parameters of the address, a JSON body or other content, headers."""

    query: Mapping[str, Json] | None = None
    body: Json = None
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


NOTHING = Call()


class Ask(Protocol):
    """Makes one call without our session; returns JSON and raises as ``Client``."""

    def __call__(self, verb: str, url: str, call: Call = NOTHING, *, token: str = "") -> Any:  # noqa: ANN401 - JSON
        """Make it."""
        ...
