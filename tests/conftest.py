"""What all tests may ask for: a clock, a store on either database, an empty database."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bridge.clock import FixedClock
from bridge.store import migrate
from bridge.store.store import Store
from bridge.store.tables import Table
from tests.postgres import TEMPLATE, NoServerError, Server, running_server
from tests.servers import shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The same commit gives the same result; `make soak` throws the dice anew, and longer.
settings.register_profile(
    "house", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("soak", settings.get_profile("house"), derandomize=False, max_examples=1_000)
settings.load_profile(os.environ.get("CASEBRIDGE_TEST_PROFILE", "house"))

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(autouse=True)
def _logs_end_with_the_test() -> Iterator[None]:
    """Forget where a command's logs went: its stderr is closed when it ends."""
    yield
    _plain_logs()


def _plain_logs() -> None:
    """Show tracebacks without what stood in each variable, which takes seconds to write down."""
    structlog.reset_defaults()
    shown = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], shown])


_plain_logs()


def pytest_sessionfinish() -> None:
    """Stop the servers that tests shared."""
    shared.stop()


@pytest.fixture
def clock() -> FixedClock:
    """Stand on a Monday morning until moved."""
    return FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Run a server for the session (one for each worker of xdist)."""
    running = running_server()
    try:
        server = running.__enter__()
    except NoServerError as error:
        pytest.skip(str(error))
    try:
        server.create(name=TEMPLATE)
        _create_tables(server.url(TEMPLATE))
        yield server
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store file with empty tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database without tables, on both databases in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    yield from _database(request, "template1")


@pytest.fixture(params=BOTH)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database with empty tables, on both databases in turn."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    yield from _database(request, TEMPLATE)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """Open a store with empty tables, on both databases in turn."""
    store = Store(store_url)
    yield store
    store.close()


def _database(request: pytest.FixtureRequest, template: str) -> Iterator[str]:
    server: Server = request.getfixturevalue("postgres_server")
    name = server.create(template=template)
    yield server.url(name)
    server.drop(name)


def _create_tables(url: str) -> None:
    store = Store(url)
    with store.write("create") as connection:
        Table.metadata.create_all(connection)
        migrate.stamp(connection)
    store.close()
