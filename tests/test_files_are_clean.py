"""What no file of the project says: where it was made, secrets, promises to do it later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.source_tree import ROOT, written_files

if TYPE_CHECKING:
    from pathlib import Path

# Spelled in pieces, or this file would be its own first finding.
FORBIDDEN = {
    "a promise to do it later": re.compile(r"\b(?:" + "TO" + "DO|FIX" + "ME|X" + "XX)\\b|NotImplemented" + "Error"),
    "a package registry": re.compile(r"pypi\.(?:org|python)|files\.python" + r"hosted|registry\.npm" + r"js"),
    "a path of one machine": re.compile(r"(?<![\w.])/(?:work|root|Users)/\w"),
    "a merge left undone": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
    "a private key": re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"),
}
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".jsonl", ".txt", ".csv", ".tsv", ".env", ".mako", ""}
LARGEST = 500_000
LARGER = {"benchmarks/personal_data/answers.jsonl": 1_500_000}
"""Written by hand, each line with all that a check may know."""


def _texts() -> list[Path]:
    return [path for path in written_files() if path.suffix in TEXT and path.name != "LICENSE"]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{path}: {match.group()}"
        for path in _texts()
        if (match := FORBIDDEN[what].search((ROOT / path).read_bytes().decode("utf-8", "replace")))
    ]
    assert found == [], what


def test_every_exception_from_lint_or_types_gives_its_reason() -> None:
    """``noqa: CODE - why`` and ``type: ignore[code] # why``, on the line itself."""
    bare = re.compile(r"#\s*noqa(?!: [A-Z]+\d+(?:, ?[A-Z]+\d+)* - \w)|#\s*type: ignore(?!\[[\w, -]+\]\s+#\s*\w)")
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in _texts()
        if path.suffix == ".py"
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line) and path.name != "test_files_are_clean.py"
    ]
    assert found == []


def test_no_file_is_too_large_for_a_repository() -> None:
    sizes = {str(path): (ROOT / path).stat().st_size for path in written_files()}
    assert {name: size for name, size in sizes.items() if size > LARGER.get(name, LARGEST)} == {}


def test_every_mail_address_and_host_of_the_demonstration_is_an_invented_one() -> None:
    """Only names that are reserved for examples."""
    address = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)|https?://([\w.-]+)")
    hosts = {
        host
        for path in (ROOT / "config" / "demo").rglob("*")
        if path.suffix in {".jsonl", ".csv", ".tsv", ".yaml"}
        for match in address.finditer(path.read_bytes().decode("utf-8", "replace"))
        for host in match.groups()
        if host
    }
    assert {host for host in hosts if not host.endswith((".example", "example.com", "example.org"))} == set()
