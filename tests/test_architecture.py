"""The plan of the house: which way imports point, what modules may be called, how long they may get."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from tests.source_tree import HOUSE, ROOT, modules

if TYPE_CHECKING:
    from pathlib import Path

MAY_IMPORT = {
    "identity": {"identity"},
    "bridge": {"bridge", "identity"},
    "adapters": {"adapters", "bridge", "identity"},
    "config": {"config", "bridge", "identity"},
    "mappings": set[str](),
    "cli": set(HOUSE),
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base"}
LONGEST = 300
MAY_BE_LONGER = {
    "bridge/store/migrations/versions/0001_initial.py": "the schema once more, as statements",
}
GROUPS = ("casebridge.sources", "casebridge.publishers", "casebridge.targets")
REINSTALL = "Entry points live in the installed metadata: run `pip install -e .` (or `make test`) after editing them."


def _imports(module: Path) -> set[tuple[str, ...]]:
    """Return what a module imports, anywhere in it, as dotted parts."""
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: relative import; name the module from the top"
            parts = tuple((node.module or "").split("."))
            found |= {(*parts, alias.name) for alias in node.names}
    return found


def _room(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


@pytest.mark.parametrize("module", modules(), ids=str)
def test_imports_point_one_way(module: Path) -> None:
    """Arrows: cli → config, bridge, adapters; adapters → bridge, identity; bridge → identity; identity → nothing."""
    ours = {parts[0] for parts in _imports(module)} & set(HOUSE)
    wrong = ours - MAY_IMPORT[_room(module)]
    assert not wrong, f"{module} imports {', '.join(sorted(wrong))}; {_room(module)} may not"


def test_nothing_imports_the_composition_root_or_the_tests() -> None:
    wrong = [str(module) for module in modules() for parts in _imports(module) if parts[0] in {"cli", "tests"}]
    assert wrong == []


@pytest.mark.parametrize("module", [module for module in modules() if _room(module) == "adapters"], ids=str)
def test_adapters_never_import_each_other(module: Path) -> None:
    own = module.parts[1]
    others = {parts[1] for parts in _imports(module) if parts[0] == "adapters" and len(parts) > 1} - {own}
    assert not others, f"{module} imports {', '.join(sorted(others))}; what two adapters share is a function in bridge"


def test_identity_needs_nothing_that_reads_or_writes() -> None:
    """It is pure functions: no database, no network, no files."""
    doors = {"sqlalchemy", "sqlmodel", "httpx", "requests", "socket", "sqlite3", "subprocess", "pathlib", "os"}
    wrong = {
        (str(module), parts[0]) for module in modules() if _room(module) == "identity" for parts in _imports(module)
    }
    assert {(module, name) for module, name in wrong if name in doors} == set()


def test_only_the_composition_root_and_the_commands_know_typer() -> None:
    wrong = [
        str(module)
        for module in modules()
        if any(parts[0] == "typer" for parts in _imports(module))
        and _room(module) != "cli"
        and module.parts[:2] != ("bridge", "commands")
    ]
    assert wrong == []


def test_modules_are_called_by_what_they_are_for() -> None:
    named = {str(module): {part.removesuffix(".py") for part in module.parts} for module in modules()}
    assert {name: parts & FORBIDDEN_NAMES for name, parts in named.items() if parts & FORBIDDEN_NAMES} == {}


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    """Longer than 300 lines needs a reason here that a reader would accept."""
    lengths = {str(module): len((ROOT / module).read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST and name not in MAY_BE_LONGER} == {}
    assert {name for name in MAY_BE_LONGER if lengths.get(name, 0) <= LONGEST} == set(), "needs no exception any more"


def _declared() -> dict[str, dict[str, str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {group: project["entry-points"].get(group, {}) for group in GROUPS}


def test_every_adapter_folder_is_registered_and_every_registration_has_its_folder() -> None:
    folders = {path.parent.name for path in (ROOT / "adapters").glob("*/__init__.py")}
    registered = {name for names in _declared().values() for name in names}
    assert folders == registered, f"adapters/ and pyproject.toml differ. {REINSTALL}"
    places = {place.split(".")[1] for names in _declared().values() for place in names.values()}
    assert places == folders, "an entry point stands in the folder of its own name"


@pytest.mark.parametrize("group", GROUPS)
def test_what_is_installed_is_what_pyproject_says(group: str) -> None:
    found = {point.name: point.value for point in entry_points(group=group) if point.value.startswith("adapters.")}
    assert found == _declared()[group], REINSTALL


@pytest.mark.parametrize("room", ["identity", "bridge", "adapters", "config"])
def test_every_package_says_in_a_sentence_what_it_is(room: str) -> None:
    silent = [
        str(module)
        for module in modules()
        if _room(module) == room and not ast.get_docstring(ast.parse((ROOT / module).read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_python_3_11_is_enough() -> None:
    """Every module parses as Python 3.11, whatever runs the tests."""
    assert sys.version_info >= (3, 11)
    for module in modules():
        ast.parse((ROOT / module).read_text(encoding="utf-8"), feature_version=(3, 11))
