"""``casebridge watch`` on a mailbox: a mail becomes a case when the server tells of it, long before anybody polls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project import begin, ended

if TYPE_CHECKING:
    from tests.adapters.email.desks import MailDesk

pytestmark = pytest.mark.real


def test_a_mail_is_a_case_as_soon_as_the_server_tells_of_it(desk: MailDesk) -> None:
    watching = begin(
        desk.office.folder,
        "watch",
        "--every",
        "86400",
        "--rounds",
        "2",
        clock=desk.office.clock,
        **desk.office.secrets,
    )
    for number in range(120):  # whoever listens hears one of them at the latest
        watching.join(0.5)
        if not watching.is_alive():
            break
        desk.write(f"m{number}", "Der Router blinkt rot.")
    assert not watching.is_alive(), "nobody has heard of any mail within a minute"
    assert ended(desk.office.folder, watching).returncode == 0
    assert desk.cases() != []
