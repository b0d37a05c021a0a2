"""Addresses of machines, passwords, licence plates."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from bridge.personal.cues import is_example, named
from bridge.personal.model import Datum
from bridge.personal.page import Page, Span
from bridge.personal.reading import folded
from bridge.personal.words import alternatives, expression

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAC = re.compile(
    r"(?i)(?<![\w:-])[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?![\w:-])|(?<!\w)(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}(?!\w)"
)
_IP = re.compile(
    r"(?i)(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}|(?:[0-9a-f]{1,4}:){1,6}:)(?![\w:]|\.\d|/(?:[12]?\d|3[01])(?!\d))"
)
_NETWORK = re.compile(
    r"(?i)(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}:[0-9a-f:]{2,39})/(?:[12]?\d|3[01])(?!\d)"
)


def addresses_of_machines(page: Page) -> Iterator[Span]:
    """Find MAC and IP addresses; those that are the same for everybody are settled."""
    for match in _MAC.finditer(page.text):
        of_all = expression("cues", "machine_of_all").search(page.after(match.end(), 40))
        yield Span(
            None if of_all or is_example(page, match.start()) else Datum.OTHER_NUMBER, match.start(), match.end()
        )
    for match in _NETWORK.finditer(page.text):
        yield Span(None, match.start(), match.end())
    for match in _IP.finditer(page.text):
        if (personal := _is_one_persons(match.group(), page, match.start(), match.end())) is not None:
            yield Span(Datum.OTHER_NUMBER if personal else None, match.start(), match.end())


def _is_one_persons(written: str, page: Page, start: int, end: int) -> bool | None:
    try:
        address = ip_address(written)
    except ValueError:
        return None
    near = page.before(start, 40) + " " + page.after(end, 30)
    if address.version == 4 and expression("cues", "version").search(page.before(start, 14)):
        return None
    local = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    inside = str(address).startswith(("10.", "192.168.", "172.16.", "172.17.", "172.18.", "172.2", "172.3", "fd", "fc"))
    public = str(address) in {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "149.112.112.112"}
    return not (
        local
        or inside
        or public
        or written.startswith("255.")
        or expression("cues", "machine_of_all").search(near)
        or is_example(page, start)
        or expression("cues", "example").search(page.after(end, 20))
    )


_SECRET = re.compile(
    rf"(?<![^\W_]){alternatives('cues', 'secret')}(?![^\W_])(?:(?:\s[^\W\d]+){{0,3}}\s(?:ist|is|lautet)(?:\s[^\W\d]+){{0,2}}(?=\s))?(?:\W?\s?(?:ist|is|lautet|war|was|nun|now|jetzt|heißt|zurückgesetzt auf|been|(?:re)?set to|auf)){{0,2}}"
    r"[\s:=„\"'“”»«*(`]{1,4}(?P<value>[^\s\"“”»«)`]{3,40})",
    re.IGNORECASE,
)
_USER_NAME = re.compile(
    r"(?i)(?<!\w)(?:user(?: ?name)?|benutzer(?:name)?|nutzername|benutzerkennung|anmeldename|log-?ins?|loginname|gamertag|spielername|player(?: ?name| ?tag| ?id)?|game(?: ?id)?|gamer ?tag|account ?name|zugang(?:sdaten)?|credentials|skype)"
    r"(?:[^.!?\n]{0,32}\s(?:is|ist|lautet|heißt))?(?: ist| is| lautet| heißt| war| was| me| from| by| as| von| als|:)*\s[\"„“'@]?(?P<value>(?=[\w.#-]*[^\W\d_])(?=[\w.#-]*\d|[a-z]+\.[a-z]+[\s,.])\w+(?:[.#@-]\w+)*)"
)
_ANSWER = re.compile(
    rf"(?<!\w)(?i:{alternatives('cues', 'security_question')})(?!\w)[^.!?\n]{{0,45}}?(?:ist|is|was|war|lautet|[:=→\"„“])\s?[\"„“']?(?P<value>[A-ZÄÖÜ][\w-]+)",
)


_HINT = re.compile(
    r"(?i)(?<!\w)(?:pass(?:wor[dt]|code)|pin|kennwort)[- ]?(?:hint|tipp?|hinweis|hilfe|merkhilfe|reminder)(?!\w)[^.!?\n]{0,40}?(?P<value>\d{2,8})"
)
_WORD_AT_THE_DOOR = re.compile(
    r"(?<!\w)(?i:kennwort|codewort|stichwort|losung|code ?word|password|pass ?word|key ?word|safe ?word|secret word|the word)(?!\w)"
    r"(?: (?i:für|for|zur|zum|bei|at|of|is|ist|lautet|der|die|the|deine|your|ihre)| (?i:abholung|abholen|collection|pick-?up|herausgabe|lieferung|delivery|door)){0,4}"
    r"[\s:„\"“'‘]{1,3}(?P<value>[A-ZÄÖÜ][\w-]{3,})"
)
_AT_THE_DOOR = re.compile(
    r"(?i)abhol|collect|pick(?:ing)?[- ]?up|herausg|hand (?:it|them) over|liefer|deliver|driver|fahrer|bote|courier|kurier|tür|door"
)
_GAME_NAME = re.compile(r"(?<![\w#&/])(?P<value>[^\W\d_]\w{2,20}#\d{3,5})(?!\w)")


def secrets(page: Page) -> Iterator[Span]:
    """Find passwords, and answers to questions that only one person should know."""
    for match in _SECRET.finditer(page.text):
        value = match["value"].rstrip(".,;:!?")
        start = match.start("value")
        if _is_password(value) and not is_example(page, start):
            yield Span(Datum.OTHER_NUMBER, start, start + len(value))
    for match in _USER_NAME.finditer(page.text):
        if folded(match["value"]) != folded(page.known.handle) and not is_example(page, match.start("value")):
            yield Span(Datum.OTHER_NUMBER, match.start("value"), match.end("value"))
    for match in (*_HINT.finditer(page.text), *_WORD_AT_THE_DOOR.finditer(page.text), *_GAME_NAME.finditer(page.text)):
        near = page.sentence(match.start(), match.end(), 60)
        if match.re is not _WORD_AT_THE_DOOR or _AT_THE_DOOR.search(near):
            yield Span(Datum.OTHER_NUMBER, match.start("value"), match.end("value"))
    for match in _ANSWER.finditer(page.text):
        yield Span(Datum.OTHER_NUMBER, match.start("value"), match.end("value"))


def _is_password(value: str) -> bool:
    if re.search(r"[X*•…x]{3}", value) or re.fullmatch(r"[\d.,:/-]+", value):
        return False
    shape = re.search(r"\d", value) and re.search(r"[^\W\d_]", value)
    signs = re.search(r"\w[!#$%&+=?@^~]\w", value)
    return len(value) >= 5 and bool(shape or signs) and not re.fullmatch(r"\d+[-.]?[a-zäöü]+(?:-\w+)*", value)


_ALPHABET = re.compile(
    rf"(?<!\w)(?:(?:{alternatives('shapes', 'spelling_alphabet')}|\d{{1,4}}|{alternatives('shapes', 'digit_words')})(?:(?: wie | as in | for )\w+)?[\s,.–-]{{1,3}}){{3,}}"
    rf"(?:{alternatives('shapes', 'spelling_alphabet')}|\d{{1,4}}|{alternatives('shapes', 'digit_words')})(?!\w)",
    re.IGNORECASE,
)
_LETTER_WORD = re.compile(alternatives("shapes", "spelling_alphabet"), re.IGNORECASE)


def spelled_codes(page: Page) -> Iterator[Span]:
    """Find codes spelled in words: ``Anton, sieben, Berta``."""
    for match in _ALPHABET.finditer(page.text):
        if len(_LETTER_WORD.findall(match.group())) >= 2:
            yield Span(Datum.OTHER_NUMBER, match.start(), match.end())


_PLATE = re.compile(
    r"(?<![\w-])(?:[A-ZÄÖÜ]{1,3}[-–: ][ ]?[A-Z]{1,2}[- ]?\d{1,4}[EH]?|[A-Z]{2}\d{2} ?[A-Z]{3}|\d{2,3}-[A-Z]{1,2}-\d{1,6}|[A-Z]{2}[ ·-]\d{4,6}|[A-Z]{1,2}[- ]\d{1,5} ?[A-Z]{1,3})(?![\w-])"
)
_PLATE_SHAPE = re.compile(r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -](?!20\d\d)\d{2,4}[EH]?|[A-Z]{2}\d{2} [A-Z]{3}")


def plates(page: Page) -> Iterator[Span]:
    """Find licence plates of road vehicles."""
    for match in _PLATE.finditer(page.text):
        near = page.before(match.start(), 60) + " □ " + page.after(match.end(), 40)
        public = named(page, match.start(), match.end())
        if expression("cues", "aircraft").search(near) or is_example(page, match.start()):
            continue
        vehicle = expression("cues", "vehicle").search(near)
        shape = _PLATE_SHAPE.fullmatch(match.group()) and not public
        if vehicle or shape:
            yield Span(Datum.OTHER_NUMBER, match.start(), match.end())
