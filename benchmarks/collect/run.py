"""Measure collect and resolve against dlt's load-only pipeline and a bare floor: the same messages, one run.

``python benchmarks/collect/run.py --messages 100000 --store sqlite --store postgres``. Each contender is a process of
its own; wall time includes its start. PostgreSQL is a fresh server with its default durability, whose own CPU time is
not counted. Figures go to ``benchmarks/results/``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, inspect, text

from benchmarks.collect import invented_messages
from tests.postgres import Server, running_server

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results"
CONTENDERS = ("floor", "dlt", "casebridge", "casebridge x2")
"""The last in two processes, on PostgreSQL only: SQLite has one writer."""

PROJECT = """\
organisation: bench
store: {url}
sources:
  all: {{type: file, path: {folder}/whole.jsonl, network: x, own: [{own}], keep_raw: {keep_raw}}}
  one: {{type: file, path: {folder}/half-1.jsonl, network: x, own: [{own}], keep_raw: {keep_raw}}}
  two: {{type: file, path: {folder}/half-2.jsonl, network: x, own: [{own}], keep_raw: {keep_raw}}}
targets:
  desk: {{type: desk, mode: observe}}
  desk2: {{type: desk, path: desk2.db, mode: observe}}
syncs:
  all: {{from: all, to: desk}}
  one: {{from: one, to: desk}}
  two: {{from: two, to: desk2}}
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one contender took for all messages."""

    contender: str
    store: str
    messages: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    rows: int
    """Rows in all tables of the database afterwards."""
    store_bytes: int

    @property
    def rate(self) -> float:
        """Return messages a second."""
        return self.messages / self.seconds


class Bench:
    """One run: where it works and what it has found."""

    def __init__(self, folder: Path, messages: int, *, keep_raw: bool) -> None:
        """Write the messages into ``folder``."""
        self.folder, self.count, self.keep_raw = folder, messages, keep_raw
        self.messages = folder / "whole.jsonl"
        self.figures: list[Figure] = []
        invented_messages.write(self.messages, messages)
        with ExitStack() as stack:
            halves = [stack.enter_context((folder / f"half-{half}.jsonl").open("wb")) for half in (1, 2)]
            for number, line in enumerate(stack.enter_context(self.messages.open("rb"))):
                halves[number % 2].write(line)

    def measure(self, contender: str, server: Server | None) -> None:
        """Run one contender into a database of its own and note its figures."""
        store = "postgres" if server else "sqlite"
        work = self.folder / f"work-{len(self.figures)}"
        work.mkdir()
        url = server.url(server.create()) if server else f"sqlite:///{work}/store.db"
        seconds, cpu, peak = _run(self._commands(contender, url, work), work)
        rows, size = _contents(url, work)
        self.figures.append(Figure(contender, store, self.count, seconds, cpu, peak, rows, size))
        shutil.rmtree(work)

    def _commands(self, contender: str, url: str, work: Path) -> list[list[str]]:
        if contender == "floor":
            return [[sys.executable, str(HERE / "floor.py"), str(self.messages), url]]
        if contender == "dlt":
            return [[sys.executable, "-W", "ignore", str(HERE / "dlt_load.py"), str(self.messages), url, str(work)]]
        casebridge = [sys.executable, "-c", "import cli; cli.run()", "--quiet"]
        program = [*casebridge, "--project", str(work / "project")]
        subprocess.run([*casebridge, "init", str(work / "project")], check=True, capture_output=True)  # noqa: S603 - ours
        own, keep_raw = invented_messages.OWN, str(self.keep_raw).lower()
        project = PROJECT.format(url=url, folder=self.folder, own=own, keep_raw=keep_raw)
        (work / "project" / "casebridge.yaml").write_text(project, encoding="utf-8")
        return [[*program, "sync", name] for name in (("one", "two") if contender == "casebridge x2" else ("all",))]


def _run(commands: Sequence[Sequence[str]], work: Path) -> tuple[float, float, float]:
    """Run processes at the same time; return wall seconds, CPU seconds and memory in MB (the sum of their peaks)."""
    cpu = peak = 0.0
    with (work / "log").open("wb") as log:
        begun = time.perf_counter()
        processes = [subprocess.Popen(one, stdout=log, stderr=log, stdin=subprocess.DEVNULL) for one in commands]  # noqa: S603 - ours
        for process in processes:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu += usage.ru_utime + usage.ru_stime
            peak += usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
        seconds = time.perf_counter() - begun
    failed = [process for process in processes if process.returncode]
    if failed:
        message = f"A contender failed: {(work / 'log').read_text(errors='replace')[-2000:]}"
        raise SystemExit(message)
    return seconds, cpu, peak


def _contents(url: str, work: Path) -> tuple[int, int]:
    """Return the rows of all tables and the size on disk in bytes."""
    if url.startswith("sqlite"):
        files = [path for path in work.rglob("*.db*") if "staging" not in path.name]
        main = max(files, key=lambda path: path.stat().st_size)
        return _rows(f"sqlite:///{main}"), sum(path.stat().st_size for path in files)
    engine = create_engine(url)
    with engine.connect() as connection:
        size = int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        empty = int(connection.execute(text("SELECT pg_database_size('template1')")).scalar_one())
    engine.dispose()
    return _rows(url), size - empty


def _rows(url: str) -> int:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            inspector = inspect(connection)
            schemas = {None, *(name for name in inspector.get_schema_names() if name == "bench")}
            names = [(schema, table) for schema in schemas for table in inspector.get_table_names(schema=schema)]
            quoted = [f'"{schema}"."{table}"' if schema else f'"{table}"' for schema, table in names]
            return sum(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in quoted)  # noqa: S608 - names of the database itself
    finally:
        engine.dispose()


def _show(figures: Sequence[Figure]) -> None:
    table = Table(title=f"{figures[0].messages:,} messages, collect and resolve against loading only")
    for heading in ("store", "contender", "messages/s", "x dlt", "wall s", "CPU s", "peak MB", "rows/msg", "bytes/msg"):
        table.add_column(heading, justify="left" if heading in {"store", "contender"} else "right")
    dlt = {figure.store: figure.rate for figure in figures if figure.contender == "dlt"}
    for figure in figures:
        ratio = f"{figure.rate / dlt[figure.store]:.2f}" if figure.store in dlt else ""
        table.add_row(
            figure.store,
            figure.contender,
            f"{figure.rate:,.0f}",
            ratio,
            f"{figure.seconds:.1f}",
            f"{figure.cpu_seconds:.1f}",
            f"{figure.peak_mb:.0f}",
            f"{figure.rows / figure.messages:.2f}",
            f"{figure.store_bytes / figure.messages:.0f}",
        )
    Console(width=120).print(table)


def _save(figures: Sequence[Figure], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.system()}
    now = datetime.now(UTC)
    path = folder / f"collect-{now:%Y%m%d-%H%M%S}.json"
    result = {"at": now.isoformat(timespec="seconds"), "machine": machine, "figures": [asdict(one) for one in figures]}
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return path


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--store", action="append", choices=("sqlite", "postgres"))
    parser.add_argument("--only", action="append", choices=CONTENDERS)
    parser.add_argument("--repeat", type=int, default=1, help="rounds; all are listed")
    parser.add_argument("--no-raw", action="store_true", help="let Casebridge keep no payloads")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder to write the figures to")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="casebridge-bench-")))
        bench = Bench(folder, asked.messages, keep_raw=not asked.no_raw)
        stores = asked.store or ["sqlite"]
        servers = {
            name: stack.enter_context(running_server(durable=True)) if name == "postgres" else None for name in stores
        }
        for _ in range(asked.repeat):
            for store in stores:
                for contender in asked.only or CONTENDERS:
                    if contender != "casebridge x2" or store == "postgres":
                        bench.measure(contender, servers[store])
    _show(bench.figures)
    print(f"Written to {_save(bench.figures, asked.results)}")


if __name__ == "__main__":
    main()
