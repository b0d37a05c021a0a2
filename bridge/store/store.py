"""Open a store and its transactions."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from bridge.crash import crash_point
from bridge.errors import ConfigError, Transient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL, Connection, Engine

SQLITE_BUSY_SECONDS = 30
SQLITE_CACHE_KB = 12_288
"""For each connection, of which a sync has four. 64 MB made 100,000 messages no faster, 24 MB kept 50 MB more (measured)."""


class Store:
    """The one database of a project. ``url``: ``sqlite:///path`` or ``postgresql+psycopg://…``."""

    lasting = True
    """False where everything is taken back in the end, and one connection serves all."""

    def __init__(self, url: str) -> None:
        """Prepare the engine; opens nothing."""
        self.url: URL = make_url(url)
        self.engine: Engine = _engine(self.url)

    @property
    def sqlite(self) -> bool:
        """Tell whether the store is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a short reading transaction."""
        with _clear_errors(self.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, point: str) -> Iterator[Connection]:
        """Open a short writing transaction; ``point`` names it for crash tests. No computing, no network inside."""
        with _clear_errors(self.url):
            with self.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
                yield connection
                crash_point(f"{point}.before_commit")
            crash_point(f"{point}.after_commit")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        _make_folder(url)
        settings = {"timeout": SQLITE_BUSY_SECONDS, "check_same_thread": False}
        engine = create_engine(
            url, connect_args=settings, pool_use_lifo=True
        )  # one warm cache, not all of them in turn
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        return engine
    if url.get_backend_name() == "postgresql":
        engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        event.listen(engine, "connect", _on_postgres_connect)
        return engine
    message = f"store: {url.get_backend_name()} is not supported; use sqlite:///file or postgresql://…"
    raise ConfigError(message)


def _make_folder(url: URL) -> None:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"store: the folder {folder} cannot be made: {error.strerror}. Name another place for the store."
        raise ConfigError(message) from error


def _on_sqlite_connect(connection: Any, _record: Any) -> None:  # noqa: ANN401 - DBAPI objects are untyped
    connection.isolation_level = None
    for pragma in (
        "auto_vacuum=INCREMENTAL",
        "journal_mode=WAL",
        "synchronous=FULL",
        f"cache_size=-{SQLITE_CACHE_KB}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_postgres_connect(connection: Any, _record: Any) -> None:  # noqa: ANN401 - DBAPI objects are untyped
    """Send arrays in binary, and plan look-ups once, without looking at their values (both measured).

    As text every quotation mark in an array is escaped, a hundred times the work. A plan made for an array of thousands
    reads the whole table as long as nobody has counted its values, which is until minutes after a first import.
    """
    from psycopg.types.array import ListBinaryDumper  # noqa: PLC0415 - only where the extra is installed

    connection.adapters.register_dumper(list, ListBinaryDumper)
    connection.prepare_threshold = 0
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.commit()


def _on_sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


@contextmanager
def _clear_errors(url: URL) -> Iterator[None]:
    where = url.render_as_string(hide_password=True)
    try:
        yield
    except OperationalError as error:
        reason = " ".join(str(error.orig).split()).rstrip(".?")
        message = f"The store {where} cannot be used: {reason}. Check disk space, permissions and that it is running."
        raise Transient(message) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:
            raise
        message = (
            f"The store {where} is damaged or no database: {error.orig}. "
            "Move it away, then bring a backup back with: casebridge restore"
        )
        raise ConfigError(message) from error
