"""How far a run is: bars on a terminal, one plain line a step elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import TaskID

    Advance = Callable[[str, str, int], None]


@contextmanager
def progress(*, quiet: bool) -> Iterator[Advance]:
    """Give a function that takes step, connection and how many more are done; it writes to stderr, steps with nothing to do left out."""
    console = Console(stderr=True, quiet=quiet)
    counts: dict[str, int] = {}
    if console.is_terminal:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"))
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
            yield _bars(bars)
        return

    def count(step: str, name: str, more: int) -> None:
        if not more:
            return
        counts[_title(step, name)] = counts.get(_title(step, name), 0) + more

    try:
        yield count
    finally:
        for title, done in counts.items():
            console.print(f"{title}: {done}", markup=False, highlight=False)


def _bars(bars: Progress) -> Advance:
    tasks: dict[str, TaskID] = {}

    def advance(step: str, name: str, more: int) -> None:
        title = _title(step, name)
        if not more:
            return
        if title not in tasks:
            tasks[title] = bars.add_task(title, total=None)
        bars.advance(tasks[title], more)

    return advance


def _title(step: str, name: str) -> str:
    return f"{step} {name}".strip()
