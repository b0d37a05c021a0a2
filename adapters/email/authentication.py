"""What the mail's way here proves about its sender (RFC 8601): by the word of our own receiving server alone.

Anybody can write Authentication-Results into a mail. A server that adds them takes those out that bear its own name, and
puts its own on top; so only the first header of a trusted name is read.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.email.headers import every

if TYPE_CHECKING:
    from collections.abc import Collection
    from email.message import Message

UNNAMED = "unnamed"
"""Among trusted names: a server that leaves its name out of Authentication-Results, as Exchange Online does."""
_COMMENT = re.compile(r"\([^()]{0,500}\)")
_RESULT = re.compile(r"^\s*(dmarc|dkim|spf)\s*=\s*([a-z]+)", re.IGNORECASE)
_DOMAIN = {
    "dkim": re.compile(r"\bheader\.(?:d|i)\s*=\s*[^\s;@]{0,200}?@?([a-z0-9._-]+)(?=[\s;]|$)", re.IGNORECASE),
    "spf": re.compile(r"\bsmtp\.mailfrom\s*=\s*(?:[^\s;@]{0,200}@)?([a-z0-9._-]+)(?=[\s;]|$)", re.IGNORECASE),
    "dmarc": re.compile(r"\bheader\.from\s*=\s*(?:[^\s;@]{0,200}@)?([a-z0-9._-]+)(?=[\s;]|$)", re.IGNORECASE),
}
_FAILED = frozenset({"fail", "softfail", "permerror"})


class Proof(StrEnum):
    """What is known of a sender's address."""

    PASS = "pass"  # noqa: S105 - a result, no password
    """Whoever writes owns the domain's keys, or writes from its servers."""
    FAIL = "fail"
    """The domain denies having sent it."""
    NONE = "none"
    """Nobody that we trust says anything."""


def proof_of(mail: Message, sender: str, trusted: Collection[str]) -> Proof:
    """Return what our receiving server found about the address in From."""
    results = _trusted_results(mail, trusted)
    domain = sender.rpartition("@")[2].lower()
    if not results or not domain:
        return Proof.NONE
    found = [(method, result, _domain(method, text)) for method, result, text in results]
    for method, result, named in found:
        aligned = _aligned(named, domain) if method != "dmarc" else named in ("", domain) or _aligned(named, domain)
        if result == "pass" and aligned:
            return Proof.PASS
    denied = {method for method, result, _ in found if result in _FAILED}
    return Proof.FAIL if "dmarc" in denied or {"spf", "dkim"} <= denied else Proof.NONE


def _trusted_results(mail: Message, trusted: Collection[str]) -> list[tuple[str, str, str]]:
    """Return method, result and whole text of each result in the first header of a trusted name.

    A server without a name is trusted by its place alone: what it adds stands above all others.
    """
    for number, value in enumerate(every(mail, "Authentication-Results")):
        bare = _COMMENT.sub(" ", value)
        server, _, rest = bare.partition(";")
        name = (server.split() or [""])[0].lower()
        if number == 0 and UNNAMED in trusted and _RESULT.match(name):
            return _results(bare)
        if name in trusted and name != UNNAMED:
            return _results(rest)
    return []


def _results(text: str) -> list[tuple[str, str, str]]:
    pieces = ((_RESULT.match(piece), piece) for piece in text.split(";"))
    return [(match[1].lower(), match[2].lower(), piece) for match, piece in pieces if match]


def _domain(method: str, text: str) -> str:
    found = _DOMAIN[method].search(text)
    return found[1].lower().strip(".") if found else ""


def _aligned(named: str, domain: str) -> bool:
    """Tell whether a proved domain speaks for the one in From: the same, above or below it."""
    return (
        bool(named)
        and "." in named
        and (named == domain or domain.endswith(f".{named}") or named.endswith(f".{domain}"))
    )
