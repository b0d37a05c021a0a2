"""Payloads that somebody broke: parts taken out, swapped or replaced by what does not belong there."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "https://[", "a/b", "<p", "\x00"]),
    st.builds(list),
    st.builds(dict),
    st.builds(lambda: [{}]),
    st.builds(lambda: {"id": {}}),
)


@st.composite
def mutated(draw: st.DrawFn, payloads: Sequence[Any]) -> Any:  # noqa: ANN401 - any JSON
    """Return one of the payloads with up to four things wrong."""
    payload = copy.deepcopy(draw(st.sampled_from(payloads)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.sampled_from(_places(payload)))
        if place is None:
            return draw(_JUNK)
        holder, step = place
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[step]
        else:
            holder[step] = draw(_JUNK)
    return payload


def _places(payload: Any) -> list[tuple[Any, Any] | None]:  # noqa: ANN401 - any JSON
    """Return every place in a payload, as what holds it and the step to it; None is the whole."""
    found: list[tuple[Any, Any] | None] = [None]
    ahead = [payload]
    while ahead:
        holder = ahead.pop()
        steps = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for step in steps:
            found.append((holder, step))
            ahead.append(holder[step])
    return found
