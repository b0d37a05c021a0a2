"""Where a server cannot be had it is said which, and its tests are skipped; nothing fails."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bridge.clock import SystemClock
from tests.servers import bluesky, django_helpdesk, dovecot, mastodon, program, request_tracker, shared

if TYPE_CHECKING:
    from collections.abc import Callable

INSTALL = Path(__file__).with_name("install.sh")
LACKS = "exit 1"
WORKS = "exit 0"
WANTED = " ".join(request_tracker.PACKAGES)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    """Give what installs on a machine that has these programs only, each with what it does; returns what it says."""

    def install(**programs: str) -> str:
        folder = tmp_path / "programs"
        folder.mkdir()
        for name, does in {"rm": WORKS, "grep": "cat >/dev/null; exit 1", "python": LACKS, **programs}.items():
            program = folder / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{does}\n")
            program.chmod(0o755)
        command = ["/bin/sh", INSTALL, tmp_path / "environment", "python", tmp_path / "bluesky"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": f"{folder}:/no"})
        return done.stdout

    return install


def test_a_machine_without_apt_is_told_what_is_skipped(run: Callable[..., str]) -> None:
    assert "Request Tracker: no apt-get here; its tests are skipped." in run(dpkg_query=LACKS)


def test_whoever_is_not_root_is_told_what_to_ask_for(run: Callable[..., str]) -> None:
    said = run(dpkg_query=LACKS, apt_get=WORKS, id="echo 1000")
    assert (
        f"not root; its tests are skipped until somebody runs: apt-get install --no-install-recommends {WANTED}" in said
    )


def test_an_apt_that_fails_is_no_failure(run: Callable[..., str]) -> None:
    said = run(dpkg_query=LACKS, apt_get=LACKS, id="echo 0")
    assert f"Request Tracker: apt-get could not install {WANTED}; its tests are skipped." in said


def test_what_pip_cannot_have_is_said(run: Callable[..., str]) -> None:
    said = run(dpkg_query=WORKS, apt_get=WORKS)
    assert "django-helpdesk: pip could not install it; its tests are skipped." in said
    assert "mastodon_mock: pip could not install it; its tests are skipped." in said


def test_what_npm_cannot_have_is_said(run: Callable[..., str]) -> None:
    assert "Bluesky: no npm here; its tests are skipped." in run(dpkg_query=WORKS)


def test_an_npm_that_fails_is_no_failure(run: Callable[..., str]) -> None:
    assert "Bluesky: npm could not install it" in run(dpkg_query=WORKS, npm=LACKS, mkdir='exec /bin/mkdir "$@"')


@pytest.mark.parametrize(
    ("module", "path", "start", "told"),
    [
        (request_tracker, "_SETUP", shared.request_tracker, WANTED),
        (django_helpdesk, "PYTHON", shared.django_helpdesk, "make servers"),
        (mastodon, "PROGRAM", shared.mastodon, "make servers"),
        (bluesky, "FOLDER", shared.bluesky, "make servers"),
        (dovecot, "_PROGRAM", shared.dovecot, "dovecot-imapd"),
    ],
    ids=["request_tracker", "django_helpdesk", "mastodon", "bluesky", "dovecot"],
)
def test_tests_of_a_server_that_is_not_here_are_skipped_with_a_sentence(
    module: object, path: str, start: Callable[[], object], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, path, tmp_path / "nowhere")
    with pytest.raises(pytest.skip.Exception, match=told):
        start.__wrapped__()  # type: ignore[attr-defined]  # the session's own may have been started already


def test_a_machine_without_a_clock_that_can_be_set_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all packages this one is missed only when the server is to be started."""
    monkeypatch.setattr(request_tracker, "_SETUP", tmp_path)
    monkeypatch.setattr(request_tracker, "_SHARE", tmp_path)
    monkeypatch.setattr(request_tracker, "LIBRARIES", tmp_path)
    (tmp_path / "libexec").mkdir()
    (tmp_path / "libexec" / "rt-server").touch()
    with (
        pytest.raises(program.NotInstalledError, match="libfaketime"),
        request_tracker.running(SystemClock().now()),
    ):
        pass
