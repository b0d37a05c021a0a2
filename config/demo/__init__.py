"""The demonstration: a project folder with a week of an invented brand, ending today.

Its triage is the starter's with a few rules of the brand's own before them.
"""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).parent / "project"
STARTER_TRIAGE = Path(__file__).parent.parent / "starter" / "triage.yaml"

LAST = datetime(2026, 3, 8, 18, 45, 50, tzinfo=UTC)
"""When the last message of the week was said."""

_ISO = (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "%Y-%m-%dT%H:%M:%SZ")
_GERMAN = (r"\d\d\.\d\d\.20\d\d \d\d:\d\d", "%d.%m.%Y %H:%M")
_TWITTER = (r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \+0000 20\d\d", "%a %b %d %H:%M:%S +0000 %Y")
_TIMES = {
    "x_mentions.csv": _TWITTER,
    "facebook.jsonl": _ISO,
    "instagram.jsonl": _ISO,
    "whatsapp.jsonl": _ISO,
    "mails.jsonl": _ISO,
    "calls.tsv": _GERMAN,
    "reviews.csv": _GERMAN,
}
"""How each export writes a time: what it looks like, and its format."""


def write_project(folder: Path, now: datetime) -> None:
    """Write the project into ``folder``, its week moved by whole days so that it ends in the day before ``now``.

    Raises ``FileExistsError`` if the folder is there. ``now`` is an aware UTC time.
    """
    shutil.copytree(PROJECT, folder)
    own, starter = folder / "triage.yaml", STARTER_TRIAGE.read_text(encoding="utf-8")
    rules = own.read_text(encoding="utf-8").removeprefix("rules:\n")
    own.write_text(starter.replace("\nrules:\n", f"\nrules:\n{rules}\n"), encoding="utf-8")
    days = (now - LAST) // timedelta(days=1)
    for name, (looks, form) in _TIMES.items():
        path = folder / "data" / name
        # Latin-1 keeps every byte of any encoding, and times are ASCII in all of them.
        text = path.read_bytes().decode("latin-1")
        path.write_bytes(re.sub(looks, _moved(days, form), text).encode("latin-1"))


def mix_exports(folder: Path) -> None:
    """Write the exports of JSON Lines in the project anew, with their last line first: the same once more, in another order."""
    for path in sorted((folder / "data").glob("*.jsonl")):
        path.write_bytes(b"".join(line + b"\n" for line in reversed(path.read_bytes().splitlines())))


def _moved(days: int, form: str) -> Callable[[re.Match[str]], str]:
    def move(found: re.Match[str]) -> str:
        try:
            time = datetime.strptime(found[0], form).replace(tzinfo=UTC)
        except ValueError:  # the thirtieth of February is one of the broken rows
            return found[0]
        return (time + timedelta(days=days)).strftime(form)

    return move
