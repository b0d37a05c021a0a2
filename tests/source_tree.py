"""The project's own files, for the tests that read code as text."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ("adapters", "bridge", "cli", "config", "identity", "mappings")
"""Top-level names that the wheel installs."""


def modules() -> list[Path]:
    """Return the Python files that the wheel installs, relative to the root."""
    found = [path for name in HOUSE for path in (ROOT / name).rglob("*.py")]
    return sorted(path.relative_to(ROOT) for path in (*found, *ROOT.glob("cli.py")))


def written_files() -> list[Path]:
    """Return every file that is ours: those that git tracks or would track, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - git as the developer has it
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return sorted(Path(name) for name in listing.stdout.split("\0") if name and (ROOT / name).is_file())
