"""Messages as texts of comments: body, link and our key go in, and can be read out again."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEXT = re.compile(
    r"\A(?P<body>.*?)(?:\n\n→ (?P<link>\S+))?\n\n\[(?P<key>cb1-[a-z2-7]+)(?P<corrected> corrected)?\]\s*\Z", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Said:
    """A message of ours as it stands in a comment; ``corrected``: the comment corrects an earlier one."""

    key: str
    body: str
    link: str = ""
    corrected: bool = False

    def text(self) -> str:
        """Return the comment's text."""
        link = f"\n\n→ {self.link}" if self.link else ""
        return f"{self.body}{link}\n\n[{self.key}{' corrected' if self.corrected else ''}]"


def read(text: str) -> Said | None:
    """Read a comment's text; None if it is none of our messages."""
    found = _TEXT.match(text)
    if found is None:
        return None
    return Said(found["key"], found["body"], found["link"] or "", corrected=found["corrected"] is not None)
