"""What of a mail's text its author wrote for this mail: without the mail that is quoted at its end, and the signature.

quotequail knows the usual marks; what it does not know (other languages, devices, Outlook's heads without a line above,
signatures) stands in ``quote_marks``. Nothing is lost: the whole text stays in ``raw``. Quotes with an answer below them
stay, since the answer means nothing without them, and so does a mail that is passed on, since it is what is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import quotequail  # type: ignore[import-untyped]  # ships no types

from adapters.email import quote_marks as marks

_LONGEST = 200_000
"""Characters that are searched for a quote."""
_MOST_LINES = 3_000
"""Lines that are searched for one."""
_MOST_ANSWERED = 50
"""Beginnings of quotes with an answer below that are passed over in search of one without."""
_WRAPPED = 60
"""Characters from which on mail programs wrap a line."""
_SIGNATURE_LINES = 15
_SIGNATURE_WIDTH = 80


@dataclass(frozen=True, slots=True)
class Words:
    """A text in its parts; ``own`` is never empty where the whole text is not."""

    own: str
    quoted: str = ""
    signature: str = ""
    forwarded: bool = False


def cut(text: str) -> Words:
    """Part a text."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    forward = next((number for number, line in enumerate(lines) if marks.FORWARD.match(line)), None)
    found = _end(lines)
    if forward is not None and forward <= found:
        return Words(_joined(lines), forwarded=True)
    end = _without_rules(lines, found)
    own, quoted = lines[:end], lines[end:]
    own, signature = _signed(own)
    if not _joined(own):
        whole = lines[:end] if _joined(lines[:end]) else lines
        return Words(_joined(whole), "" if whole is lines else _joined(quoted))
    return Words(_joined(own), _joined(quoted), _joined(signature))


def _end(lines: list[str]) -> int:
    """Return the number of the line at which the quote at the end begins; one behind the last line for none."""
    candidates = [len(lines)]
    begins = (number for number in range(min(len(lines), _MOST_LINES)) if _begins(lines, number))
    for number in islice(begins, _MOST_ANSWERED):
        if not _answered_below(lines, number):
            candidates.append(number)
            break
    found = _library(lines)
    if found is not None and not _answered_below(lines, found):
        candidates.append(found)
    return min(candidates)


def _without_rules(lines: list[str], end: int) -> int:
    """Return the end without the empty lines and rules that stand before it."""
    while end and (not lines[end - 1].strip() or marks.RULE.match(lines[end - 1])):
        end -= 1
    return end


def _library(lines: list[str]) -> int | None:
    """Return the line where quotequail sees a quote begin."""
    text = "\n".join(lines)
    if len(text) > _LONGEST or len(lines) > _MOST_LINES:
        return None
    parted = quotequail.quote(text, limit=len(lines) + 1, quote_intro_line=True)
    if len(parted) < 2:
        return None
    number = parted[0][1].count("\n") + 1 if parted[0][1] else 0
    if number >= len(lines):
        return None
    return (
        number
        if lines[number].startswith(">") or marks.dated(lines, number) or marks.SEPARATOR.match(lines[number])
        else None
    )


def _begins(lines: list[str], number: int) -> bool:
    """Tell whether a quote begins at a line."""
    line = lines[number].strip()
    if not line:
        return False
    if line.startswith(">"):
        return number + 1 == len(lines) or lines[number + 1].startswith(">") or not "".join(lines[number + 1 :]).strip()
    alone = marks.SEPARATOR.match(line) or (number and marks.DEVICE.match(line))
    return bool(alone) or marks.introduces(lines, number) or marks.head(lines, number)


def _answered_below(lines: list[str], number: int) -> bool:
    """Tell whether somebody wrote below, or between, lines that are marked as quoted."""
    rest = lines[number:]
    quoted = [place for place, line in enumerate(rest) if line.lstrip().startswith(">")]
    if not quoted:
        return False
    below = [line for line in rest[quoted[0] :] if line.strip() and not line.lstrip().startswith(">")]
    words, _ = _signed([*below])
    said = [line for line in words if not marks.RULE.match(line) and not marks.LIST_FOOTER.match(line)]
    wrapped = _only_wrapped(rest[quoted[0] :])
    return bool(said) and not wrapped


def _only_wrapped(rest: list[str]) -> bool:
    """Tell whether all unmarked lines are ends of long marked ones, which a mail program wrapped."""
    for number, line in enumerate(rest):
        if not line.strip() or line.lstrip().startswith(">"):
            continue
        before = rest[number - 1].lstrip().startswith(">") if number else False
        if not (before and len(rest[number - 1]) >= _WRAPPED):
            return False
    return True


def _signed(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines before and of the signature."""
    for number, line in enumerate(lines):
        stripped = line.strip()
        if not stripped:
            continue
        if marks.DASHES.match(line) and _short(lines, number):
            return lines[:number], lines[number:]
        if marks.DEVICE.match(stripped) and _short(lines, number):
            return lines[:number], lines[number:]
        if number and marks.GREETING.match(stripped) and _short(lines, number):
            return lines[:number], lines[number:]
    return lines, []


def _short(lines: list[str], number: int) -> bool:
    """Tell whether what follows a line can be a signature: few and short lines."""
    if len(lines) - number > _SIGNATURE_LINES * 4:
        return False
    said = [line for line in lines[number + 1 :] if line.strip()]
    return len(said) <= _SIGNATURE_LINES and all(len(line) <= _SIGNATURE_WIDTH for line in said[:5])


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
