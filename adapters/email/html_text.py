"""HTML to text: what a person would read, without the mail that is quoted at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inscriptis import get_text  # type: ignore[import-untyped]  # ships no types
from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]  # ships no types
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]  # ships no types
from lxml import html  # type: ignore[import-untyped]  # ships no types
from lxml.etree import LxmlError, strip_elements  # type: ignore[import-untyped]  # ships no types

from adapters.email.quote_marks import FORWARD_BEGINS

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # ships no types

LONGEST = 3_000_000
"""Characters of HTML that are read."""
_QUOTES = (
    "//blockquote[not(ancestor::blockquote)]"
    " | //div[contains(concat(' ', normalize-space(@class), ' '), ' gmail_quote ')]"
    " | //div[contains(concat(' ', normalize-space(@class), ' '), ' gmail_quote_container ')]"
    " | //div[starts-with(@class, 'yahoo_quoted')] | //div[starts-with(@class, 'protonmail_quote')]"
    " | //*[@id='OLK_SRC_BODY_SECTION'] | //*[starts-with(@class, 'moz-cite-prefix')]"
)
"""How mail programs enclose what they quote."""
_FROM_HERE = "//*[@id='appendonsend'] | //*[@id='divRplyFwdMsg'] | //*[@id='x_divRplyFwdMsg']"
"""Where Outlook's quote begins, which is not enclosed."""
_SILENT = ("script", "style", "head", "title", "template", "object", "noscript")
_CONFIG = ParserConfig(css=CSS_PROFILES["relaxed"], display_links=False)


def text_of_html(source: str) -> str:
    """Return the text of a page; empty for one that cannot be read or holds no words. Never raises."""
    try:
        page = html.fromstring(source[:LONGEST].encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
        strip_elements(page, *_SILENT, with_tail=False)
        whole = _text(page)
        _cut(page)
        return _text(page) or whole
    except (LxmlError, ValueError, TypeError, AttributeError, RecursionError, IndexError):
        return ""


def _text(page: HtmlElement) -> str:
    shown = get_text(html.tostring(page, encoding="unicode"), _CONFIG)
    lines = (line.replace("\xa0", " ").strip() for line in shown.split("\n"))
    done: list[str] = []
    for line in lines:
        if line or (done and done[-1]):
            done.append(line)
    return "\n".join(done).strip("\n")


def _cut(page: HtmlElement) -> None:
    """Take out quotes behind which nothing is said any more; one with an answer below it stays."""
    for mark in page.xpath(_FROM_HERE)[:1]:
        for after in list(mark.itersiblings()):
            after.getparent().remove(after)
        mark.drop_tree()
    for quote in reversed(page.xpath(_QUOTES)):
        if quote.getparent() is not None and not _passed_on(quote) and not _said_after(quote):
            quote.drop_tree()


def _said_after(quote: HtmlElement) -> bool:
    if (quote.tail or "").strip():
        return True
    return any(str(text).strip() for text in quote.xpath("following::text()"))


def _passed_on(quote: HtmlElement) -> bool:
    """Tell whether it is a mail that is passed on: then it is what is said."""
    return FORWARD_BEGINS.match(str(quote.text_content())[:200]) is not None
