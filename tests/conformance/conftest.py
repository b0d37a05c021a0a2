"""Every registered adapter runs through the suite; one without a harness is an error, not a skip."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bridge import registry
from bridge.registry import Role
from tests.conformance.harness import Cannot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from tests.conformance.harness import PublisherHarness, SourceHarness, TargetHarness

FIXTURES = {"source": Role.SOURCE, "publisher": Role.PUBLISHER, "target": Role.TARGET}
"""Fixture → the role whose adapters it runs over; the fixture has the name of the harness's function."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``source``, ``publisher`` or ``target`` once for each registered one."""
    for name, role in FIXTURES.items():
        if name in metafunc.fixturenames:
            kinds = registry.kinds(role)
            assert kinds, f"no {name} is registered; install Casebridge first: pip install -e ."
            metafunc.parametrize(name, [each for kind in kinds for each in _variants(kind)], indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Any:  # noqa: ANN401 - pytest's own type
    """Take a harness's word that its far side has no such thing: the promise does not apply there."""
    try:
        return (yield)
    except Cannot as reason:
        pyfuncitem.user_properties.append(("does not apply", str(reason)))
        return True


@pytest.fixture
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SourceHarness]:
    """Return the harness of one registered source."""
    with ExitStack() as stack:
        yield stack.enter_context(_harness(request.param, "source")(tmp_path))


@pytest.fixture
def publisher(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PublisherHarness]:
    """Return the harness of one registered publisher."""
    with ExitStack() as stack:
        yield stack.enter_context(_harness(request.param, "publisher")(tmp_path))


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TargetHarness]:
    """Return the harness of one registered target."""
    with ExitStack() as stack:
        yield stack.enter_context(_harness(request.param, "target")(tmp_path))


def _variants(kind: str) -> list[Any]:
    """Return the systems that an adapter is tried with; mark those that are somebody's real server (``REAL = True``)."""
    found = _place(kind)
    harness = _module(f"tests.adapters.{kind}.harness", found) if found else None
    marks = [pytest.mark.real] if getattr(harness, "REAL", False) else []
    names = [f"{kind}-{variant}" for variant in getattr(harness, "VARIANTS", ())] or [kind]
    return [pytest.param(name, marks=marks) for name in names]


def _place(kind: str) -> Path | None:
    place = Path("tests", "adapters", kind, "harness.py")
    return next((path for folder in sys.path if (path := Path(folder) / place).is_file()), None)


def _harness(name: str, role: str) -> Any:  # noqa: ANN401 - a function of a module found by name
    kind, _, variant = name.partition("-")
    found = _place(kind)
    if found is None:
        message = (
            f"The {role} {kind!r} is registered but has no tests/adapters/{kind}/harness.py; "
            "tests/conformance/harness.py says what it gives."
        )
        raise LookupError(message)
    giving = getattr(_module(f"tests.adapters.{kind}.harness", found), role)
    return partial(giving, variant=variant) if variant else giving


def _module(name: str, path: Path) -> ModuleType:
    """Load a module by its file: pytest's own import of ``tests`` hides those of other distributions."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
