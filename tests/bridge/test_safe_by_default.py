"""The CRM is somebody's workplace: what happens to it, and to customers, without anybody having asked for it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

import cli
from adapters.memory.source import MemorySource
from bridge.app import TargetMode
from bridge.clock import FixedClock
from bridge.engine import sync
from bridge.errors import Exit
from bridge.nouns import Message, Profile
from bridge.runs import SyncOptions
from bridge.store import schema
from tests.project import put
from tests.shop import Shop, make_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.memory.network import MemoryNetwork
    from bridge.app import App

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECRET = "my parcel with the blue bicycle"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Give a project as it is by default, its publishing aside."""
    return make_shop(tmp_path / "project", publish=True)


def _said(shop: Shop, native_id: str, text: str = "Where is my parcel?", **more: Any) -> None:  # noqa: ANN401 - JSON
    document = {
        "id": native_id,
        "network": "x",
        "text": text,
        "sent_at": shop.clock.now().isoformat(),
        "author": {"id": "u1", "handle": "greta"},
    }
    put(shop.folder, f"{native_id}.jsonl", [document | more])


def _go_on(shop: Shop, by: timedelta = 2 * MINUTE) -> None:
    shop.clock.forward(by)
    shop.sync()


def _sent(shop: Shop) -> list[dict[str, Any]]:
    """Return the answers that went out, as documents."""
    file = shop.folder / "answers.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


# --- modes ----------------------------------------------------------------------------------------------


def test_limits_and_modes_have_safe_defaults(shop: Shop) -> None:
    project = shop.folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("publish: true", "").replace("mode: live", ""))
    with shop.app() as app:
        setup = app.targets["desk"]
    assert (setup.publish, setup.hold, setup.stale_answer) == (False, MINUTE, 4 * HOUR)
    limits = setup.brakes
    assert (limits.cases_per_hour, limits.norm_factor, limits.answers_per_hour, limits.identical_texts) == (
        200,
        5,
        60,
        3,
    )
    assert setup.mode is TargetMode.LIVE


def test_publishing_is_off_until_it_is_switched_on_and_nothing_older_goes_out(shop: Shop) -> None:
    project = shop.folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("publish: true", ""))
    _said(shop, "1")
    shop.sync()
    shop.sync()
    shop.answer("1", "Written while it was off.")
    for _ in range(2):
        _go_on(shop)
    assert (shop.sent(), shop.actions()) == ([], {})
    project.write_text(project.read_text().replace("type: desk", "type: desk\n    publish: true"))
    _go_on(shop)
    shop.clock.forward(MINUTE)
    shop.answer("1", "Written since.")
    for _ in range(2):
        _go_on(shop)
    assert shop.sent() == ["Written since."]


def test_in_observe_mode_nothing_is_delivered_and_what_would_be_is_counted(shop: Shop) -> None:
    project = shop.folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("mode: live", "mode: observe"))
    _said(shop, "1")
    counts = shop.sync().counts["desk"]
    assert {name: counts[name] for name in counts if name.startswith("observed")} == {
        "observed_person": 1,
        "observed_case": 1,
        "observed_message": 1,
    }
    assert shop.desk() == {}


# --- live sources and history ---------------------------------------------------------------------------


@contextmanager
def _network(shop: Shop) -> Iterator[tuple[App, MemoryNetwork]]:
    """Read a network instead of files, on which something was said long ago and lately."""
    project = shop.folder / "casebridge.yaml"
    head, _, tail = project.read_text().partition("sources:")
    project.write_text(f"{head}sources:\n  net: {{type: memory, network: x}}\ntargets:{tail.partition('targets:')[2]}")
    with shop.app() as app:
        source = app.sources["net"].source
        assert isinstance(source, MemorySource)
        now = shop.clock.now()
        source.network.say(_message("old", now - 30 * DAY), _message("late", now - DAY), _message("now", now - HOUR))
        yield app, source.network


def _message(native_id: str, at: datetime) -> Message:
    author = Profile(network="x", id=f"u-{native_id}")
    return Message(network="x", native_id=native_id, text="Where is my parcel?", author=author, sent_at=at)


def _stored(app: App) -> dict[str, str]:
    """Return native id → why a message is in no case, or the status of its case."""
    message, resolved, case = schema.message.c, schema.resolved.c, schema.case.c
    query = (
        select(message.key, resolved.why, case.status)
        .join(schema.resolved, resolved.message_id == message.id)
        .outerjoin(schema.case, case.id == resolved.case_id)
    )
    with app.store.read() as connection:
        return {row.key.rpartition("/")[2]: row.status or row.why for row in connection.execute(query)}


