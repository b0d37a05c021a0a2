"""Pictures for people: tables, bars and timelines on a terminal, plain lines with tabs elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from bridge.commands.context import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import ConsoleOptions, RenderableType, RenderResult

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan", "bright_magenta")
BAR_WIDTH = 30
_INDENT = (0, 0, 1, 2)
_EIGHTHS = " ▏▎▍▌▋▊▉"


class Picture:
    """Draws on standard output: for the eye on a terminal, as lines elsewhere, not at all if ``quiet``."""

    def __init__(self, *, quiet: bool) -> None:
        """Look whether somebody sits before it."""
        self._console = Console(quiet=quiet, highlight=False)
        self._quiet, self._alive = quiet, self._console.is_terminal
        self._colours: dict[str, str] = {}

    def title(self, text: str) -> None:
        """Begin a chapter."""
        self._draw(["", f"== {text}"], "", Rule(Text(text, style="bold"), align="left", style="dim"))

    def say(self, text: str, *, style: str = "") -> None:
        """Say a sentence; ``style`` is rich's."""
        self._draw([text], Padding(Text(text, style=style), (0, 0, 0, 2)))

    def headline(self, text: str, below: str) -> None:
        """Say what matters most, in a frame."""
        words = Text.assemble((text, "bold"), "\n", (below, "dim"))
        self._draw([text, below], "", Panel(words, border_style="cyan", expand=False), "")

    def bars(self, title: str, counts: Mapping[str, int]) -> None:
        """Compare counts by the length of bars."""
        grid = _grid(title)
        longest, colour = max(counts.values(), default=0), self.colour(title)
        for name, count in counts.items():
            grid.add_row(shown(name), Text(str(count), justify="right"), _Bar([(count, colour)], longest))
        self._draw(_lines(title, (), counts.items()), Padding(grid, _INDENT))

    def table(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        parts: Mapping[str, str] | None = None,
    ) -> None:
        """Show rows. ``parts``: columns whose numbers stand in one bar behind the row, too, and the colour of each.

        An empty colour means that of the row's first cell.
        """
        grid = _grid(title)
        grid.show_header = True
        for number, column in enumerate(columns):
            numeric = bool(rows) and all(isinstance(row[number], int) for row in rows)
            grid.add_column(column, justify="right" if numeric else "left", overflow="fold")
        segments = [self._segments(columns, row, parts or {}) for row in rows]
        longest = max((sum(count for count, _ in each) for each in segments), default=0)
        for row, each in zip(rows, segments, strict=True):
            cells: list[RenderableType] = [Text(shown(cell), style=self._colours.get(shown(cell), "")) for cell in row]
            grid.add_row(*cells, _Bar(each, longest))
        self._draw(_lines(title, columns, rows), Padding(grid, _INDENT))

    def json(self, text: str) -> None:
        """Show a JSON text as it stands in a file."""
        self._draw([text], Padding(Syntax(text, "json", word_wrap=True, background_color="default"), _INDENT))

    def colour(self, name: str) -> str:
        """Return the colour of a name; from then on, cells of tables that hold the name have it."""
        return self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])

    def _segments(
        self, columns: Sequence[str], row: Sequence[object], parts: Mapping[str, str]
    ) -> list[tuple[int, str]]:
        return [
            (int(str(row[columns.index(name)])), colour or self.colour(shown(row[0]))) for name, colour in parts.items()
        ]

    def _draw(self, lines: Iterable[str], *pictures: RenderableType) -> None:
        if self._alive:
            for picture in pictures:
                self._console.print(picture)
        elif not self._quiet:
            for line in lines:
                typer.echo(line)


def _grid(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        show_header=False,
        header_style="dim",
        pad_edge=False,
    )


@dataclass(frozen=True, slots=True)
class _Bar:
    """Counts and colours as one bar: as long as there is room, at most ``BAR_WIDTH`` cells, for ``longest``."""

    segments: Sequence[tuple[int, str]]
    longest: int

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return how little and how much room it takes."""
        return Measurement(0, min(BAR_WIDTH, options.max_width))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it; parts of a cell at its end only."""
        bar, width = Text(no_wrap=True, overflow="crop"), min(BAR_WIDTH, options.max_width)
        for number, (count, colour) in enumerate(self.segments):
            whole, rest = divmod(round(count * width * 8 / (self.longest or 1)), 8)
            last = number == len(self.segments) - 1
            bar.append("█" * whole + (_EIGHTHS[rest].strip() if last else "█" * (rest > 3)), style=colour)
        yield bar


def _lines(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a title, the head and the rows with tabs between the cells."""
    cells = [[shown(cell).replace("\t", " ").replace("\n", " ") for cell in row] for row in rows]
    return ["", title, *("\t".join(line) for line in ([list(columns)] if columns else []) + cells)]
