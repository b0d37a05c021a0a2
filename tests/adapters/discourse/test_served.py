"""A forum calls, and is asked as well: what both bring is one message and one case."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import select

from bridge.clock import ShiftedClock
from bridge.engine import sync
from bridge.errors import Exit
from bridge.hooked import inbox_of
from bridge.runs import SyncOptions
from bridge.store import schema
from bridge.web.receiver import create_app
from cli import compose
from tests.fakes.discourse.forum import KEY, SECRET, Forum
from tests.fakes.serving import running
from tests.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """\
organisation: acme
environment: test
sources:
  forum: {{type: discourse, base_url: {url}, api_key: {key}, username: acme, webhook_secret: {secret}}}
targets:
  desk: {{type: desk, mode: live}}
triage: triage.yaml
"""


def test_what_is_called_in_and_what_is_listed_is_one_message(tmp_path: Path) -> None:
    clock = ShiftedClock()
    forum = Forum(clock)
    with running(forum.app) as url:
        (tmp_path / "casebridge.yaml").write_text(PROJECT.format(url=url, key=KEY, secret=SECRET))
        shutil.copy(ROOT / "config" / "starter" / "triage.yaml", tmp_path / "triage.yaml")
        app = compose(tmp_path, clock)
        assert sync(app, None, SyncOptions()).exit_code is Exit.OK
        clock.forward(timedelta(minutes=1))
        id_ = forum.open_topic("mira", "No network", "It is down since Monday, why? Please help!")
        receivers = {name: one.receiver for name, one in app.sources.items() if one.receiver is not None}
        headers, body = forum.call("post_created", id_)
        with running(create_app(receivers, inbox_of(app), app.clock, None), lifespan="on") as hooks:
            assert httpx.post(f"{hooks}/hooks/forum", content=body, headers=headers).status_code == 200
            forged = headers | {"X-Discourse-Event-Signature": f"sha256={'0' * 64}"}
            assert httpx.post(f"{hooks}/hooks/forum", content=body, headers=forged).status_code == 401
        for _ in range(2):
            clock.forward(timedelta(minutes=1))
            assert sync(app, None, SyncOptions()).exit_code is Exit.OK
        with app.store.read() as connection:
            assert connection.execute(select(schema.message.c.key)).scalars().all() == [
                f"discourse/{url.removeprefix('http://')}/{id_}"
            ]
        assert len(list(app.targets["desk"].target.keys("Case"))) == 1
        app.close()
