"""The store's schema: made once, upgraded by whoever comes first, never downgraded in silence."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bridge.errors import ConfigError
from bridge.store import migrate
from bridge.store.store import Store
from bridge.store.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection


@pytest.fixture
def empty(empty_url: str) -> Iterator[Store]:
    store = Store(empty_url)
    yield store
    store.close()


def _schema(connection: Connection) -> set[str]:
    """Return every statement that made the schema, in the database's own words."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name || ' ' || sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name != :version"
    else:
        query = """
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename != :version
            UNION ALL SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name != :version
            UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid != (:version)::regclass
        """
    rows: Any = connection.execute(text(query), {"version": migrate.VERSION_TABLE}).scalars()
    return {" ".join(row.replace("\t", " ").split()) for row in rows}


def test_a_migrated_store_has_exactly_the_tables_of_the_program(empty: Store) -> None:
    """Alembic sees no difference on either database; after a change of the tables, run ``make migration``."""
    migrate.ensure(empty)
    with empty.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "version_table": migrate.VERSION_TABLE}
        )
        assert compare_metadata(context, Table.metadata) == []


def test_migrations_and_tables_make_the_same_schema_word_for_word(empty: Store) -> None:
    """Partial indexes, which Alembic does not compare, included."""
    migrate.ensure(empty)
    with empty.write("test") as connection:
        migrated = _schema(connection)
        Table.metadata.drop_all(connection)
        Table.metadata.create_all(connection)
        assert migrated == _schema(connection)


def test_the_head_that_the_program_names_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(migrate.alembic_config()).get_current_head() == migrate.HEAD


def test_upgrading_a_second_time_does_nothing_and_keeps_what_was_written(empty: Store) -> None:
    assert migrate.pending(empty) == ""
    assert migrate.ensure(empty) is True
    with empty.write("test") as connection:
        connection.execute(Table.metadata.tables["stub"].insert().values(key="x//1", conversation_id=7))
    assert migrate.pending(empty) is None
    assert migrate.ensure(empty) is False
    with empty.read() as connection:
        assert connection.execute(text("SELECT conversation_id FROM stub")).scalars().all() == [7]


def test_a_store_of_a_newer_program_is_left_alone_with_a_word_on_what_to_do(empty: Store) -> None:
    migrate.ensure(empty)
    with empty.write("test") as connection:
        connection.execute(text(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(ConfigError, match=r"made by a newer Casebridge \(schema 9999.*Install that version"):
        migrate.ensure(empty)


def test_somebody_elses_tables_are_not_touched(empty: Store) -> None:
    with empty.write("test") as connection:
        connection.execute(text("CREATE TABLE message (id INTEGER)"))
    with pytest.raises(ConfigError, match=r"tables that Casebridge did not make \(message\)"):
        migrate.ensure(empty)


def test_two_programs_that_start_at_once_make_one_store(empty_url: str) -> None:
    """The second waits and finds everything done."""
    program = (
        "import sys; from bridge.store import migrate; from bridge.store.store import Store;"
        "store = Store(sys.argv[1]); migrate.ensure(store); sys.exit(migrate.pending(store) is not None)"
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", program, empty_url], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    complaints = [racer.communicate()[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0, 0], complaints


def test_a_crash_in_the_midst_of_a_migration_leaves_nothing_behind(empty_url: str) -> None:
    """Before the commit there is no table; the next start makes them all."""
    program = "import sys; from bridge.store import migrate; from bridge.store.store import Store; migrate.ensure(Store(sys.argv[1]))"
    crashed = subprocess.run(
        [sys.executable, "-c", program, empty_url], env={"CRASH_AT": "migrate.before_commit:1"}, check=False
    )
    assert crashed.returncode == 137
    store = Store(empty_url)
    assert migrate.pending(store) == ""
    assert migrate.ensure(store) is True
    store.close()
