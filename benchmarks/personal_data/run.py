"""Measure the check for personal data on labelled answers: what it must hold, and what it may let pass.

``python -m benchmarks.personal_data.run`` reads ``held_out.jsonl`` beside it, answers that nobody who writes rules has read;
``--developed`` reads ``answers.jsonl``, on which they were developed; ``--show`` lists what went wrong there. ``guide.md`` says
how both are labelled.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bridge.personal.check import personal_data
from bridge.personal.model import Allowed, Found, Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer with its label, and what the check found."""

    number: str
    language: str
    text: str
    hold: bool
    wanted: tuple[tuple[str, str], ...]
    found: tuple[Found, ...]
    milliseconds: float

    @property
    def held(self) -> bool:
        """Whether the check would hold it."""
        return bool(self.found)


def judged(line: dict[str, Any]) -> Judged:
    """Check one labelled answer."""
    allowed = Allowed(**{name: tuple(values) for name, values in line["allow"].items()})
    known = Known(**{name: tuple(value) if isinstance(value, list) else value for name, value in line["known"].items()})
    begin = time.perf_counter()
    found = personal_data(line["text"], allowed, known)
    took = (time.perf_counter() - begin) * 1000
    wanted = tuple((entry["kind"], entry["text"]) for entry in line["found"])
    return Judged(line["id"], line["lang"], line["text"], line["hold"], wanted, tuple(found), took)


def figures(name: str, answers: Sequence[Judged]) -> list[str]:
    """Return a row: recall and precision of what is held, and how many that may pass are held."""
    hold = [answer for answer in answers if answer.hold]
    may_pass = [answer for answer in answers if not answer.hold]
    right = sum(answer.held for answer in hold)
    wrong = sum(answer.held for answer in may_pass)
    return [
        name,
        str(len(answers)),
        f"{right}/{len(hold)}",
        _share(right, len(hold)),
        _share(right, right + wrong),
        f"{wrong}/{len(may_pass)}",
        _share(wrong, len(may_pass)),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def by_kind(answers: Iterable[Judged]) -> list[list[str]]:
    """Return for each kind how many labelled pieces are found: at their place, and with their kind."""
    all_, touched, same = Counter[str](), Counter[str](), Counter[str]()
    for answer in answers:
        for kind, text in answer.wanted:
            start = answer.text.find(text)
            hits = [found for found in answer.found if found.start < start + len(text) and start < found.end]
            all_[kind] += 1
            touched[kind] += bool(hits)
            same[kind] += any(found.datum == kind for found in hits)
    return [
        [kind, str(number), _share(touched[kind], number), _share(same[kind], number)]
        for kind, number in sorted(all_.items())
    ]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table with the first column to the left."""
    drawn = Table()
    for place, column in enumerate(columns):
        drawn.add_column(column, justify="right" if place else "left")
    for row in rows:
        drawn.add_row(*row)
    return drawn


def show(answers: Iterable[Judged]) -> None:
    """List the answers that were judged wrongly."""
    for answer in answers:
        if answer.hold != answer.held:
            print(f"{'MISSED' if answer.hold else 'HELD'} {answer.number} {answer.language}: {answer.text}")
            for kind, text in answer.wanted if answer.hold else ():
                print(f"    should find {kind}: {text}")
            for found in answer.found:
                print(f"    found {found.datum}: {found.text}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--developed", action="store_true", help="read what the rules were developed on")
    parser.add_argument("--show", action="store_true", help="list the answers judged wrongly, of those only")
    options = parser.parse_args()
    if options.show and not options.developed:
        parser.error("whoever reads what was held out can measure nothing with it any more: --show --developed")
    file = HERE / ("answers.jsonl" if options.developed else "held_out.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines()
    answers = [judged(json.loads(line)) for line in lines if line.strip()]
    languages = sorted({answer.language for answer in answers})
    rows = [figures("all", answers)]
    rows += [figures(language, [answer for answer in answers if answer.language == language]) for language in languages]
    console = Console()
    console.print(table(("answers", "number", "held", "recall", "precision", "false holds", "share"), rows))
    console.print(table(("kind", "pieces", "found", "with its kind"), by_kind(answers)))
    times = sorted(answer.milliseconds for answer in answers)
    print(f"{sum(times) / len(times):.2f} ms an answer, 99 of 100 in {times[len(times) * 99 // 100]:.2f} ms")
    if options.show:
        show(answers)


if __name__ == "__main__":
    main()
