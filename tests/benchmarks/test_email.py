"""The benchmark of mails says what becomes of each file, and counts a text only if it was cut as labelled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.email import run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_tells_kinds_and_counts_cuts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "LICENSE").write_text("not a mail")
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "shop.eml").write_text("From: noreply@shop.example\n\nHallo\n")
    (tmp_path / "right.txt").write_text("Hallo\n\n> alt\n> älter\n", encoding="utf-8")
    (tmp_path / "wrong.txt").write_text("Hallo\n\nTschüss\n", encoding="utf-8")
    labels = tmp_path / "labels" / "labels.json"
    labels.parent.mkdir()
    labels.write_text(json.dumps({"right": 1, "wrong": 1, "absent": 1}))
    monkeypatch.setattr(run, "LABELS", labels)
    monkeypatch.setattr("sys.argv", ["run", str(tmp_path), "--show"])
    run.main()
    said = capsys.readouterr().out
    assert "set aside: the mail is empty" in said
    assert "message of a machine: machine" in said
    assert "cut as labelled: 1 of 2" in said
    assert "  wrong" in said
    assert "  right" not in said


def test_labels_name_lines_and_hold_no_text() -> None:
    labels = json.loads(run.LABELS.read_text(encoding="utf-8"))
    assert len(labels) > 100
    assert all(isinstance(end, int) and end > 0 for end in labels.values())
