"""What can be read off a text in German and English without rules: a question, a bare thanks.

Both are careful in one direction. A question mark or a question's words anywhere make a question. A thanks is bare only if
**every** token is on a closed list of polite filler: whatever is not known there (a complaint, a negation, a name, a
number, a doubtful smiley) makes it a message like any other.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge import documents

if TYPE_CHECKING:
    from bridge.triage.words import Scan

QUESTION, THANKS, POLITE = range(3)
"""Bits of the lists below; the lists of rules come after them."""
OWN_LISTS: Final = 3


@lru_cache(maxsize=1)
def language_lists() -> list[tuple[int, list[str]]]:
    """Return the lists of ``language.yaml`` by their bits."""
    lists = documents.load(Path(__file__).with_name("language.yaml")).data
    return [(QUESTION, lists["question"]), (THANKS, lists["thanks"]), (POLITE, lists["thanks"] + lists["polite"])]


_LONGEST_THANKS = 30
"""Tokens: who says more than that says something."""


def has_question(scan: Scan) -> bool:
    """Tell whether a text asks something."""
    return bool(scan.found & 1 << QUESTION)


def is_bare_thanks(scan: Scan) -> bool:
    """Tell whether a text is a thanks and nothing else."""
    thanks = scan.found & 1 << THANKS and scan.throughout & 1 << POLITE
    return bool(thanks) and not has_question(scan) and not scan.has_link and len(scan.tokens) <= _LONGEST_THANKS


def word_count(scan: Scan) -> int:
    """Return the number of words; marks and emoji are none."""
    return sum(token[0].isalnum() for token in scan.tokens)
