"""The story of a sync, top to bottom: collect, resolve, deliver, write back, publish.

Each step is idempotent and keeps its state in the store, so that a killed run goes on where it was, and a step that
fails for one connection stops no other. Deciding is in ``bridge/resolve``, ``bridge/cases``, ``bridge/triage`` and
``identity``; doing is at the two ends: sources and targets.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bridge import attachments, audit, lease, owner, runs, start
from bridge.alarms.round import go_round
from bridge.backup import recognise
from bridge.brakes import paused, resume
from bridge.collect import Counts, collect
from bridge.drafts import look
from bridge.errors import CasebridgeError, ConfigError, Exit
from bridge.hooked import hear
from bridge.modes import destination, note_beginnings, take_backlog
from bridge.outbox.deliver import deliver
from bridge.overtaken import note_answers_by_hand
from bridge.plan import plan as look_ahead
from bridge.policies import stamp, store_secret
from bridge.publish import publish, settle
from bridge.reading import reading_of
from bridge.resolve.batch import resolve
from bridge.retention import keep_no_longer
from bridge.runs import RunReport, SyncOptions
from bridge.telling import tell
from bridge.windows import warn
from bridge.writeback import write_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bridge.app import App, SourceSetup, SyncSetup, TargetSetup
    from bridge.plan import PlanReport

T = TypeVar("T")

log = structlog.get_logger()

SLICE = 3.0
"""Seconds that one slice of delivering works before it reports."""

PATIENCE = timedelta(seconds=10)
"""How long a sync waits for jobs, retries and look-ups while none of them comes to an end; the rest is left to the next one."""

REST = timedelta(seconds=75)
"""How long it leaves a target alone that takes only so much a minute, as long as each minute brings something to an end."""


def sync(app: App, name: str | None, options: SyncOptions) -> RunReport:
    """Run one sync (or all) once. Raises ``StoreBusy`` if another process is at work on the same connections."""
    app.load()
    owner.claim(app)
    sources, targets = _choose(app, name, options)
    with ExitStack() as stack:
        for what in (*(f"collect:{one.name}" for one in sources), *(f"deliver:{one.name}" for one in targets)):
            stack.enter_context(lease.hold(app.store, what, app.clock))
        report = RunReport(runs.begin(app, f"sync {name}" if name else "sync"))
        try:
            audit.record(app)
            _story(app, sources, targets, options, report)
        except Exception as error:
            report.problem(error.exit_code if isinstance(error, CasebridgeError) else Exit.OWN_FAULT, str(error))
            raise
        finally:
            _alarm(app, report)
            runs.end(app, report.run_id, report.exit_code, report.counts, report.problems)
    return report


def plan(app: App, name: str | None, limit: int, *, show_text: bool = False) -> PlanReport:
    """Say what a sync would do with at most ``limit`` messages of each source. Writes nothing."""
    app.load()
    owner.check(app)
    options = SyncOptions(limit=limit)
    sources, targets = _choose(app, name, options)
    return look_ahead(app, sources, targets, options, show_text=show_text)


def _story(
    app: App,
    sources: Iterable[SourceSetup],
    targets: Iterable[TargetSetup],
    options: SyncOptions,
    report: RunReport,
) -> None:
    note_beginnings(app)
    _each(report, targets, lambda target: _write_back(app, target, report))
    _each(report, sources, lambda source: _settle(app, source))
    _each(report, sources, lambda source: _collect(app, source, options, report))
    for target in targets if options.backlog else ():
        take_backlog(app, target)
    _resolve(app, options, report)
    _fetch_attachments(app, options, report)
    for target in targets:
        if options.accept is not None:
            resume(app.store, "deliver", target.name, accept=options.accept)
    note_answers_by_hand(app)
    _each(report, sources, lambda source: look(app, source))
    warn(app)
    tell(app)
    _each(report, targets, lambda target: _deliver(app, target, options, report))
    _each(report, sources, lambda source: _publish(app, source, options, report))
    for problem in keep_no_longer(app, sources):
        report.problem(Exit.HALTED, problem)
    _judge(app, report)


def _collect(app: App, setup: SourceSetup, options: SyncOptions, report: RunReport) -> None:
    """Read a source from where it stands; a live source that was never read starts from now."""
    if _collect_paused(app, setup):
        report.problem(
            Exit.HALTED, f"Collecting from {setup.name} is paused. Go on with: casebridge resume collect {setup.name}"
        )
        return
    reading = reading_of(setup, policies=stamp(app), secret=store_secret(app))
    beginning = start.beginning(app, setup, reading, options)
    total = report.counts.setdefault(setup.name, Counts().as_dict())

    def enough(_page: Counts) -> bool:
        return (options.limit is not None and total["seen"] >= options.limit) or _collect_paused(app, setup)

    def take(brought: Iterable[Counts]) -> None:
        for counts in brought:
            for key, value in counts.as_dict().items():
                total[key] += value
            options.progress("collect", setup.name, counts.seen)

    with start.watched(app, setup.name, reading.stream):
        heard = reading if beginning is None else beginning.reading
        take(hear(app, setup, heard, enough=enough))
        if beginning is not None:
            take(collect(app.store, beginning.reading, beginning.pages, now=app.clock.now, enough=enough))
    _tell_set_aside(report, setup.name, total["quarantined"])


def _tell_set_aside(report: RunReport, name: str, rows: int) -> None:
    if rows:
        told = f"{name}: {rows} rows could not be read and were set aside. See: casebridge quarantine list"
        report.problem(Exit.SET_ASIDE, told)


def _collect_paused(app: App, setup: SourceSetup) -> bool:
    with app.store.read() as connection:
        return paused(connection, "collect", setup.name) is not None


def _resolve(app: App, options: SyncOptions, report: RunReport) -> None:
    """Recompute whatever the new facts concern: conversations, triage, customers, cases, wanted records."""
    counts = report.counts.setdefault("resolve", {"messages": 0})
    for messages in resolve(app):
        counts["messages"] += messages
        options.progress("resolve", "", messages)


def _fetch_attachments(app: App, options: SyncOptions, report: RunReport) -> None:
    """Fetch the files of messages, so that they are delivered with them."""
    counts = attachments.fetch_all(app)
    if counts:
        report.counts["attachments"] = counts
        options.progress("fetch", "attachments", sum(counts.values()))


def _deliver(app: App, target: TargetSetup, options: SyncOptions, report: RunReport) -> None:
    """Drain what is wanted in a target, in slices, until nothing is left that can go now."""
    counts = report.counts.setdefault(target.name, {})
    target = destination(app, target)
    patience, worked = app.clock.now() + PATIENCE, False
    more = True
    while more:
        done = deliver(app, target, seconds=SLICE, owner=lease.new_owner())
        for key, value in done.counts.items():
            counts[key] = counts.get(key, 0) + value
        options.progress("deliver", target.name, sum(done.counts.values()))
        if done.ended:
            patience, worked = app.clock.now() + PATIENCE, True
        enough = patience
        if done.resting and worked:
            enough, worked = app.clock.now() + REST, False
        more = done.more or _wait(app, done.resume_at, enough)
    for problem in done.problems:
        report.problem(problem.code, problem.text)
        report.failed.add(target.name)


def _wait(app: App, resume_at: datetime | None, patience: datetime) -> bool:
    """Wait for what becomes due soon; tell whether it is worth going on."""
    if resume_at is None or resume_at > patience:
        return False
    app.clock.sleep(max(0.0, (resume_at - app.clock.now()).total_seconds()))
    return True


def _write_back(app: App, target: TargetSetup, report: RunReport) -> None:
    """Read a target's own people and cases, agents' answers and what happened to cases."""
    recognise(app, destination(app, target))
    done = write_back(app, target)
    report.counts.setdefault(target.name, {}).update(done.counts)
    _tell_set_aside(report, target.name, done.counts["quarantined"])
    for error in done.problems:
        report.problem(error.exit_code, _of(target.name, error))
        report.failed.add(target.name)


def _settle(app: App, source: SourceSetup) -> None:
    """Learn which of our answers stand on the network before it is read, so that none is taken for somebody else's."""
    settle(app, source)


