"""The pages of ``docs/`` and the README as tests read them: links, blocks, and what a reader would type and see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])

_BLOCK = re.compile(
    r"(?:^<!-- file: (?P<file>\S+) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; ``file`` is what the comment above it says that it is."""

    language: str
    text: str
    file: str = ""


@dataclass(slots=True)
class Command:
    """A line after ``$``, and what the page shows below it."""

    line: str
    shown: list[str] = field(default_factory=list)


def name(page: Path) -> str:
    """Return the page's path from the root."""
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(found["language"], found["text"], found["file"] or "") for found in _BLOCK.finditer(text)]


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block, each with what is shown below it."""
    found: list[Command] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:]))
        elif line.strip():
            found[-1].shown.append(line)
    return found


def links(page: Path) -> list[str]:
    """Return where the links of a page lead, those in code left out."""
    prose = re.sub(r"`[^`\n]*`", "", _BLOCK.sub("", page.read_text(encoding="utf-8")))
    return _LINK.findall(prose)


def anchors(page: Path) -> set[str]:
    """Return the names that headings get as targets of links."""
    headings = _HEADING.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def section(page: Path, heading: str) -> str:
    """Return the text below a heading, up to the next of any rank."""
    text = page.read_text(encoding="utf-8")
    return re.split(r"^#{1,6} ", text.partition(f" {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def missing(shown: list[str], output: str) -> str | None:
    """Return the first shown line that the output does not have, in order, or None.

    White space counts as one blank, ``…`` stands for anything in a line, and a line of ``…`` alone for lines left out.
    """
    said = [" ".join(line.split()) for line in output.splitlines()]
    place = 0
    for line in shown:
        wanted = " ".join(line.split())
        if wanted == "…":
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in re.split(r"\s*…\s*", wanted)))
        place = next((index + 1 for index in range(place, len(said)) if pattern.fullmatch(said[index])), 0)
        if not place:
            return line
    return None