def test_a_live_source_starts_from_now(shop: Shop) -> None:
    with _network(shop) as (app, network):
        sync(app, None, SyncOptions())
        assert _stored(app) == {}
        network.say(_message("next", shop.clock.now()))
        sync(app, None, SyncOptions())
        assert _stored(app) == {"next": "open"}


def test_what_is_said_in_the_second_in_which_listening_began_is_news_to_a_network_of_whole_seconds(
    tmp_path: Path,
) -> None:
    """Mailboxes keep no fractions: a mail that came right after the beginning seems to have come before it."""
    second = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    shop = make_shop(tmp_path / "project", publish=True)
    shop.clock = FixedClock(second + timedelta(milliseconds=700))
    with _network(shop) as (app, network):
        sync(app, None, SyncOptions())
        network.say(_message("next", second), _message("before", second - timedelta(seconds=1)))
        sync(app, None, SyncOptions())
        assert _stored(app) == {"next": "open", "before": "history"}


def test_history_comes_by_date_or_count_alone_and_makes_no_case(shop: Shop) -> None:
    with _network(shop) as (app, _):
        sync(app, None, SyncOptions(last=1))
        assert _stored(app) == {"now": "history"}
        sync(app, None, SyncOptions(since=shop.clock.now() - 2 * DAY))
        assert _stored(app) == {"now": "history", "late": "history"}
        assert _cases(app) == []


def test_history_becomes_closed_cases_without_a_clock_if_somebody_asks_for_it(shop: Shop) -> None:
    with _network(shop) as (app, _):
        sync(app, None, SyncOptions(since=shop.clock.now() - 60 * DAY, as_cases=True))
        assert _stored(app) == {"old": "closed", "late": "closed", "now": "closed"}
        assert [case["status"] for case in _cases(app)] == ["closed"] * 3
        assert not [case for case in _cases(app) if case.get("first_reply_due") or case.get("resolve_due")]


def _cases(app: App) -> list[dict[str, Any]]:
    return list(app.targets["desk"].target.agent().list())  # type: ignore[attr-defined] # the project's target is a desk


# --- the CRM wins ---------------------------------------------------------------------------------------


def test_what_agents_changed_in_case_and_person_stays_whatever_comes(shop: Shop) -> None:
    _said(shop, "1")
    shop.sync()
    case = shop.case("1")
    changed = {"subject": "Mine", "status": "waiting", "priority": "low", "queue": "second line", "owner": "Ann"}
    with shop.agent() as agent:
        person = agent.show(case)["requester"]
        ref = person["ref"] if isinstance(person, dict) else person
        for name, value in changed.items():
            agent.set_field(case, name, value)
        agent.set_field(ref, "name", "Dr. Greta Sommer")
    _said(
        shop,
        "2",
        "This is a disaster! My parcel is broken, I will sue you!",
        answers=["1"],
        author={"id": "u1", "name": "G."},
    )
    for _ in range(2):
        _go_on(shop)
    with shop.agent() as agent:
        shown = agent.show(case)
        assert len(shown["messages"]) == 2
        assert {name: shown[name] for name in changed} == changed
        assert agent.show(ref)["name"] == "Dr. Greta Sommer"


def test_what_was_deleted_in_the_desk_is_never_put_back(shop: Shop) -> None:
    _said(shop, "1")
    _said(shop, "a", author={"id": "u2"})
    shop.sync()
    deleted = shop.case("1")
    with shop.agent() as agent:
        agent.delete(deleted)
    _said(shop, "2", "Hello? My parcel is still not here.", answers=["1"])
    for _ in range(3):
        _go_on(shop)
    assert list(shop.desk()) == [shop.case("a")]
    shop.is_whole()


# --- answers --------------------------------------------------------------------------------------------


def test_an_answer_is_held_for_a_minute(shop: Shop) -> None:
    _said(shop, "1")
    shop.sync()
    shop.sync()
    shop.answer("1", "It comes today.")
    _go_on(shop, timedelta(seconds=50))
    assert (shop.sent(), shop.actions()) == ([], {"It comes today.": "held"})
    _go_on(shop, timedelta(seconds=11))
    assert shop.sent() == ["It comes today."]


