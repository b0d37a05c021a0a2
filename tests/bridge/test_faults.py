"""Played faults: asked for, by rate, repeatable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import AuthError, ConfigError, RateLimited, Transient
from bridge.faults import Fault, Faults, parse_rates


def test_rates_are_read_from_words() -> None:
    assert parse_rates("timeout_after_commit:0.1, rate_limit:0.05,job") == {
        Fault.TIMEOUT_AFTER_COMMIT: 0.1,
        Fault.RATE_LIMIT: 0.05,
        Fault.JOB: 1.0,
    }
    assert parse_rates("") == {}


@pytest.mark.parametrize("text", ["slow:0.1", "job:often", "job:1.1", "job:-1", "job:nan"])
def test_words_that_mean_nothing_name_what_there_is(text: str) -> None:
    with pytest.raises(ConfigError, match="timeout_after_commit"):
        parse_rates(text)


def test_without_faults_nothing_happens() -> None:
    faults = Faults()
    faults.before_call("desk")
    faults.before_commit("desk")
    assert not any(faults.happens(fault) for fault in Fault)


def test_one_that_was_asked_for_happens_that_often_and_no_more() -> None:
    faults = Faults()
    faults.next(Fault.JOB, times=2)
    assert [faults.happens(Fault.JOB) for _ in range(4)] == [True, True, False, False]


@given(st.integers(), st.floats(min_value=0, max_value=1))
def test_the_same_seed_gives_the_same_faults(seed: int, rate: float) -> None:
    one, other = (Faults({Fault.JOB: rate}, seed=seed) for _ in range(2))
    assert [one.happens(Fault.JOB) for _ in range(20)] == [other.happens(Fault.JOB) for _ in range(20)]


@pytest.mark.parametrize(
    ("fault", "error"),
    [(Fault.UNAUTHORISED, AuthError), (Fault.RATE_LIMIT, RateLimited), (Fault.TIMEOUT_BEFORE_COMMIT, Transient)],
)
def test_what_hits_a_whole_call_is_an_error_that_names_the_system(fault: Fault, error: type[Exception]) -> None:
    faults = Faults()
    faults.next(fault)
    with pytest.raises(error, match="desk"):
        _call(faults)
    _call(faults)


def _call(faults: Faults) -> None:
    faults.before_call("desk")
    faults.before_commit("desk")
