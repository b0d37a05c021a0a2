"""What a project lives through while it is killed: every point of the program, and how it comes to be passed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from adapters.desk.target import DeskTarget
from bridge.ledger import ledger
from bridge.store import schema
from bridge.verify import verify
from cli import compose
from tests.forest import forest
from tests.project import casebridge, partitions, put, write_project
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from adapters.desk.agent import Desk
    from bridge.app import App

KILLED = 137
EVERY_CASE = 1_000_000
"""More than any story has: which cases are the newest differs from run to run."""
ANSWER = "We are sending you a new one today."
DOCUMENTS = forest(160, 40)
BILL = {"attachments": ["bill.pdf"]}

NEW = ("owner", "fact_key", "policy", "audit", "begin", "modes.begin", "write_back.head", "attachments.policy")
"""Passed when a project runs for the first time."""

AGAIN = (
    "lease",
    "run_begin",
    "write_back.cases",
    "write_back.publish",
    "write_back",
    "collect",
    "progress",
    "resolve.messages",
    "resolve.customers",
    "attachments",
    "tell",
    "alarms",
    "deliver.claim_unsettled",
    "deliver.claim",
    "deliver.freeze",
    "deliver.record",
    "publish.begin",
    "publish.own_post",
    "publish.record",
    "run_end",
    "release",
)
"""Passed by a sync that finds new messages, new answers of agents and new cases of others."""

SENDS = (
    "deliver.before_send",
    "deliver.after_send",
    "desk.before_commit",
    "desk.after_commit",
    "publish.before_send",
    "publish.after_send",
    "publish.file.before_write",
    "publish.file.after_write",
)
"""Passed by the same sync, around what goes out."""

TROUBLED = {
    "deliver.settle": "timeout_after_commit:0.5",
    "budget.pause": "rate_limit:0.3",
    "deliver.release": "rate_limit:0.3",
}
"""Passed by the same sync where the desk plays faults."""

BY_A_PERSON = {
    "decide": ("cases", "not-a-case", "M-1"),
    "pause": ("pause", "collect", "feed"),
    "resume": ("resume", "collect", "feed"),
    "drop": ("quarantine", "drop", "--all"),
    "quarantine": ("quarantine", "replay", "--all", "--set", "id=repaired"),
    "replay": ("quarantine", "replay", "--all", "--set", "id=repaired"),
    "retry": ("deliveries", "retry", "D-1"),
    "actions": ("actions", "approve", "A-1"),
    "alarms.ack": ("alerts", "ack", "W-1"),
    "answer": ("answer", "C-30", "--text", "We are on it."),
    "replan": ("cases", "replan"),
    "backlog": ("sync", "--backlog"),
    "attachments.retry": ("attachments", "retry", "--all"),
}
"""Passed by a command."""

ELSEWHERE = {
    "migrate": "test_a_crash_while_the_store_is_made_leaves_a_store_that_can_be_made",
    "restore": "test_a_crash_while_restoring_leaves_one_store_or_the_other",
    "recognise": "test_a_crash_while_a_lost_store_is_recognised_doubles_nothing",
    "deliver.look_up": "test_a_crash_at_the_look_up_after_a_restore_doubles_nothing",
    "deliver.abandon": "test_a_crash_while_the_claims_of_a_crash_are_ended",
    "write_back.people": "test_a_crash_while_a_merge_is_followed_leaves_no_reference_to_who_is_no_more",
    "collect.pushed": "test_a_crash_while_calls_are_taken_stores_each_once",
    "write_back.pushed": "test_a_crash_while_calls_are_taken_makes_one_answer_of_each",
    "keep_lease": "one row, prolonged by the clock while a run is longer than ten seconds",
    "budget.take": "one row; tests/bridge/outbox/test_limits.py spends budgets in several processes",
    "windows": "test_a_crash_while_a_window_is_noted_or_told_of_tells_once",
    "windows.told": "test_a_crash_while_a_window_is_noted_or_told_of_tells_once",
    "alarms.told": "test_a_crash_while_people_are_told_tells_them_again_rather_than_never",
    "by_hand": "test_a_crash_while_answers_by_hand_are_found_tells_the_case_once",
    "retention": "test_a_crash_while_texts_are_deleted_deletes_them_the_next_time",
    "retention.forget": "test_a_crash_while_texts_are_deleted_deletes_them_the_next_time",
    "retention.rest": "test_a_crash_while_texts_are_deleted_deletes_them_the_next_time",
    "undo": "one transaction of a person, as decide",
}
"""Passed in a story of their own."""


def points_of_the_program() -> set[str]:
    """Return the name of every transaction and every crash point that the source names."""
    found: set[str] = set()
    for part in ("adapters", "bridge", "config", "identity"):
        for path in (ROOT / part).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found.update(re.findall(r"\bstore\.write\(\s*\"([a-z_.]+)\"", text))
            found.update(re.findall(r"\bcrash_point\(\s*\"([a-z_.]+)\"", text))
    return found


def new_project(folder: Path, store: str = "sqlite:///casebridge.db") -> Path:
    """Write a project with half of the messages, one of them with a file, and a row that cannot be read."""
    write_project(
        folder,
        store=store,
        path="inbox/*.jsonl\n    outbox: answers.jsonl",
        desk="publish: true\n    hold_seconds: 0",
    )
    file = folder / "casebridge.yaml"
    file.write_text(file.read_text().replace("targets:", "  live: {type: memory}\ntargets:"))
    (folder / "inbox" / "bill.pdf").write_bytes(b"%PDF-1.4 a bill")
    half = [document for number, document in enumerate(DOCUMENTS) if number % 2 == 0]
    put(folder, "first.jsonl", [half[0] | BILL, *half[1:], {"network": "x", "text": "no id"}])
    return folder


def grow(folder: Path) -> None:
    """Let an agent answer and open a case, other messages come in, and somebody change the rules."""
    app = compose(folder)
    agent_of(app).reply(_case_of(app, DOCUMENTS[0]), ANSWER)
    agent_of(app).create("Called about a bill", text="Order A00001 is wrong", requester="", author="agent")
    app.close()
    other = [document for number, document in enumerate(DOCUMENTS) if number % 2]
    put(folder, "second.jsonl", [other[0] | BILL, *other[1:]])


def _case_of(app: App, document: Mapping[str, Any]) -> str:
    message, placement = schema.message.c, schema.placement.c
    query = select(placement.case_ref).join(schema.message, message.id == placement.message_id)
    with app.store.read() as connection:
        ref: str = connection.execute(query.where(message.key.endswith(f"/{document['id']}"))).scalar_one()
    return ref


def agent_of(app: App) -> Desk:
    """Return the desk's agent."""
    desk = app.targets["desk"].target
    assert isinstance(desk, DeskTarget)
    return desk.agent()


def sync(folder: Path, **environment: str) -> int:
    """Sync in a process of its own; returns the exit code, which may only tell of the row that cannot be read."""
    ended = casebridge(folder, "sync", **environment)
    assert ended.returncode in (0, 1, KILLED), ended.output
    return ended.returncode


def outcome(folder: Path) -> dict[str, object]:
    """Return what must be the same however a project came to it, after promising that nothing is lost or doubled."""
    app = compose(folder)
    report = ledger(app)
    assert report.balanced, report
    assert report.targets[0].parts.get("waiting", 0) == 0, report
    verified = verify(app, "desk")
    assert verified.ok, verified
    agent = agent_of(app)
    cases = [agent.show(case["ref"])["messages"] for case in agent.list(limit=EVERY_CASE)]
    answers = folder / "answers.jsonl"
    found: dict[str, object] = {
        **partitions(app.store),
        "what stands in each case, in order": Counter(
            tuple(message["text"] for message in case if message["ours"]) for case in cases
        ),
        "notes": Counter(message["text"] for case in cases for message in case if not message["ours"]),
        "answers": answers.read_text(encoding="utf-8").count("\n") if answers.exists() else 0,
    }
    app.close()
    return found
