"""Find personal data in an answer before everybody can read it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bridge.personal.accounts import cards, ibans
from bridge.personal.addresses import addresses
from bridge.personal.allowed import Published
from bridge.personal.dates import dates
from bridge.personal.links import links
from bridge.personal.machines import addresses_of_machines, plates, secrets, spelled_codes
from bridge.personal.mails import mails
from bridge.personal.model import Allowed, Found, Known
from bridge.personal.names import handles, names
from bridge.personal.numbers import known_contacts, known_numbers, numbers
from bridge.personal.page import Page, Span
from bridge.personal.phones import phones
from bridge.personal.reading import Plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_DETECTORS: tuple[Callable[[Page], Iterator[Span]], ...] = (
    known_contacts,
    mails,
    links,
    handles,
    spelled_codes,
    secrets,
    known_numbers,
    ibans,
    addresses_of_machines,
    cards,
    addresses,
    dates,
    plates,
    phones,
    numbers,
    names,
)
"""In this order: what an earlier one has settled, a later one does not see."""

published = lru_cache(maxsize=256)(Published.of)


def personal_data(text: str, allowed: Allowed, known: Known) -> list[Found]:
    """Return what a stranger may not read, in the order of the text; nothing if the answer may be sent."""
    if not text:
        return []
    plain = Plain.of(text)
    page = Page(plain.text, published(allowed), known)
    spans: list[Span] = []
    for detector in _DETECTORS:
        found = _apart(detector(page))
        page = page.without(found)
        spans += found
    return [_found(span, plain) for span in sorted(spans, key=lambda span: span.start) if span.datum is not None]


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Leave out spans that lie in, or overlap, a longer one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if span.start < span.end and all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return kept


def _found(span: Span, plain: Plain) -> Found:
    start, end = plain.written(span.start, span.end)
    return Found(span.datum, plain.original[start:end], start, end)  # type: ignore[arg-type] # settled spans are left out
