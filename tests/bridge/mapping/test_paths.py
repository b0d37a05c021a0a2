"""The paths of our nouns: documented, found, suggested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.paths import ANY, PATHS, PathSpec, dig, find, getter, unknown
from bridge.nouns import Thing

MESSAGE = PATHS[Thing.MESSAGE]


def test_every_path_is_explained() -> None:
    for path, spec in MESSAGE.items():
        assert spec.description.endswith("."), path


def test_each_thing_sees_what_stands_above_it() -> None:
    assert PATHS[Thing.PERSON].keys() < PATHS[Thing.CASE].keys() < MESSAGE.keys()


def test_open_paths_are_found_at_any_depth() -> None:
    assert find("message.extra.a.b", MESSAGE) is MESSAGE["message.extra.*"]
    assert find("message.extra", MESSAGE) is None
    assert find("message.extras.a", MESSAGE) is None
    assert find("anything at all", {"*": PathSpec(ANY, "A column.")}) is not None


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("case.sumary", "unknown path 'case.sumary'; did you mean 'case.summary'?"),
        ("cas.summary", "unknown path 'cas.summary'; did you mean 'case.summary'?"),
        ("summary", "unknown path 'summary'"),
        ("case.zzz", "unknown path 'case.zzz'."),
    ],
)
def test_unknown_paths_get_a_suggestion(path: str, said: str) -> None:
    assert unknown(path, MESSAGE).startswith(said)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab.0", max_size=3), inner, max_size=3),
    ),
    st.text("ab.0", max_size=6),
)
def test_looking_into_any_json_never_fails(data: object, path: str) -> None:
    dig(data, path)
    getter(path or "a", MESSAGE)({"a": data})


def test_the_longest_key_is_taken_first() -> None:
    assert dig({"a.b": {"c": 1}, "a": {"b": {"c": 2}}}, "a.b.c") == 1
    assert dig({"a": [{"b": 3}]}, "a.0.b") == 3
    assert dig({"a": [{"b": 3}]}, "a.1.b") is None
    assert dig({"a": "text"}, "a.b") is None
