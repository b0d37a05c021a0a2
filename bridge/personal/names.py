"""Surnames of the customer and of third persons."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.personal.model import Datum
from bridge.personal.name_shapes import (
    AFTER_A_ROLE,
    AFTER_A_TITLE,
    BOOKED,
    CAPITALS,
    DELIVERED_AT,
    FAMILY,
    GREETED,
    HANDLE,
    INITIAL,
    LOWER_TITLE,
    NAMED,
    PAIR,
    TURNED,
    UP,
    is_no_person,
    is_ordinary,
    is_public_person,
    is_quoted,
    is_shown,
    is_signature,
)
from bridge.personal.page import Page, Span
from bridge.personal.reading import folded
from bridge.personal.words import expression, words

if TYPE_CHECKING:
    from collections.abc import Iterator


_SHORTEST_SURNAME = 2


def handles(page: Page) -> Iterator[Span]:
    """Settle handles: they are public."""
    for match in HANDLE.finditer(page.text):
        yield Span(None, match.start(), match.end())


def names(page: Page) -> Iterator[Span]:
    """Find surnames that the handle does not show."""
    taken: list[tuple[int, int]] = []
    for start, end in _candidates(page):
        if any(start < last and first < end for first, last in taken):
            continue
        taken.append((start, end))
        yield Span(Datum.NAME, start, end)


def _candidates(page: Page) -> Iterator[tuple[int, int]]:
    yield from _with_titles(page)
    yield from _with_initials(page)
    yield from _pairs(page)
    yield from _families(page)
    yield from _after_roles(page)
    yield from _less_plain(page)
    yield from _known_surname(page)


def _with_titles(page: Page) -> Iterator[tuple[int, int]]:
    for match in AFTER_A_TITLE.finditer(page.text):
        start, end = match.span("name")
        name = match["name"]
        if len(name.strip(".")) < 2 or is_ordinary(name) or is_shown(name, page) or is_public_person(start, end, page):
            continue
        if expression("names", "famous_titled").search(match.group()) or expression("names", "roles").fullmatch(name):
            continue
        if is_signature(match.start(), end, page) or is_no_person(start, end, page) or is_quoted(start, end, page):
            continue
        yield start, end


def _with_initials(page: Page) -> Iterator[tuple[int, int]]:
    for match in INITIAL.finditer(page.text):
        start, end = match.span("name")
        surname = match["surname"]
        if len(surname) < _SHORTEST_SURNAME or is_ordinary(surname) or is_shown(surname, page):
            continue
        if is_signature(start, end, page) or is_public_person(start, end, page):
            continue
        yield start, end


def _pairs(page: Page) -> Iterator[tuple[int, int]]:
    for match in PAIR.finditer(page.text):
        start, end = match.span()
        parts = match.group().split()
        while parts and not _is_first_name(parts[0]):
            start += (
                len(parts[0])
                + len(page.text[start + len(parts[0]) : end])
                - len(page.text[start + len(parts[0]) : end].lstrip())
            )
            parts = parts[1:]
        while len(parts) > 1 and is_ordinary(parts[-1]):
            end = start + page.text[start:end].rstrip().rfind(parts[-1])
            end = start + len(page.text[start:end].rstrip())
            parts = parts[:-1]
        if len(parts) < 2 or (len(parts) == 2 and _is_initial(parts[1])):
            continue
        surname = " ".join(parts[1:])
        if any(is_ordinary(part) for part in parts[1:2]) or is_shown(surname, page):
            continue
        if is_signature(start, end, page) or is_public_person(start, end, page) or _is_brand(surname, page):
            continue
        if expression("names", "famous").match(page.text[start:end]) or (
            expression("names", "firm_after").fullmatch(parts[-1].rpartition("-")[2])
        ):
            continue
        yield start, end


def _is_first_name(word: str) -> bool:
    plain = word.casefold().strip("'’")
    first = plain.split("-", maxsplit=1)[0]
    return plain in words("first_names", "german", "english", "others", "more", "further") or first in words(
        "first_names", "german", "english", "others", "more", "further"
    )


def _is_initial(word: str) -> bool:
    return len(word.strip(".")) == 1


def _is_brand(surname: str, page: Page) -> bool:
    plain = folded(surname)
    return plain in words("names", "stand_ins") or (len(plain) > 3 and plain in page.published.names)


def _families(page: Page) -> Iterator[tuple[int, int]]:
    for match in FAMILY.finditer(page.text):
        name = match["name"] or match["kept"]
        if not is_ordinary(name) and not is_shown(name[:-1], page):
            yield match.span("name" if match["name"] else "kept")


def _after_roles(page: Page) -> Iterator[tuple[int, int]]:
    for shape in (AFTER_A_ROLE, NAMED, DELIVERED_AT, GREETED):
        for match in shape.finditer(page.text):
            if shape in {AFTER_A_ROLE, GREETED} and _is_agents(match, page):
                continue
            if shape is AFTER_A_ROLE and expression("names", "public_office").fullmatch(match["role"]):
                continue
            name = match["name"].rstrip()
            start = match.start("name")
            if _is_surname(name, start, page):
                yield start, start + len(name)


def _is_surname(name: str, start: int, page: Page) -> bool:
    """Whether what follows a role, or a word for a name, is a surname that nobody may read."""
    parts = name.split()
    if any(is_ordinary(part) for part in parts) or (len(parts) == 1 and _is_first_name(parts[0])):
        return False
    if len(parts) == 2 and _is_initial(parts[1]):
        return False
    if is_shown(parts[-1], page) or is_public_person(start, start + len(name), page, role=False):
        return False
    return not _is_brand(name, page) and not expression("cues", "business").fullmatch(parts[0])


def _is_agents(match: re.Match[str], page: Page) -> bool:
    """Whether the name is the agent's own: ``Your store manager, Dot``, ``Thanks, Priya Nair``."""
    said = page.text[match.start() : match.start("name")]
    if re.search(r"(?i)\b(?:ist|is|war|was|heißt|hieß|namens|named|called)\b", said):
        return False
    apart = re.search(r"[,\n]", said)
    own = re.search(r"(?i)(?:^|[.!?\n]\s*)(?:ihre?|deine?|eure?|your) $", page.text[: match.start()])
    return bool(apart or own) and is_signature(match.start("name"), match.end("name"), page)


