"""HTTP calls without an answer: what they mean is the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from bridge.errors import Transient, Uncertain

if TYPE_CHECKING:
    from bridge.errors import CasebridgeError

_NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def lost(error: httpx.HTTPError, name: str, *, writing: bool, setting: str = "base_url") -> CasebridgeError:
    """Return what it means that ``name`` gave no answer; ``setting`` is where its address stands."""
    kind = type(error).__name__
    if isinstance(error, _NOT_REACHED):
        return Transient(f"{name} cannot be reached ({kind}): look at {setting} and the network.")
    return unsure(f"{name} did not answer ({kind})", writing=writing)


def unsure(what: str, *, writing: bool) -> CasebridgeError:
    """Return what an answer means that says nothing of what was asked; ``what`` it was, without a full stop."""
    return Uncertain(f"{what}; what was asked for may have been done.") if writing else Transient(f"{what}.")