def _publish(app: App, source: SourceSetup, options: SyncOptions, report: RunReport) -> None:
    """Send the answers that are due to the network."""
    if source.publisher is None:
        return
    counts = publish(app, source)
    report.counts.setdefault(source.name, Counts().as_dict()).update(counts)
    options.progress("publish", source.name, sum(counts.values()))


def _alarm(app: App, report: RunReport) -> None:
    """Tell people what is wrong; that this cannot be done is one more problem, and hides no other."""
    try:
        for problem in go_round(app, report.exit_code):
            report.problem(Exit.UNREACHABLE, problem)
    except Exception as error:  # whatever it is, the run that it was to tell of is over
        log.info("alarms not told", exc_info=error)
        report.problem(Exit.OWN_FAULT, f"alerts: {type(error).__name__}: {error}")


def _judge(app: App, report: RunReport) -> None:
    """Say what waits for a person or for an answer, whoever's run left it."""
    for code, text in (*runs.waiting_for_people(app), *runs.unanswered(app, report.failed)):
        report.problem(code, text)


def _of(name: str, error: CasebridgeError) -> str:
    """Return what a connection's error says, with its name once."""
    return f"{name}: {str(error).removeprefix(f'{name}: ')}"


def _each(report: RunReport, connections: Iterable[T], step: Callable[[T], None]) -> None:
    """Do a step for each connection, side by side; what fails is noted and stops no other."""
    connections = list(connections)

    def guarded(connection: T) -> None:
        name = connection.name  # type: ignore[attr-defined] # a SourceSetup or TargetSetup
        try:
            step(connection)
        except CasebridgeError as error:
            log.info("step failed", connection=name, error=str(error))
            report.problem(error.exit_code, _of(name, error))
            report.failed.add(name)
        except (SQLAlchemyError, OSError):
            raise  # the store's or the disk's trouble is everybody's
        except Exception as error:
            log.info("step failed", connection=name, exc_info=error)
            report.problem(
                Exit.OWN_FAULT, f"{name} failed by itself: {type(error).__name__}: {error} (more with --debug)"
            )
            report.failed.add(name)

    if len(connections) < 2:
        for connection in connections:
            guarded(connection)
        return
    with ThreadPoolExecutor(max_workers=len(connections)) as pool:
        list(pool.map(guarded, connections))


def _choose(app: App, name: str | None, options: SyncOptions) -> tuple[list[SourceSetup], list[TargetSetup]]:
    """Return the connections of a sync (or of all), cut down to those that were asked for."""
    if name is not None and name not in app.syncs:
        raise ConfigError(f"There is no sync “{name}”. There are: {', '.join(app.syncs)}.")
    chosen: list[SyncSetup] = [app.syncs[name]] if name is not None else list(app.syncs.values())
    sources = dict.fromkeys(source for one in chosen for source in one.sources)
    targets = dict.fromkeys(target for one in chosen for target in one.targets)
    for wanted, there in ((options.sources, sources), (options.targets, targets)):
        for each in wanted:
            if each not in there:
                raise ConfigError(f"There is no “{each}” in this sync. There are: {', '.join(there)}.")
    return (
        [app.sources[each] for each in sources if not options.sources or each in options.sources],
        [app.targets[each] for each in targets if not options.targets or each in options.targets],
    )
