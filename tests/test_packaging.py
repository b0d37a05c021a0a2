"""The wheel: everything in it that is needed, installed and run in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

import pytest

from tests.source_tree import HOUSE, ROOT, written_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with what is installed here, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment that borrows the libraries of this one; return ``casebridge``."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, with_pip=False)
    site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--no-deps"]
    command += ["--no-index", "--disable-pip-version-check", "--quiet", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (site / "borrowed.pth").write_text("\n".join(_borrowed()), encoding="utf-8")
    return folder / "bin" / "casebridge"


def _borrowed() -> list[str]:
    """Return the folders that hold our libraries; their .pth files, so our own checkout, do not come along."""
    return sorted({path for path in sys.path if path.endswith("site-packages")})


def _run(program: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}
    )


def test_the_wheel_holds_the_house_and_nothing_else(wheel: Path) -> None:
    """No tests, no benchmarks, no docs."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0].removesuffix(".py") for name in archive.namelist() if ".dist-info" not in name}
    assert tops <= set(HOUSE)
    assert tops >= {"adapters", "bridge", "cli", "config", "identity"}


def test_every_file_of_the_house_is_in_the_wheel(wheel: Path) -> None:
    """YAML mappings, schemas, starter rules and the demonstration's data included."""
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    ours = {path.as_posix() for path in written_files() if path.parts[0].removesuffix(".py") in HOUSE}
    assert ours - inside == set()


def test_the_installed_program_says_its_version(program: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    done = _run(program, tmp_path, "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert project["version"] in done.stdout


def test_the_installed_program_finds_every_adapter(program: Path, tmp_path: Path) -> None:
    done = _run(program, tmp_path, "adapters", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f'"{name}"' in json.dumps(json.loads(done.stdout)) for name in ("file", "memory", "desk"))


def test_the_installed_program_starts_a_project_that_passes_its_own_check(program: Path, tmp_path: Path) -> None:
    started = _run(program, tmp_path, "init", "shop")
    assert started.returncode == 0, started.stdout + started.stderr
    checked = _run(program, tmp_path / "shop", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", HOUSE)
def test_no_other_distribution_claims_our_names(name: str) -> None:
    """The names are generic, so Casebridge is an application in an environment of its own."""
    others = set(packages_distributions().get(name, [])) - {"casebridge"}
    assert not others, f"{', '.join(others)} also installs a top-level {name}: give Casebridge its own environment"


def test_the_pinned_versions_name_no_address_and_satisfy_what_we_ask_for() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(pin.count("==") == 1 and not set(pin) & set(":/@ ") for pin in pins)
    pinned = {pin.split("==")[0].lower().replace("_", "-") for pin in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    names = {line.split(">")[0].split("=")[0].split("[")[0].lower() for line in asked}
    assert names - pinned == set()
