"""Words that people read in the target: subjects, shortened texts, where an answer goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.mapping.verbs import collapse_ws, truncate

if TYPE_CHECKING:
    from bridge.nouns import Eligibility

SUBJECT_LENGTH = 80
STAYS_HERE = "Publishing is switched off: an answer stays here and is not sent."
DELETED = "deleted on the network before it was delivered"
BY_HAND = "answer by hand on the network"
_ADDRESSEES = re.compile(r"^(?:@[\w.]+\s+)+(?=\S)")


def shorten(text: str, length: int) -> str:
    """Return ``text`` on one line, cut to ``length`` characters with an ellipsis."""
    return truncate(collapse_ws(text), length, ellipsis="…")


def subject_of(subject: str, text: str, reason: str) -> str:
    """Return a case's subject: that of the first message, else the beginning of its text, else the contact reason.

    Handles that a public post is addressed to say nothing about the matter and are left out.
    """
    if subject.strip():
        return shorten(subject, SUBJECT_LENGTH)
    matter = _ADDRESSEES.sub("", collapse_ws(text))
    return shorten(matter, SUBJECT_LENGTH) or reason or "(no text)"


def reply_hint(*, network: str, public: bool, name: str, eligibility: Eligibility | None) -> str:
    """Return where an answer goes, how long it may be and until when; why none can go where the network says so."""
    reached = eligibility.to if eligibility is not None else ""
    addressee = f"{name} ({reached})" if name and reached else name or reached
    whom = f" to {addressee}" if addressee else ""
    if eligibility is not None and not eligibility.can:
        others = f" Instead: {'; '.join(eligibility.alternatives)}." if eligibility.alternatives else ""
        return f"An answer cannot go to {network}: {eligibility.reason}.{others}"
    way = "publicly" if public else "privately"
    parts = [f"Your public answer goes {way}{whom} on {network}"]
    if eligibility is not None and eligibility.max_length is not None:
        parts.append(f"at most {eligibility.max_length} characters")
    if eligibility is not None and eligibility.until is not None:
        parts.append(f"until {eligibility.until:%Y-%m-%d %H:%M} UTC")
    return ", ".join(parts) + "."
