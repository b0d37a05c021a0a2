"""What of an agent's comment goes to the customer: his own words, and where he wants them."""

from __future__ import annotations

import re

from bridge import shorthand

_QUOTE = re.compile(
    r"""^(
        >.*                                                          # the usual mark
        | -{2,}\s*(original\ message|ursprüngliche\ nachricht|forwarded\ message|weitergeleitete\ nachricht)\s*-{2,}
        | (on|am)\ .{4,200}\ (wrote|schrieb).{0,200}:                # On … Greta wrote:
        | (from|von):\s.+                                            # the head of a mail that is quoted as a block
        | _{20,}
        | \#\#.*\#\#                                                 # reply above this line
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGNATURE = re.compile(r"^--\s*$")
_HEAD = re.compile(r"^(from|von):\s", re.IGNORECASE)
_HEAD_NEXT = re.compile(r"^(sent|date|to|gesendet|datum|an):\s", re.IGNORECASE)


def words_of(text: str) -> shorthand.Said:
    """Return what the agent wrote himself, without quotes and signature, and what he asks for by shorthands.

    A quote between his words is left out; a signature, or a quoted mail with its head, ends the text.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if _SIGNATURE.match(line) or _begins_mail(lines, number):
            break
        if not _QUOTE.match(line) or _HEAD.match(line):
            kept.append(line.rstrip())
    return shorthand.read(re.sub(r"\n{3,}", "\n\n", "\n".join(kept)))


def _begins_mail(lines: list[str], number: int) -> bool:
    """Tell whether a quoted mail begins here: "From:" with a further line of its head soon after, or a cut-off mark."""
    line = lines[number]
    if _HEAD.match(line):
        return any(_HEAD_NEXT.match(after) for after in lines[number + 1 : number + 4])
    quote = _QUOTE.match(line)
    return quote is not None and not line.startswith(">") and not _HEAD.match(line) and not _more_words(lines, number)


def _more_words(lines: list[str], number: int) -> bool:
    """Tell whether "On … wrote:" introduces a quote that is marked line by line, after which own words may follow."""
    following = [line for line in lines[number + 1 :] if line.strip()]
    return bool(following) and following[0].startswith(">")