def _less_plain(page: Page) -> Iterator[tuple[int, int]]:
    """Find names in small letters or capitals only, and those something is booked under."""
    for match in LOWER_TITLE.finditer(page.text):
        group = "name" if match["name"] else "neighbour"
        if not is_ordinary(match[group].capitalize()) and not is_shown(match[group], page):
            yield match.span(group)
    yield from _in_capitals(page)
    for match in TURNED.finditer(page.text):
        surname, first = (
            (match["name"] or match["list"] or match["told"]).split(",")[0],
            match["first"] or match["listed"] or match["given"],
        )
        if _is_first_name(first) and not is_ordinary(surname) and not is_shown(surname, page):
            group = next(name for name in ("name", "list", "told") if match[name])
            yield match.start(group), match.end("given" if group == "told" else group)
    for match in BOOKED.finditer(page.text):
        name = match[str(match.lastgroup)]
        if not (is_ordinary(name) or _is_first_name(name) or is_shown(name, page) or _is_brand(name, page)):
            yield match.span(str(match.lastgroup))


def _known_surname(page: Page) -> Iterator[tuple[int, int]]:
    for name in (page.known.name, *page.known.other_names):
        yield from _surname_of(name.split(), page)


def _in_capitals(page: Page) -> Iterator[tuple[int, int]]:
    for match in CAPITALS.finditer(page.text):
        if match["ticket"]:
            if not is_shown(match["ticket"].partition("/")[0], page):
                yield match.span("ticket")
            continue
        surname = match["name"].split(",")[0]
        if _is_first_name(match["first"]) and not is_ordinary(surname.capitalize()) and not is_shown(surname, page):
            yield match.span("name")


def _surname_of(parts: list[str], page: Page) -> Iterator[tuple[int, int]]:
    for surname in {parts[-1], *parts[-1].split("-")} if len(parts) > 1 else ():
        if len(surname) < 3 or is_shown(surname, page):
            continue
        for match in re.finditer(rf"(?<![\w-]){re.escape(surname)}(?:['’]?s)?(?![\w-])", page.text, re.IGNORECASE):
            if _means_something_else(match, parts[0], page):
                continue
            yield match.start(), match.start() + len(surname)


def _means_something_else(match: re.Match[str], own_first: str, page: Page) -> bool:
    """Whether the word is plainly not the customer's name: a thing, a town, a firm."""
    before, after = page.text[: match.start()], page.text[match.end() :]
    first = re.search(r"([^\W\d_]+) $", before)
    if first and UP.match(first[1]) and _is_first_name(first[1]) and folded(first[1]) != folded(own_first):
        return True
    if before.casefold().endswith(own_first.casefold() + " "):
        return False
    quoted = re.search(rf"(?i)(?<!\w){_ARTICLE}\s(?:[a-zäöüß]+\s)?[\"„“”'‚‘»«]$", before)
    begins = not before or (bool(re.search(r"[.!?\n]\s*$", before)) and not re.match(r"\W", after))
    small = (begins or not UP.match(match.group())) and match.group().casefold() in words("names", "also_words")
    if quoted or small:
        return True
    if re.search(rf"(?i)(?<!\w){_ARTICLE}\s(?:[a-zäöüß]+\s)?$", before) and not re.search(
        r"(?i)(?:herrn?|frau|familie)\s$", before
    ):
        return not re.search(r"(?i)(?:der|die|den|dem)\s$", before) or match.group().casefold() in words(
            "names", "also_words"
        )
    town = re.search(r"(?i)(?<!\w)(?:in|nach|aus|near|around)\s$", before)
    return bool(
        town or re.match(r"\s(?:[A-ZÄÖÜ]\w+\s){0,2}(?:GmbH|AG|KG|Ltd|Inc|SE|Co\b|Group|Holding|e\. ?K|& )", after)
    ) or bool(expression("cues", "firm").search(before[-16:]))


_ARTICLE = r"(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|the|a|an|your|our|dein|deine|deinen|deinem|ihr|ihre|ihren|ihrem|kein|keine|diese[rnms]?|this|that|these)"
