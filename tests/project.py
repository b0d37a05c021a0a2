"""A small project in a folder, as a user would have it: files in, the desk out."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from multiprocessing.context import ForkServerProcess

    from bridge.clock import Clock
    from bridge.store.store import Store

ROOT = Path(__file__).parent.parent

PROJECT = """\
organisation: acme
environment: test
store: {store}
sources:
  feed:
    type: file
    path: {path}
    network: x
    account: brand
    own: [brand]
    facts:
      order: 'order (A\\d+)'
targets:
  desk:
    type: desk
    mode: live
    persons: create
    {desk}
triage: triage.yaml
"""


def write_project(
    folder: Path, *, store: str = "sqlite:///casebridge.db", path: str = "inbox/*.jsonl", desk: str = "publish: false"
) -> Path:
    """Write a project that reads JSON Lines from ``inbox`` and delivers to the desk."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inbox").mkdir(exist_ok=True)
    (folder / "casebridge.yaml").write_text(PROJECT.format(store=store, path=path, desk=desk))
    shutil.copy(ROOT / "config" / "starter" / "triage.yaml", folder / "triage.yaml")
    return folder


def put(folder: Path, name: str, documents: Iterable[Mapping[str, Any]]) -> Path:
    """Put an export into the inbox."""
    path = folder / "inbox" / name
    path.write_text("".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents))
    return path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, 137 at a crash point, and what it said."""

    returncode: int
    output: str


def casebridge(folder: Path, *arguments: str, **environment: str) -> Ended:
    """Run the program to its end in a process of its own."""
    return ended(folder, begin(folder, *arguments, clock=None, **environment))


def begin(folder: Path, *arguments: str, clock: Clock | None = None, **environment: str) -> ForkServerProcess:
    """Begin the program in a process of its own, forked from one that has loaded it: hundreds of them can be killed.

    ``clock`` takes the place of the machine's.
    """
    return fork(_main, folder, arguments, environment, clock)


def fork(function: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """Begin a function of ours in a process of its own."""
    process = _FORKING.Process(target=function, args=arguments)
    process.start()
    return process


def ended(folder: Path, process: ForkServerProcess) -> Ended:
    """Wait for the end of a process that has begun."""
    process.join(300)
    assert process.exitcode is not None, "a process still runs after five minutes"
    code = process.exitcode
    process.close()
    return Ended(code, _output(folder).read_text(encoding="utf-8"))


_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["cli", "config.composing", "bridge.commands.running"])


def _main(folder: Path, arguments: tuple[str, ...], environment: dict[str, str], clock: Clock | None) -> None:
    os.environ.update(environment, NO_COLOR="1")
    file = os.open(_output(folder), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    import cli  # noqa: PLC0415 - loaded by the process that this one was forked from; the tests' own need not

    if clock is not None:
        cli.compose = partial(cli.compose, clock=clock)
    cli.main(["--project", str(folder), *arguments])


def _output(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.output")


def partitions(store: Store) -> dict[str, set[frozenset[str]]]:
    """Return which messages share a conversation, a customer and a case: what must not depend on the order of arrival."""
    resolved, message = schema.resolved.c, schema.message.c
    groups: dict[str, dict[int, set[str]]] = {
        "conversation": defaultdict(set),
        "customer": defaultdict(set),
        "case": defaultdict(set),
    }
    query = select(message.key, resolved.conversation_id, resolved.customer_id, resolved.case_id).join(
        schema.resolved, resolved.message_id == message.id
    )
    with store.read() as connection:
        for row in connection.execute(query):
            groups["conversation"][row.conversation_id].add(row.key)
            if row.customer_id is not None:
                groups["customer"][row.customer_id].add(row.key)
            if row.case_id is not None:
                groups["case"][row.case_id].add(row.key)
    return {name: {frozenset(keys) for keys in found.values()} for name, found in groups.items()}
