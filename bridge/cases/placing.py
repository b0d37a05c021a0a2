"""Which case an episode is in: opened, joined by a named fact or a reason, adopted by a foreign case, or decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.cases.matters import Matters, apart, kinds_of
from bridge.cases.working import BY_DECISION, BY_FACT, BY_FOREIGN, BY_REASON, OPENED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from bridge.cases.decisions import Plan
    from bridge.cases.model import Foreign, Utterance
    from bridge.cases.policy import CasePolicy
    from bridge.cases.working import OpenCase, OpenEpisode


def wants(said: Utterance) -> bool:
    """Tell whether a message by itself is a reason for a case."""
    return said.wanted != "no" and said.mode != "history" and not said.deleted


def reopens(said: Utterance) -> bool:
    """Tell whether a message that continues a closed case reopens it."""
    return not said.thanks and said.mode == "live"


class Placing:
    """All cases of one customer while they come about."""

    def __init__(self, policies: Iterable[CasePolicy], plan: Plan) -> None:
        """``plan``: what people decided."""
        self._plan = plan
        self.matters = Matters(policies)
        self._foreign: dict[tuple[str, str], OpenCase] = {}
        self._named: dict[str, list[OpenCase]] = {}
        self._by_key: dict[str, OpenEpisode] = {}
        self._decided: dict[int, OpenEpisode] = {}

    # --- our messages -------------------------------------------------------------------------------------

    def consider(self, episode: OpenEpisode, said: Utterance) -> None:
        """Take a message into an episode that has no case yet; find it one if the message wants one."""
        if said.facts:
            episode.facts |= said.facts
        self._by_key[said.key] = episode
        wanted = wants(said)
        decided = episode.anchor.id in self._plan.wanted
        if not episode.void and (wanted or decided):
            _note_wish(episode, said, sure=decided or said.wanted == "yes")
            self._place(episode, said)
        if self._named:
            self._adopt_if_named(episode, said)

    def go_on(self, episode: OpenEpisode, case: OpenCase, said: Utterance) -> None:
        """Take a message into an episode that has a case: it may reopen it, or say which matter it is about."""
        self._by_key[said.key] = episode
        if wants(said):
            _note_wish(episode, said, sure=said.wanted == "yes")
            case.live |= episode.live
        if reopens(said):
            case.closed_at = None
        if said.facts:
            if not episode.alone:
                self._bring_by_late_fact(episode, case, said)
            self._say_facts(episode, said)
        self._touch(episode, said)
        if self._named:
            self._adopt_if_named(episode, said)

    def answered(self, episode: OpenEpisode, answer: Utterance) -> None:
        """Take our answer into an episode."""
        self._say_facts(episode, answer)
        if episode.case is not None:
            self._touch(episode, answer)

    def _place(self, episode: OpenEpisode, said: Utterance) -> None:
        on_its_own = episode.alone or episode.pinned
        found = None if on_its_own or not self.matters.all else self._find(episode, said)
        if found is None:
            case = self.matters.open()
            if len(self.matters.all) > 1 and not on_its_own:
                case.linked = self.matters.doubtful(said, _fitting(episode, said))
        else:
            case, episode.by, episode.why, episode.anchoring = found
        self._enter(episode, case)
        self._touch(episode, said)
        if self._plan.decided:
            self._follow_decisions(episode)

    def _find(self, episode: OpenEpisode, said: Utterance) -> tuple[OpenCase, str, str, bool] | None:
        """Return the case to join, how, by what, and whether that is something named."""
        fits = _fitting(episode, said)
        by_fact = self.matters.for_facts(_joining(episode.policy, episode.facts), fits, said.at)
        if by_fact is not None:
            case, fact = by_fact
            return case, BY_FOREIGN if case.foreign else BY_FACT, fact, True
        within = episode.windows.join_reason
        if said.at is None or within is None or not said.reason or not said.joinable_reason:
            return None
        by_reason = self.matters.for_reason(said.reason, fits, said.at, within)
        if by_reason is None:
            return None
        return by_reason, BY_FOREIGN if by_reason.foreign else BY_REASON, said.reason, False

    def _enter(self, episode: OpenEpisode, case: OpenCase) -> None:
        episode.case = case
        case.episodes.append(episode)
        case.live |= episode.live
        if not episode.alone:
            self.matters.show_facts(case, episode.facts)

    def _say_facts(self, episode: OpenEpisode, said: Utterance) -> None:
        if said.facts:
            episode.facts |= said.facts
            if episode.case is not None and not episode.alone:
                self.matters.show_facts(episode.case, said.facts)

    def _touch(self, episode: OpenEpisode, said: Utterance) -> None:
        case, at = episode.case, episode.spoken_at
        if case is None or at is None or (said.thanks and case.last_at is not None):
            return
        if case.last_at is None or at >= case.last_at:
            case.last_at, case.last_kind, case.last_public = at, said.kind, said.public
        if episode.anchoring and not episode.alone:
            for reason in episode.reasons:
                self.matters.show_reason(case, reason, at)

    # --- late facts ---------------------------------------------------------------------------------------

    def _bring_by_late_fact(self, episode: OpenEpisode, case: OpenCase, said: Utterance) -> None:
        """Join what turns out to be one matter: by a fact of a kind that was not named there before.

        An episode that only its reason had brought leaves alone; one that opened its case brings the whole case along.
        """
        movable = not episode.pinned and (not episode.anchoring or (episode.by == OPENED and not case.pinned))
        if not movable or said.mode == "history":
            return
        known = kinds_of(case.facts if episode.anchoring else episode.facts)
        late = [fact for fact in _joining(episode.policy, said.facts) if fact.partition(":")[0] not in known]
        fits = _fitting(episode, said)
        if episode.anchoring:
            fits = _both(fits, lambda other: not other.pinned and not (other.foreign and case.foreign))
        found = self.matters.for_facts(late, fits, said.at)
        if found is not None:
            self._bring(episode, found[0], BY_FOREIGN if found[0].foreign else BY_FACT, found[1])

    def _bring(self, episode: OpenEpisode, there: OpenCase, by: str, why: str) -> None:
        here = episode.case
        if here is not None and episode.anchoring:
            there.take_in(here, by, why)
            return
        if here is not None:
            here.let_go(episode)
        episode.by, episode.why, episode.anchoring = by, why, True
        self._enter(episode, there)

    # --- foreign cases ------------------------------------------------------------------------------------

    def foreign_opened(self, foreign: Foreign) -> None:
        """Note a case that somebody else began; what of ours it names, or shares a named fact with it, is the same matter."""
        case = self._foreign[foreign.target, foreign.ref] = self.matters.open_foreign(foreign)
        found = self.matters.for_facts(foreign.facts, _fitting_foreign(foreign), foreign.opened_at)
        if found is not None:
            case.take_in(found[0], BY_FOREIGN, found[1])
        for key in sorted(foreign.message_keys):
            self._named.setdefault(key, []).append(case)
            if key in self._by_key:
                self._adopt(self._by_key[key], case, key)

    def foreign_closed(self, foreign: Foreign) -> None:
        """Note that it was closed: it is joined no more, and never reopened."""
        self._foreign[foreign.target, foreign.ref].survivor.foreign_open -= 1

    def _adopt_if_named(self, episode: OpenEpisode, said: Utterance) -> None:
        for case in self._named.get(said.key, ()):
            self._adopt(episode, case, said.key)

    def _adopt(self, episode: OpenEpisode, foreign: OpenCase, key: str) -> None:
        """Put an episode into the foreign case that names one of its messages, unless people decided otherwise."""
        there = foreign.survivor
        only_past = all(one.mode == "history" or one.deleted for one in episode.messages)
        if episode.case is there or episode.void or episode.pinned or (episode.case is None and only_past):
            return
        episode.sure = True
        episode.live |= episode.case is None
        self._bring(episode, there, BY_FOREIGN, key)
        self._touch(episode, episode.messages[-1])

    # --- decisions ----------------------------------------------------------------------------------------

    def _follow_decisions(self, episode: OpenEpisode) -> None:
        """Join what people said belongs together, once both are there."""
        self._decided[episode.anchor.id] = episode
        for moved, destination in self._plan.partners(episode.anchor.id):
            one, other = self._decided.get(moved), self._decided.get(destination)
            if one is None or other is None or one.case is None or other.case is None:
                continue
            one.anchoring = other.anchoring = True
            if one.case is not other.case:
                other.case.take_in(one.case, BY_DECISION, "")


def _note_wish(episode: OpenEpisode, said: Utterance, *, sure: bool) -> None:
    episode.live |= said.mode != "as_case"
    episode.sure |= sure
    if said.reason and said.joinable_reason:
        episode.reasons.add(said.reason)


def _joining(policy: CasePolicy, facts: Collection[str]) -> list[str]:
    return [fact for fact in facts if fact.partition(":")[0] in policy.join_facts] if facts else []


def _both(one: Callable[[OpenCase], bool], other: Callable[[OpenCase], bool]) -> Callable[[OpenCase], bool]:
    return lambda case: one(case) and other(case)


def _fitting(episode: OpenEpisode, said: Utterance) -> Callable[[OpenCase], bool]:
    """Return the test whether a case is open for an episode when ``said`` comes.

    The present joins no imported closed cases, nor these the present. What has no time joins only what has none.
    """
    live, window, here = said.mode != "as_case", episode.windows.of(said.kind, public=said.public), episode.case

    def fits(case: OpenCase) -> bool:
        if case is here or case.closed_at is not None or case.ended or case.live != live:
            return False
        if said.at is None or case.last_at is None:
            return said.at is None and case.last_at is None
        larger = max(window, episode.windows.of(case.last_kind, public=case.last_public)) if case.last_kind else window
        return said.at - case.last_at <= larger and not apart(episode.policy, episode.facts | said.facts, case.facts)

    return fits


def _fitting_foreign(foreign: Foreign) -> Callable[[OpenCase], bool]:
    """Return the test whether a case of ours is open for a foreign case when that begins."""

    def fits(case: OpenCase) -> bool:
        if case.foreign or case.closed_at is not None or not case.live or case.pinned or case.last_at is None:
            return False
        first = case.episodes[0]
        window = first.windows.of(case.last_kind, public=case.last_public)
        near = foreign.opened_at - case.last_at <= window and not apart(first.policy, foreign.facts, case.facts)
        return near and bool(_joining(first.policy, case.facts & foreign.facts))

    return fits
