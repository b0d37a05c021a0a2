"""Look ahead: what a sync would create, update, skip or refuse, with reasons and differences. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from bridge import start
from bridge.collect import store_page
from bridge.modes import destination, note_beginnings
from bridge.nouns import Broken, Reference, Said
from bridge.outbox.preview import HIDDEN, preview
from bridge.policies import stamp, store_secret
from bridge.reading import Reading, reading_of
from bridge.resolve.batch import resolve
from bridge.scratch import scratch
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.app import App, SourceSetup, TargetSetup
    from bridge.nouns import Page
    from bridge.outbox.preview import Preview
    from bridge.runs import SyncOptions

_D, _M, _R = schema.delivery.c, schema.message.c, schema.resolved.c


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One thing that would happen to one record; ``changes`` are (field, before, after)."""

    action: str
    """create, update, skip or refuse."""
    thing: str
    key: str
    title: str
    reason: str = ""
    changes: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(slots=True)
class PlanReport:
    """What would happen, line by line, and how often."""

    lines: list[PlanLine] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def plan(
    app: App,
    sources: Iterable[SourceSetup],
    targets: Iterable[TargetSetup],
    options: SyncOptions,
    *,
    show_text: bool = False,
) -> PlanReport:
    """Read at most ``options.limit`` messages of each source (to the end of a page), decide, and compare with the targets.

    What people wrote is hidden unless ``show_text``.
    """
    report = PlanReport()
    fetched = [(setup, *_fetch(app, setup, options)) for setup in sources]
    with scratch(app) as tried:
        note_beginnings(tried)
        before = _last_message(tried)
        for _, reading, pages in fetched:
            for page in pages:
                store_page(tried.store, reading, page, now=app.clock.now())
                report.lines += _broken(page)
        for _ in resolve(tried):
            pass
        report.lines += _skipped(tried, before)
        for setup in targets:
            found = preview(tried, destination(tried, setup), show_text=show_text)
            report.lines += [_line(one) for one in found]
    report.counts = dict(Counter(f"{line.action} {line.thing}" for line in report.lines))
    return report


def _fetch(app: App, setup: SourceSetup, options: SyncOptions) -> tuple[Reading, list[Page]]:
    """Read pages before the store is locked; the cursor does not move."""
    reading = reading_of(setup, policies=stamp(app), secret=store_secret(app))
    beginning = start.beginning(app, setup, reading, options, look_only=True)
    pages: list[Page] = []
    messages = 0
    for page in beginning.pages if beginning is not None else ():
        pages.append(page)
        messages += sum(isinstance(event, Said) for event in page.events)
        if options.limit is not None and messages >= options.limit:
            break
    return (beginning.reading if beginning is not None else reading), pages


def _last_message(app: App) -> int:
    with app.store.read() as connection:
        return connection.execute(select(_M.id).order_by(_M.id.desc()).limit(1)).scalar() or 0


def _broken(page: Page) -> Iterable[PlanLine]:
    return (
        PlanLine("refuse", "row", event.where, "", f"would be set aside: {event.reason}")
        for event in page.events
        if isinstance(event, Broken)
    )


def _skipped(app: App, before: int) -> list[PlanLine]:
    """Return the new messages that would go into no case, with the reason."""
    query = (
        select(_M.id, _M.key, _M.kind, _R.why)
        .join(schema.resolved, and_(_R.message_id == _M.id, _R.case_id.is_(None)))
        .where(_M.id > before)
        .order_by(_M.id)
    )
    with app.store.read() as connection:
        return [
            PlanLine("skip", "message", row.key, row.kind, f"no case: {row.why}") for row in connection.execute(query)
        ]


def _line(one: Preview) -> PlanLine:
    changes = tuple(
        (name, HIDDEN, HIDDEN) if name in one.hidden else (name, one.present.get(name), _plain(value))
        for name, value in one.fields.items()
        if one.present.get(name) != _plain(value)
    )
    return PlanLine(one.action, one.thing, one.key, one.title, one.reason, changes if one.action == "update" else ())


def _plain(value: Any) -> Any:  # noqa: ANN401 - a JSON value or a reference
    return value.ref if isinstance(value, Reference) else value
