"""Measure on mails of others what becomes of each, and how well quotes and signatures are cut.

``python -m benchmarks.email.run FOLDER``: every file in it is taken for a mail, one that has no headers for the text of one.
``labels.json`` says for some of the texts with which line their author's own words end, labelled by reading them:
answers with quotes between them and mails that are passed on are whole, closing formulas with what follows are signatures.
The mails are not ours and not here; ``--show`` lists what went wrong.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adapters.email import quotes
from adapters.email.charsets import text_of
from adapters.email.parse import Mailbox, Place, events
from bridge.nouns import Broken, Said, StatusSeen, UnknownKind

LABELS = Path(__file__).with_name("labels.json")
_NOT_MAILS = ("LICENSE", "README")
_HEADERS = b"From: anna@kunde.example\nContent-Type: text/plain; charset=utf-8\n\n"
_BOX = Mailbox(own=frozenset({"support@acme.example"}))


def kind_of(file: Path) -> str:
    """Return what a file becomes."""
    data = file.read_bytes()
    found = events(_HEADERS + data if file.suffix == ".txt" else data, _BOX, Place(where=file.name))
    for each in found:
        match each:
            case Said(message=message):
                return f"message of a machine: {message.extra['automatic']}" if message.automatic else "message"
            case StatusSeen(status=status):
                return f"not a message: report, {status}"
            case UnknownKind(kind=kind):
                return f"not a message: {kind}"
            case Broken(reason=reason):
                return f"set aside: {reason}"
    return "nothing"


def same(text: str, wanted: str) -> bool:
    """Tell whether two texts have the same words."""
    return text.split() == wanted.split()


def main() -> None:
    """Print what became of the mails, and how many texts were cut as labelled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="list the texts that were cut otherwise")
    given = parser.parse_args()
    console = Console()
    files = [file for file in sorted(given.folder.rglob("*")) if file.is_file() and not _named(file)]
    kinds = Counter(map(kind_of, files))
    table = Table("became", "mails")
    for kind, count in kinds.most_common():
        table.add_row(kind, str(count))
    console.print(table)
    right, wrong, began = 0, [], time.perf_counter()
    for name, end in json.loads(LABELS.read_text(encoding="utf-8")).items():
        file = given.folder / f"{name}.txt"
        if file.is_file():
            text = text_of(file.read_bytes()).replace("\r\n", "\n")
            wanted = "\n".join(text.split("\n")[:end])
            right += (fine := same(quotes.cut(text).own, wanted))
            wrong += [] if fine else [name]
    took = (time.perf_counter() - began) * 1000
    console.print(f"cut as labelled: {right} of {right + len(wrong)}, in {took:.0f} ms")
    for name in wrong if given.show else ():
        console.print(f"  {name}")


def _named(file: Path) -> bool:
    return any(word in file.name for word in _NOT_MAILS)


if __name__ == "__main__":
    main()
