"""Links that open something of one person."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.personal.allowed import link_form, phone_forms, split_link
from bridge.personal.model import Datum
from bridge.personal.page import Page, Span
from bridge.personal.reading import digits, folded
from bridge.personal.words import expression, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK = re.compile(
    r"(?i)(?<![\w@])(?:(?:https?|hxxps?|ftp)\s?:\s?//[^\s<>\"„“”»«]+|(?:tel|sms|callto|whatsapp|skype):[^\s<>\"]+"
    r"|(?:www\.)?(?:[a-z0-9-]{1,63}(?:\.|\s?[\[(](?:dot|punkt)[\])]\s?)){1,6}[a-z]{2,24}(?:/[^\s<>\"„“”»«]*|\?[^\s<>\"„“”»«]+)|www\.[^\s<>\"]+)"
)
_AFTER_LINK = ".,;:!?)]}'’»…*"
_NUMBER_HOSTS = re.compile(r"(?i)(?:wa\.me|api\.whatsapp\.com|web\.whatsapp\.com|signal\.me|t\.me/\+|viber)")
_PROFILE = re.compile(
    r"(?i)(?:linkedin\.[\w.]+/in|xing\.[\w.]+/profile|facebook\.[\w.]+|(?:mein|my)?profile?s?)/([^/?#]+)/?$"
)
_NAME_IN_PATH = re.compile(r"[^\W\d_]{2,}[._-][^\W\d_]{2,}(?:[._-][^\W\d_]{2,})*")
_ARTICLE = re.compile(
    r"[a-z]|[a-zäöüß]{2,}(?:[-_][a-zäöüß0-9.]+)*|[a-z]{0,3}[-_.]?\d{1,4}|\d{4}-\d{2}(?:-\d{2})?|[A-Z]{0,3}\d{1,4}"
)
_PEOPLE = re.compile(
    r"(?i)/(?:in|people|persons?|users?|u|members?|mitglieder?|leute|kunden?|customers?)/([^/?#]+)(?:/|$)"
)
_FILE = re.compile(r"(?i)\.(?:html?|php|aspx?|pdf|jpe?g|png|gif|mp4|jsp)$")


def links(page: Page) -> Iterator[Span]:
    """Find links; those that open nobody's own things are settled."""
    for match in _LINK.finditer(page.text):
        link = match.group().rstrip(_AFTER_LINK)
        if link.count("(") > link.count(")") and match.group()[len(link) : len(link) + 1] == ")":
            link += ")"
        start, end = match.start(), match.start() + len(link)
        yield Span(Datum.LINK if _is_personal(link, page, start, end) else None, start, end)


def _is_personal(link: str, page: Page, start: int, end: int) -> bool:
    plain = re.sub(r"(?i)\s?[\[(](?:dot|punkt|\.)[\])]\s?", ".", re.sub(r"\s", "", link))
    if re.match(r"(?i)(?:tel|sms|callto|whatsapp):", plain) or _NUMBER_HOSTS.search(plain):
        return _is_number(plain, page)
    if link_form(plain) in page.published.links:
        return False
    parts = split_link(plain)
    if parts is None:
        return True
    host, path, query, fragment = parts
    if _shows_a_name(host + path, page):
        return True
    opens_own = bool(expression("cues", "opens_own").search(page.before(start, 80) + " " + page.after(end, 60)))
    if host in words("cues", "link_shorteners"):
        return opens_own
    public = any(host == one or host.endswith("." + one) for one in words("cues", "public_hosts"))
    own = _has_own_parameter(query) or _has_own_segment(_below_published(host, path, page)) or _is_token(fragment)
    return (own or (_is_short(path) and opens_own)) and not public


def _is_short(path: str) -> bool:
    """Whether a path is a few signs that are no word, as behind links that were shortened."""
    return bool(re.fullmatch(r"/(?=[^/]*(?:\d|[a-z][A-Z]))[A-Za-z0-9_-]{3,10}", path))


