"""The words that tell what a number or a name is, read from the lists beside the code."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

_HERE = Path(__file__).parent


@cache
def _lists(name: str) -> dict[str, str]:
    """Return the lists of a file: each a text, its words parted by white space or, as expressions, by lines."""
    return dict(YAML(typ="safe", pure=True).load((_HERE / f"{name}.yaml").read_text(encoding="utf-8")))


@cache
def words(file: str, *names: str) -> frozenset[str]:
    """Return the words of one or more lists of a file, in lower case."""
    return frozenset(word.casefold() for name in names for word in _lists(file)[name].split())


@cache
def alternatives(file: str, *names: str) -> str:
    """Return the lines of lists as one expression that matches any of them."""
    lines = [line.strip() for name in names for line in _lists(file)[name].splitlines() if line.strip()]
    return "(?:" + "|".join(lines) + ")"


@cache
def expression(file: str, *names: str) -> re.Pattern[str]:
    """Return an expression for any of the lists' lines as whole words, in any case."""
    return re.compile(rf"(?<!\w){alternatives(file, *names)}(?!\w)", re.IGNORECASE)
