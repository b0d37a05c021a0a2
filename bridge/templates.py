"""Texts that are written once: by name and language, with places for what differs from customer to customer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge.document_faults import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLACES = {
    "first_name": "The customer's first name, as the network shows it; not known where it shows one word only.",
    "name": "The customer's name, as the network shows it.",
    "handle": "The customer's handle there, without @.",
    "case": "Number of the case (C-17).",
    "brand": "Title of the unit, else the organisation.",
    "agent": "Who answers.",
}
"""Place → what stands there."""

_PLACE = re.compile(r"(?P<twice>\{\{|\}\})|\{(?P<name>[^{}|]*)(?:\|(?P<otherwise>[^{}]*))?\}|(?P<lone>[{}])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The templates of a project."""

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Name → language → text. Both lower-case; each has a text in the language ``fallback``."""
    fallback: str = "en"
    brands: Mapping[str, str] = field(default_factory=dict)
    """Unit → its title."""

    def text(self, name: str, language: str) -> str | None:
        """Return a template in a language (``de``, ``de-AT``), else in the fallback; None if there is no such template."""
        by_language = self.texts.get(name)
        if by_language is None:
            return None
        language = language.lower().replace("_", "-")
        for each in (language, language.partition("-")[0], self.fallback):
            if each in by_language:
                return by_language[each]
        return None

    def unknown(self, name: str) -> str:
        """Say that there is no such template, and which there are."""
        if not self.texts:
            return "there are no templates in this project"
        known = ", ".join(sorted(self.texts))
        if not name:
            return f"say one template, as #tpl:{min(self.texts)}; there are: {known}"
        hint = did_you_mean(name, self.texts).rstrip(".")
        return (
            f"there is no template {name!r}{hint} There are: {known}"
            if hint
            else f"there is no template {name!r}; there are: {known}"
        )


def fill(text: str, values: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return a text with its places filled, and the places of which nothing is known and which say nothing instead."""
    missing: list[str] = []

    def filled(place: re.Match[str]) -> str:
        if place["twice"]:
            return place["twice"][0]
        if place["lone"]:
            return place["lone"]
        if value := values.get(place["name"].strip()):
            return value
        if place["otherwise"] is None:
            missing.append(place["name"].strip())
        return place["otherwise"] or ""

    return _PLACE.sub(filled, text), tuple(dict.fromkeys(missing))


def faults(text: str) -> Iterator[str]:
    """Yield what is wrong with a text."""
    for place in _PLACE.finditer(text):
        if place["lone"]:
            yield f"a lone {place['lone']}; write {place['lone'] * 2} for the sign itself."
        elif place["name"] is not None and (name := place["name"].strip()) not in PLACES:
            yield f"there is no place {{{name}}}; there are: {', '.join(PLACES)}{did_you_mean(name, PLACES)}"
