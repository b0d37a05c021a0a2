"""The quarantine: what could not be read is repaired and read again with the same functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.collect import store_repaired
from bridge.errors import ConfigError
from bridge.nouns import Broken
from bridge.policies import stamp, store_secret
from bridge.reading import reading_of
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Row

    from bridge.app import App


@dataclass(slots=True)
class ReplayReport:
    """How many rows were read, and why the others still cannot be."""

    replayed: int = 0
    still_broken: dict[int, str] = field(default_factory=dict)
    """Quarantine number → reason."""


def replay(app: App, ids: Sequence[int], changes: Mapping[int, Mapping[str, str]]) -> ReplayReport:
    """Read open rows again, with repaired fields where given; those that can be read leave the quarantine."""
    report = ReplayReport()
    table = schema.quarantine
    with app.store.read() as connection:
        rows = list(bulk.rows_where(connection, select(table).where(table.c.state == "open"), table.c.id, ids))
    missing = sorted(set(ids) - {row.id for row in rows})
    if missing:
        raise ConfigError(f"Not open in the quarantine: {', '.join(f'Q-{id_}' for id_ in missing)}.")
    for row in rows:
        _replay(app, row, changes.get(row.id, {}), report)
    return report


def drop(app: App, ids: Sequence[int]) -> int:
    """Give up on rows for good; they stay listed as dropped."""
    table = schema.quarantine
    with app.store.write("drop") as connection:
        where = table.c.id.in_(ids) & (table.c.state == "open")
        return connection.execute(table.update().where(where).values(state="dropped")).rowcount


def _replay(app: App, row: Row[tuple[object, ...]], changes: Mapping[str, str], report: ReplayReport) -> None:
    setup = app.sources.get(row.connection)
    if row.connection in app.targets:
        report.still_broken[row.id] = (
            f"It is of the target {row.connection}: mend it there, where it is read again once it is changed. Then: casebridge quarantine drop Q-{row.id}"
        )
        return
    if setup is None:
        report.still_broken[row.id] = f"The source {row.connection} is not in the project file any more."
        return
    if not row.fields and not changes:
        report.still_broken[row.id] = (
            f"{row.reason}. It was never read as far as fields: give all of them, or repair it where it came from"
        )
        return
    page = setup.source.reread({**(row.fields or {}), **changes}, row.place)
    broken = [event for event in page.events if isinstance(event, Broken)]
    if broken:
        report.still_broken[row.id] = broken[0].reason
        _mark(app, row.id, reason=broken[0].reason)
        return
    reading = reading_of(setup, policies=stamp(app), secret=store_secret(app))
    store_repaired(app.store, reading, page, now=app.clock.now())
    _mark(app, row.id, state="replayed")
    report.replayed += 1


def _mark(app: App, id_: int, **values: str) -> None:
    with app.store.write("quarantine") as connection:
        connection.execute(schema.quarantine.update().where(schema.quarantine.c.id == id_).values(**values))
