"""HTML that networks hand over becomes text as a reader sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from bs4.exceptions import ParserRejectedMarkup

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figure", "footer", "form"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "ol", "p", "pre", "section", "table", "ul"}
)
_LINES = frozenset({"br", "li", "tr"})
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})
_DEEPEST = 100
"""Elements within each other; what lies deeper is read without its structure."""


def text_of(html: str) -> str:
    """Return the text of some HTML: paragraphs apart, a link with its address where the text does not say it.

    Any string has a text; nothing is fetched and nothing raises.
    """
    if "<" not in html and "&" not in html:
        return _tidy(html)
    try:
        tree = BeautifulSoup(html, "html.parser")
        return _tidy("".join(_pieces(tree, 0)))
    except (ParserRejectedMarkup, RecursionError):
        return _tidy(re.sub(r"<[^>]*>", " ", html))


def _pieces(tag: Tag, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield tag.get_text(" ")
        return
    for child in tag.children:
        if isinstance(child, Tag):
            yield from _element(child, depth)
        elif type(child) is NavigableString:  # comments, declarations and scripts are classes below it
            kept = child.find_parent("pre") is not None
            yield str(child) if kept else re.sub(r"\s+", " ", str(child))


def _element(tag: Tag, depth: int) -> Iterator[str]:
    name = tag.name.lower()
    if name in _UNSEEN:
        return
    if name == "img":
        yield str(tag.get("alt") or "")
        return
    inside = _pieces(tag, depth + 1)
    if name == "a":
        yield _link(tag, "".join(inside))
        return
    yield "\n\n" if name in _BLOCKS else "\n" if name in _LINES else ""
    yield "- " if name == "li" else ""
    yield from inside
    yield "\n\n" if name in _BLOCKS else ""


def _link(tag: Tag, shown: str) -> str:
    """Return a link's text, with its address unless the text is the address, a name or a tag."""
    address, words = str(tag.get("href") or ""), shown.strip()
    if not address.startswith(("http://", "https://")) or words.startswith(("@", "#")):
        return shown
    bare = address.split("://", 1)[1].rstrip("/")
    if words.rstrip("/") in (address.rstrip("/"), bare):
        return shown.replace(words, address) if words else address
    return f"{shown} ({address})" if words else address


def _tidy(text: str) -> str:
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\xa0", " ")
    text = re.sub(r"[ \t]+\n", "\n", text)
    text = re.sub(r"\n (?! )", "\n", text)  # what was blank between two elements; more than one is meant so
    return re.sub(r"\n{3,}", "\n\n", text).strip()
