"""What the brand publishes itself, made comparable: any notation of one thing is the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from bridge.personal.reading import Plain, digits, folded

if TYPE_CHECKING:
    from bridge.personal.model import Allowed

COUNTRIES = ("49", "43", "41", "44", "353", "1", "61", "33", "31", "39", "34", "32", "352", "64")
_SHORTEST = 5
_OPTIONAL_NOUGHT = re.compile(r"\(0\)")
_NUMBER_OF_ONE = re.compile(r"[A-Z]\d{4}|\d{5}")
_CAMPAIGN = re.compile(r"(?i)(?:utm_\w+|fbclid|gclid|igshid|mc_[ce]id|ref|source|src|campaign|lang|locale|hl|si)")


@dataclass(frozen=True, slots=True)
class Published:
    """The allow-list, in one notation each."""

    phones: frozenset[str]
    emails: frozenset[str]
    ibans: frozenset[str]
    links: tuple[str, ...]
    places: frozenset[str]
    numbers: frozenset[str]
    names: str

    @classmethod
    def of(cls, allowed: Allowed) -> Published:
        """Make an allow-list comparable."""
        return cls(
            phones=frozenset(form for phone in allowed.phones for form in phone_forms(Plain.of(phone).text)),
            emails=frozenset(email.strip().casefold() for email in allowed.emails),
            ibans=frozenset(folded(iban) for iban in allowed.ibans),
            links=tuple(link_form(link) for link in allowed.links),
            places=frozenset(folded_street(address) for address in allowed.addresses),
            numbers=frozenset(folded(number) for number in allowed.numbers) - {""},
            names=folded(" ".join((*allowed.emails, *allowed.links))),
        )


def phone_forms(number: str) -> frozenset[str]:
    """Return a phone number as one would dial it from abroad, for each country it may be of."""
    number = number.strip()
    figures = digits(_OPTIONAL_NOUGHT.sub("", number) if number.startswith(("+", "00")) else number)
    if len(figures) < _SHORTEST:
        return frozenset({figures} - {""})
    if number.startswith(("+", "(+")):
        return frozenset({_without_trunk(figures)})
    if number.startswith("00") and len(figures) > 9:
        return frozenset({_without_trunk(figures[2:])})
    core = figures.removeprefix("0")
    forms = {country + core for country in COUNTRIES}
    if not number.startswith("0"):
        forms.add(_without_trunk(figures))
    return frozenset(forms)


def _without_trunk(figures: str) -> str:
    """Drop the nought between country and area that does not belong there."""
    for country in COUNTRIES:
        if figures.startswith(country + "0") and country != "39":
            return country + figures[len(country) + 1 :]
    return figures


def link_form(link: str) -> str:
    """Return a link without scheme, ``www.``, campaign and closing slash, its host in lower case."""
    parts = split_link(link)
    if parts is None:
        return link.casefold()
    host, path, query, fragment = parts
    kept = "&".join(f"{key}={value}" for key, value in query)
    return host + path.rstrip("/") + (f"?{kept}" if kept else "") + (f"#{fragment}" if fragment else "")


def split_link(link: str) -> tuple[str, str, list[tuple[str, str]], str] | None:
    """Return host, path, parameters (a campaign's left out) and fragment of a link."""
    try:
        parts = urlsplit(link if "://" in link else "https://" + link)
    except ValueError:
        return None
    query = [
        (key, value)
        for key, value in parse_qsl(parts.query)
        if not _CAMPAIGN.fullmatch(key) or _NUMBER_OF_ONE.search(value)
    ]
    return parts.netloc.casefold().removeprefix("www."), parts.path, query, parts.fragment


_NUMBER = re.compile(r"\d+\s?[a-zA-Z]?(?!\w)")


def folded_street(address: str) -> str:
    """Return street and house number of an address, ``Str.`` and ``Straße`` the same; town and floor left out."""
    spelled = re.sub(r"(?i)stra(?:ß|ss)e\b", "str", address)
    spelled = re.sub(r"(?i)str\.", "str", spelled)
    for long, short in (("Road", "Rd"), ("Lane", "Ln"), ("Avenue", "Ave"), ("Street", "St"), ("Court", "Ct")):
        spelled = re.sub(rf"\b{long}\b", short, spelled)
    for part in spelled.split(","):
        number = _NUMBER.search(part)
        if number and re.search(r"[^\W\d_]{3}", part):
            return folded(part[: number.end()] if part[: number.start()].strip() else part)
    return folded(spelled)
