"""Texts of follow-ups: our mark at their end, and what their templates would make of them.

django-helpdesk renders the comment of a new follow-up as a Django template, with the ticket at hand: a customer's
``{{ ticket.secret_key }}`` would be filled in, and ``{% if %}`` ends in a 500.
"""

from __future__ import annotations

import re

_MARK = re.compile(r"\n*\[(cb1-[a-z2-7]+)\]\s*$")
_CHANGE = re.compile(r"\n*\{(cb1-[a-z2-7]+)\}\s*$")
_OPENING = re.compile(r"\{(?=[{%#])")


def marked(text: str, key: str) -> str:
    """Return a text with our key at its end."""
    return f"{text}\n\n[{key}]"


def change_marked(text: str, key: str) -> str:
    """Return a note of ours with the key of the change that it is."""
    return f"{text}\n\n{{{key}}}"


def mark_of(text: str | None) -> str:
    """Return our key at the end of a text, empty if there is none."""
    found = _MARK.search(text or "")
    return found[1] if found else ""


def change_of(text: str | None) -> str:
    """Return the key of the change that a note is, empty if it is none of ours."""
    found = _CHANGE.search(text or "")
    return found[1] if found else ""


def plain(text: str | None) -> str:
    """Return a text without our marks, with line ends as everywhere."""
    return _CHANGE.sub("", _MARK.sub("", (text or "").replace("\r\n", "\n")))


def verbatim(text: str) -> str:
    """Return what a template must be for ``text`` to come out of it."""
    return _OPENING.sub('{{ "{" }}', text).replace("%}", '%{{ "}" }}')
