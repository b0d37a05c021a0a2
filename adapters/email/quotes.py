"""What of a mail's text its author wrote for this mail: without the mail that is quoted at its end, and the signature.

quotequail knows the usual marks; what it does not know (other languages, devices, Outlook's heads without a line above,
signatures) stands in ``quote_marks``. Nothing is lost: the whole text stays in ``raw``. Quotes with an answer below them
stay, since the answer means nothing without them, and so does a mail that is passed on, since it is what is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import quotequail  # type: ignore[import-untyped]  # ships no types

from adapters.email import quote_marks as marks

_LONGEST = 200_000
"""Characters that are searched for a quote."""
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
    end = _end(lines)
    if forward is not None and forward <= end:
        return Words(_joined(lines), forwarded=True)
    own, quoted = lines[:end], lines[end:]
    own, signature = _signed(own)
    if not _joined(own):
        whole = lines[:end] if _joined(lines[:end]) else lines
        return Words(_joined(whole), "" if whole is lines else _joined(quoted))
    return Words(_joined(own), _joined(quoted), _joined(signature))


def _end(lines: list[str]) -> int:
    """Return the number of the line at which the quote at the end begins; one behind the last line for none."""
    candidates = [len(lines)]
    for number, line in enumerate(lines):
        if _begins(lines, number):
            if (line.startswith(">") or _quoted_next(lines, number)) and _answered_below(lines, number):
                continue
            candidates.append(number)
            break
    found = _library(lines)
    if found is not None and not (_quoted_next(lines, found) and _answered_below(lines, found)):
        candidates.append(found)
    end = min(candidates)
    while end and (not lines[end - 1].strip() or marks.RULE.match(lines[end - 1])):
        end -= 1
    return end


def _library(lines: list[str]) -> int | None:
    """Return the line where quotequail sees a quote begin."""
    text = "\n".join(lines)
    if len(text) > _LONGEST:
        return None
    parted = quotequail.quote(text, limit=len(lines) + 1, quote_intro_line=True)
    if len(parted) < 2:
        return None
    number = parted[0][1].count("\n") + 1 if parted[0][1] else 0
    return number if number < len(lines) else None


def _begins(lines: list[str], number: int) -> bool:
    """Tell whether a quote begins at a line."""
    line = lines[number].strip()
    if not line:
        return False
    if line.startswith(">"):
        return number + 1 == len(lines) or lines[number + 1].startswith(">") or not "".join(lines[number + 1 :]).strip()
    return marks.SEPARATOR.match(line) is not None or marks.introduces(lines, number) or marks.head(lines, number)


def _quoted_next(lines: list[str], number: int) -> bool:
    """Tell whether the lines behind an introduction are marked one by one."""
    following = [line for line in lines[number + 1 : number + 8] if line.strip()]
    return any(line.lstrip().startswith(">") for line in following[:3])


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
    """Tell whether unmarked lines are ends of marked ones, which a mail program wrapped: single, short, then marked again."""
    for number, line in enumerate(rest):
        if not line.strip() or line.lstrip().startswith(">"):
            continue
        before = rest[number - 1].lstrip().startswith(">") if number else False
        after = number + 1 < len(rest) and rest[number + 1].lstrip().startswith(">")
        if not (before and after and len(line) < 30):
            return False
    return True


def _signed(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines before and of the signature."""
    for number, line in enumerate(lines):
        stripped = line.strip()
        if not stripped:
            continue
        if marks.DASHES.match(line) and _short(lines[number + 1 :]):
            return lines[:number], lines[number:]
        if marks.DEVICE.match(stripped) and _short(lines[number + 1 :]):
            return lines[:number], lines[number:]
        if number and marks.GREETING.match(stripped) and _short(lines[number + 1 :]):
            return lines[:number], lines[number:]
    return lines, []


def _short(rest: list[str]) -> bool:
    """Tell whether what follows can be a signature: few and short lines."""
    said = [line for line in rest if line.strip()]
    return len(said) <= _SIGNATURE_LINES and all(len(line) <= _SIGNATURE_WIDTH for line in said[:5])


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
