"""What agents say by a hash at the beginning of an answer: a template, where it goes, what else is to be done."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.nouns import ActionKind

ACTIONS = {
    "like": ActionKind.LIKE,
    "hide": ActionKind.HIDE,
    "unhide": ActionKind.UNHIDE,
    "delete": ActionKind.DELETE_OWN,
}
"""Word → what it asks for."""

TABLE = {
    "#public": "The answer goes in public, though the case holds something private.",
    "#private": "The answer goes in private, though the customer wrote in public; where the network can do that.",
    "#via:mail": "The answer goes to the customer's last message on that network, in whichever case it stands.",
    "#tpl:delivery": "The text of that template; own words may follow.",
    "#alt: A return label.": "What the file shows, for people who do not see it; for each file once, to the end of the line.",
    "#like": "The customer's last message is liked.",
    "#hide": "The customer's last public message is hidden.",
    "#unhide": "It is shown again.",
    "#delete": "Our last answer in the case is deleted on the network.",
}
"""Example → meaning, for the documentation."""

_FIRST = re.compile(
    r"#(?:tpl\b:?(?P<template>[\w-]*)|via:(?P<via>[\w-]+)|alt:(?P<alt>[^\n]+)|(?P<word>public|private|like|hide|unhide|delete))(?!\w)",
    re.IGNORECASE,
)
_LATER = re.compile(r"(?<!\w)#tpl\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An agent's words without the shorthands that they began with."""

    text: str = ""
    template: str | None = None
    """Name of a template, lower-case; empty for one without a name, None for none."""
    misplaced: bool = False
    """A template is asked for further on, where it does not count."""
    public: bool | None = None
    """Where it is to go if he says so."""
    via: str = ""
    """Network, lower-case."""
    alts: tuple[str, ...] = ()
    """What files show, in their order."""
    kinds: tuple[ActionKind, ...] = ()
    """What else is to be done, each once, in the order of the words."""

    @property
    def answers(self) -> bool:
        """Tell whether something is to be said at all, and not only something done."""
        return bool(self.text or self.template is not None or not self.kinds)


def read(text: str) -> Said:
    """Read the shorthands that a text begins with; whatever is none of them stays as it was written."""
    public, template, via = None, None, ""
    kinds: list[ActionKind] = []
    alts: list[str] = []
    text = text.strip()
    while found := _FIRST.match(text):
        text = text[found.end() :].lstrip()
        word = (found["word"] or "").lower()
        if found["via"]:
            via = found["via"].lower()
        elif found["alt"]:
            alts.append(found["alt"].strip())
        elif word in ACTIONS:
            kinds.append(ACTIONS[word])
        elif word:
            public = word == "public"
        else:  # one text at a time: of two names neither is taken, and the agent is told
            template = found["template"].lower() if template is None else ""
    return Said(
        text=text,
        template=template,
        misplaced=_LATER.search(text) is not None,
        public=public,
        via=via,
        alts=tuple(alts),
        kinds=tuple(dict.fromkeys(kinds)),
    )
