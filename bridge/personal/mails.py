"""Mail addresses, also spelled out or torn apart, that are not on the allow-list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.personal.model import Datum
from bridge.personal.page import Page, Span
from bridge.personal.words import expression, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_PART = r"[\w!#$%&'*+/=?^`{|}~•-]{1,64}"
_DOT_SIGN = r"\.|\s?[(\[{<]\s?(?:dot|punkt|pkt|\.)\s?[)\]}>]\s?| [.·•] |,?\s(?:dot|punkt|pkt),?\s|(?<=\w)-(?:dot|punkt)-|(?<=[^\W_])(?-i:DOT|PUNKT)(?=[a-z])"
_AT_SIGN = (
    r"\s{0,2}@\s{0,2}|\s{0,2}[(\[{<]\s?(?:at|bei|ätt?|aet|a|@|(?:Klammer)?affe)\s?[)\]}>]\s{0,2}|\s(?:ätt?|klammeraffe|at-zeichen|at sign)\s|,\s(?:at|ät),\s|(?<=[a-z\d])(?-i:AT)(?=[a-z])"
    r"|(?<=\w)[-_](?:at|ät)[-_](?=\w)"
)
_DOMAIN = rf"[^\W_][\w-]{{0,62}}(?:(?:{_DOT_SIGN})[^\W_][\w-]{{0,62}}){{0,5}}(?:{_DOT_SIGN})[^\W\d_]{{2,}}(?![\w@])"
_EMAIL = re.compile(
    rf"(?<![\w@])(?P<local>{_PART}(?:(?:{_DOT_SIGN}){_PART}){{0,6}})(?:{_AT_SIGN})(?P<domain>{_DOMAIN})", re.IGNORECASE
)
_LOCAL_WORDS = rf"{_PART}(?:(?:{_DOT_SIGN}| (?:minus|dash|bindestrich|unterstrich|underscore) ){_PART}){{0,6}}"
_SPELLED = re.compile(rf"(?<![\w@])(?P<local>{_LOCAL_WORDS})(?: at |\n)(?P<domain>{_DOMAIN})", re.IGNORECASE)
_WITHOUT_ENDING = re.compile(
    r"(?<![\w@])(?P<local>\w+[._\d]\w*(?=\s?@\s?|\s(?:at|ät)\s|\s?[(\[]at)|\w[\w.-]+(?=@))(?:\s?@\s?|\s(?:at|ät)\s|\s?[(\[]at[)\]]\s?)"
    r"(?P<domain>gmail|googlemail|gmx|web|hotmail|outlook|yahoo|icloud|t-online|posteo|proton(?:mail)?|freenet|bluewin|aol)\b",
    re.IGNORECASE,
)
_DOT = re.compile(rf"(?:{_DOT_SIGN})", re.IGNORECASE)
_SPELLED_DOT = re.compile(r"\W(?:dot|punkt|pkt)\W", re.IGNORECASE)
_MASK = re.compile(r"[*•…xX#]{2,}|\.{3}|[*•…]")
_LEFT_WHEN_MASKED = 4


def mails(page: Page) -> Iterator[Span]:
    """Find mail addresses; those on the list are settled."""
    taken: list[Span] = []
    for shape in (_EMAIL, _SPELLED, _WITHOUT_ENDING):
        for match in shape.finditer(page.text):
            if any(match.start() < span.end and span.start < match.end() for span in taken):
                continue
            span = _judged(match, page, spelled=shape is _SPELLED)
            if span:
                taken.append(span)
    yield from taken


def _judged(match: re.Match[str], page: Page, *, spelled: bool) -> Span | None:
    local, start = _own_local(match)
    if _is_mention(match, local, page):
        return None
    if spelled and not _is_spelled_out(local, match["domain"]):
        return None
    email = f"{_plain(local)}@{_plain(match['domain'])}".casefold()
    if email in page.published.emails or _is_example(local) or _is_masked(local):
        return Span(None, start, match.end())
    return Span(Datum.EMAIL, start, match.end())


def _is_mention(match: re.Match[str], local: str, page: Page) -> bool:
    """Whether a word stands before a handle: ``Thanks @tom.runs``; where mail is spoken of, it is a torn address."""
    if not re.search(r"\s@\S", page.text[match.start() : match.end()]):
        return False
    if local.casefold() in words("cues", "not_a_mailbox"):
        return True
    return local.isalpha() and not expression("cues", "mail").search(page.before(match.start(), 40))


def _own_local(match: re.Match[str]) -> tuple[str, int]:
    """Leave out what only introduces the address: ``mailto:``, ``lautet``."""
    local, start = match["local"], match.start("local")
    for sign in "/=:":
        if sign in local:
            start += local.rfind(sign) + 1
            local = local[local.rfind(sign) + 1 :]
    return (local, start) if local else (match["local"], match.start())


def _plain(spelled: str) -> str:
    minus = re.sub(r" (?:minus|dash|bindestrich) ", "-", spelled, flags=re.IGNORECASE)
    minus = re.sub(r" (?:unterstrich|underscore) ", "_", minus, flags=re.IGNORECASE)
    return re.sub(r"\s", "", _DOT.sub(".", minus))


def _is_spelled_out(local: str, domain: str) -> bool:
    """``at`` between words is an address where the dot is spelled too, or the first part can be nothing else."""
    if local.casefold() in words("cues", "not_a_mailbox"):
        return False
    return bool(_SPELLED_DOT.search(" " + domain + " ") or re.search(r"\w[._]\w|\d", local))


def _is_example(local: str) -> bool:
    return _plain(local).casefold().partition("+")[0] in words("cues", "example_mailboxes")


def _is_masked(local: str) -> bool:
    left = sum(sign.isalnum() for sign in _MASK.sub("", local))
    return bool(_MASK.search(local)) and left <= _LEFT_WHEN_MASKED