def _is_number(link: str, page: Page) -> bool:
    figures = digits(link.partition("?text")[0])
    if len(figures) <= 6:
        return False
    forms = phone_forms("+" + figures.removeprefix("00")) | phone_forms(figures)
    free = re.match(r"(?:49|43|41|44|353)?0?(?:800|808|180|900|1800)|1?8(?:00|33|44|55|66|77|88)\d{7}$", figures)
    return not forms & page.published.phones and not free


def _shows_a_name(address: str, page: Page) -> bool:
    """Whether it is the address of a profile with first and last name that the handle does not show."""
    match, person = _PROFILE.search(address), _PEOPLE.search(address)
    shown = match or person
    if not shown or not (name := _NAME_IN_PATH.match(shown[1])):
        return False
    parts = [folded(part) for part in re.split(r"[._-]", name.group())]
    if not match and not set(parts) & words("first_names", "german", "english", "others", "more", "further"):
        return False
    own = folded(page.known.handle)
    return not all(part in own for part in parts[:2]) and not any(
        part in words("cues", "not_in_profiles") for part in parts
    )


def _below_published(host: str, path: str, page: Page) -> list[str]:
    """Return the segments of the path, without those that the brand publishes."""
    for link in page.published.links:
        base_host, _, base_path = link.partition("/")
        if base_host == host and base_path and path.strip("/").startswith(base_path):
            path = path.strip("/")[len(base_path) :]
            break
    return [segment for segment in path.split("/") if segment]


def _has_own_parameter(query: list[tuple[str, str]]) -> bool:
    return any(
        (key.casefold() not in words("cues", "public_parameters") or _is_reference(key, value))
        and not re.fullmatch(r"\d{4}-\d\d-\d\d|\d{1,2}", value)
        and (
            (bool(re.search(r"\d{4,}", value)) and not re.fullmatch(r"(?:19|20)\d\d|[A-Z]{2}\d{1,4}", value))
            or _is_token(value)
            or "@" in value
            or key.casefold() in words("cues", "own_parameters")
        )
        for key, value in query
    )


def _is_reference(key: str, value: str) -> bool:
    """Whether ``ref`` has a number, not where a visitor came from."""
    return key.casefold() == "ref" and bool(re.search(r"[A-Z]\d{4}|\d{5}", value))


def _has_own_segment(segments: list[str]) -> bool:
    own = False
    for place, segment in enumerate(segments):
        plain = _FILE.sub("", segment)
        public = place > 0 and folded(segments[place - 1]) in words("cues", "public_folders")
        if _is_uuid(plain) or (_is_token(plain) and not public):
            return True
        if own and not _ARTICLE.fullmatch(plain):
            return True
        if own and re.fullmatch(r"[a-z]{0,3}[-_.]?\d{3,}", plain) and not public:
            return True
        if re.search(r"\d{5,}", plain) and not public:
            return True
        own = own or bool(expression("cues", "own_folders").fullmatch(plain))
    return False


def _is_uuid(text: str) -> bool:
    return (
        bool(re.fullmatch(r"(?i)(?:[0-9a-f]{4,}-){1,}[0-9a-f]{4,}", text))
        and bool(re.search(r"\d", text))
        and len(text) >= 12
    )


def _is_token(text: str) -> bool:
    """Whether a part of a link looks drawn by lot: letters and digits mixed, or in capitals."""
    if re.fullmatch(r"[a-z]{3}-[a-z]{4}-[a-z]{3}", text):
        return True
    if (
        len(text) < 5
        or "@sha" in text
        or re.fullmatch(
            r"\d{4}-\d\d(?:-\d\d)?|[a-zäöü]+(?:[-_.][a-zäöü0-9.]{1,12})+|[a-z]+\d{0,4}|[A-Z]{1,3}\d{1,4}", text
        )
    ):
        return False
    letters, figures = re.search(r"[A-Za-z]", text), len(re.findall(r"\d", text))
    mixed = bool(letters) and figures >= 2 and bool(re.search(r"\d[A-Za-z]|[A-Za-z][-_]?\d", text))
    capitals = bool(re.fullmatch(r"[A-Z0-9_-]{6,}", text)) and figures > 0
    jumble = bool(re.search(r"[a-z][A-Z]", text)) and (figures > 0 or len(re.findall(r"(?<=[a-z])[A-Z]", text)) > 2)
    return mixed or capitals or jumble
