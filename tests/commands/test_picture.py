"""Pictures fit the terminal that they are drawn on."""

from __future__ import annotations

import pytest

from bridge.commands.picture import BAR_WIDTH, Picture

ROWS = [("facebook", 44, 36), ("instagram", 11, 5)]


def _drawn(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("FORCE_COLOR", "1")
    Picture(quiet=False).table("Channels", ("channel", "messages", "customers"), ROWS, parts={"messages": ""})
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("width", [48, 80, 120])
def test_bars_are_as_long_as_there_is_room_and_keep_their_proportions(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    longest, other = (line.count("█") for line in _drawn(width, monkeypatch, capsys) if "█" in line)
    assert longest == BAR_WIDTH if width >= 80 else 8 < longest < BAR_WIDTH
    assert other == longest // 4


def test_a_narrow_terminal_cuts_no_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert "…" not in "".join(_drawn(48, monkeypatch, capsys))
