"""Which messages are one case: a pure function of what was said, of what happened in the targets and of decisions.

``assemble`` takes one customer (or one message without an author) and one independent segment of the history
(``segments``); no order of its arguments changes the result. It reads in three steps: put everything that happened
into one total order, go through it (``sweep``), and state what came out. Where people decided something, it goes through
it twice: first to see which episodes their decisions name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.cases.decisions import cuts, instructions, named_messages
from bridge.cases.model import Assembled, Assembly, Episode, Joined
from bridge.cases.sweep import Sweep, timeline
from bridge.cases.working import OPENED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bridge.cases.model import CaseDecision, Closing, Foreign, Utterance
    from bridge.cases.policy import CasePolicy
    from bridge.cases.working import OpenCase, OpenEpisode


def assemble(
    utterances: Sequence[Utterance],
    closings: Sequence[Closing],
    foreign: Sequence[Foreign],
    decisions: Sequence[CaseDecision],
    policies: Mapping[int, CasePolicy],
) -> Assembly:
    """Return the cases, and for every message that is in none, why.

    ``closings`` are those of the native cases that live on: a close of a case that continues in another does not close
    that. ``policies`` must hold the policy of every message (by its id); an episode follows its first message's.
    """
    moments = timeline(utterances, closings, foreign)
    named = named_messages(decisions, utterances)
    sweep = Sweep(policies, cuts(named)).run(moments)
    if named:
        sweep = Sweep(policies, instructions(named, sweep.episode_of)).run(moments)
    no_case = {message.id: "own" for message in sweep.unanswering}
    for episode in sweep.episodes:
        if episode.case is None:
            no_case.update((message.id, _why_none(episode, message)) for message in episode.messages)
    return Assembly(_cases(sweep.episodes), no_case)


def _why_none(episode: OpenEpisode, message: Utterance) -> str:
    if not message.inbound:
        return "own"
    if episode.void:
        return episode.void
    if message.deleted:
        return "deleted"
    return "history" if message.mode == "history" else f"rule:{message.rule}"


def _cases(episodes: Sequence[OpenEpisode]) -> tuple[Assembled, ...]:
    """Return the cases in the order of their first episodes."""
    members: dict[int, list[OpenEpisode]] = {}
    cases: dict[int, OpenCase] = {}
    for episode in episodes:
        if episode.case is not None:
            cases[episode.case.number] = episode.case
            members.setdefault(episode.case.number, []).append(episode)
    first = {number: found[0] for number, found in members.items()}
    return tuple(_stated(case, members[number], first) for number, case in cases.items())


def _stated(case: OpenCase, episodes: Sequence[OpenEpisode], first: Mapping[int, OpenEpisode]) -> Assembled:
    others = [one for one in (linked.survivor for linked in case.linked) if one is not case]
    return Assembled(
        episodes=tuple(Episode(tuple(one.messages)) for one in episodes),
        joined=tuple(Joined(one.anchor.id, one.by, one.why) for one in episodes),
        foreign=tuple(sorted((one.target, one.ref) for one in case.foreign)),
        previous=_previous(case, episodes, first),
        to_check=not any(one.sure for one in episodes),
        closed_at=_closed_at(case),
        linked=tuple(sorted({first[one.number].anchor.id for one in others if one.number in first})),
        linked_foreign=tuple(sorted({(each.target, each.ref) for one in others for each in one.foreign})),
    )


def _previous(case: OpenCase, episodes: Sequence[OpenEpisode], first: Mapping[int, OpenEpisode]) -> int | None:
    """Return the anchor of the case that its opening episode follows in the same strand."""
    for episode in episodes:
        before = episode.prior.case if episode.prior is not None else None
        if episode.by == OPENED and before is not None and before is not case:
            start = first[before.number]
            return start.anchor.id if start.number < episodes[0].number else None
    return None


def _closed_at(case: OpenCase) -> datetime | None:
    """Return when it was closed for good. An imported closed case ends with its last message."""
    if case.ended:
        return max(one.closed_at for one in case.foreign if one.closed_at is not None)
    if case.closed_at is None and not case.live:
        return case.last_at
    return case.closed_at