@pytest.mark.parametrize("how", ["made internal", "deleted"])
def test_an_answer_that_is_taken_back_in_that_minute_never_goes_out(shop: Shop, how: str) -> None:
    _said(shop, "1")
    shop.sync()
    shop.sync()
    case = shop.case("1")
    with shop.agent() as agent:
        ref = agent.reply(case, "Oops.")
    _go_on(shop, timedelta(seconds=30))
    with shop.agent() as agent:
        (agent.make_internal if how == "made internal" else agent.delete)(ref)
    for _ in range(2):
        _go_on(shop)
    assert (shop.sent(), shop.actions()) == ([], {"Oops.": "cancelled"})


def test_only_what_an_agent_says_in_public_is_an_answer(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "project", publish=True)
    project = shop.folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("type: desk", "type: desk\n    auto_reply: We got your message."))
    shop.sync()
    _said(shop, "1")
    _said(shop, "a", author={"id": "u2"})
    shop.sync()
    with shop.agent() as agent:
        mine, other = shop.case("1"), shop.case("a")
        agent.note(mine, "He is angry.")
        agent.set_status(other, "closed")
        agent.create("A case of somebody else", text="Hello")
        agent.merge_cases(other, mine)
    for _ in range(3):
        _go_on(shop)
    assert (shop.sent(), shop.actions()) == ([], {})


def test_quotes_and_signatures_do_not_go_out(shop: Shop) -> None:
    _said(shop, "1")
    shop.sync()
    shop.sync()
    shop.answer("1", "It comes today.\n> Where is my parcel?\n-- \nAnn, second line, +49 30 1234567")
    for _ in range(2):
        _go_on(shop)
    assert shop.sent() == ["It comes today."]


def test_an_answer_goes_to_the_customers_last_message(shop: Shop) -> None:
    _said(shop, "1", "Where is order A17?")
    shop.sync()
    _go_on(shop, HOUR)
    _said(shop, "2", "Hello? Order A17!", thread="another")
    _go_on(shop)
    assert shop.case("1") == shop.case("2")
    shop.answer("1", "It comes today.")
    for _ in range(2):
        _go_on(shop)
    assert [answer["answers"] for answer in _sent(shop)] == [["2"]]


def test_an_answer_never_goes_in_public_if_anything_in_the_case_is_private(shop: Shop) -> None:
    _said(shop, "1", "Where is order A17?", kind="direct", thread="inbox")
    shop.sync()
    _go_on(shop, HOUR)
    _said(shop, "2", "Hello? Order A17!")
    _go_on(shop)
    assert shop.case("1") == shop.case("2")
    shop.answer("2", "Your contract is ended.")
    shop.clock.forward(timedelta(seconds=1))
    shop.answer("2", "#public We are on it.")
    for _ in range(2):
        _go_on(shop)
    assert {answer["text"]: (answer["answers"], answer["public"]) for answer in _sent(shop)} == {
        "Your contract is ended.": (["1"], False),
        "We are on it.": (["2"], True),
    }


def test_an_answer_from_before_an_outage_is_asked_about(shop: Shop) -> None:
    _said(shop, "1")
    shop.sync()
    shop.sync()
    shop.answer("1", "The technician comes in ten minutes.")
    for _ in range(2):
        _go_on(shop, 5 * HOUR)
    assert (shop.sent(), list(shop.actions().values())) == ([], ["review"])


# --- text -----------------------------------------------------------------------------------------------

COMMANDS = "plan|sync|status|messages list|conversations list|customers list|cases list|deliveries list|actions list|find greta|ledger|verify|audit"


@pytest.mark.parametrize(
    "options", [(), ("--json",), ("--debug",), ("--log-json",)], ids=["plain", "json", "debug", "log"]
)
def test_what_people_wrote_is_in_no_list_plan_or_log(shop: Shop, options: tuple[str, ...]) -> None:
    _said(shop, "1", f"Where is {SECRET}?")
    shop.sync()
    shop.answer("1", f"Here is {SECRET}.")
    shop.sync()
    _said(shop, "2", f"Hello? {SECRET}!", answers=["1"])
    for command in COMMANDS.split("|"):
        result = CliRunner().invoke(cli.main, ["--project", str(shop.folder), *options, *command.split()])
        assert result.exit_code in (Exit.OK, Exit.SET_ASIDE), result.output
        assert "blue bicycle" not in result.output, command


@pytest.mark.parametrize("command", ["messages list", "plan"])
def test_what_people_wrote_is_shown_on_request(shop: Shop, command: str) -> None:
    _said(shop, "1", f"Where is {SECRET}?")
    shop.sync()
    _said(shop, "2", f"Hello? {SECRET}!", author={"id": "u2"})
    arguments = ["--project", str(shop.folder), *command.split(), "--show-text"]
    assert "blue bicycle" in CliRunner().invoke(cli.main, arguments).output
