"""Look our keys up: by a request, or by scanning what changed or stands in a case. Only what carries the key counts."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from adapters.http import listing
from adapters.http.answer_model import Means
from adapters.http.answers import Declined
from adapters.http.cursors import EPOCH
from bridge.nouns import Found, Presence, Share, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from adapters.http.objects import View
    from adapters.http.tool import Standing, Tool


def find(tool: Tool, name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
    """Return what is there under each key, each with the case in which it is looked for."""
    view = tool.view(name)
    found = look(tool, view, keys)
    settled = tool.clock.now() - not_before >= timedelta(seconds=view.says.settle_after)
    return {key: found.get(key) or _missed(tool, view, key, keys[key], settled=settled) for key in keys}


def look(tool: Tool, view: View, keys: Mapping[str, str]) -> dict[str, Found]:
    """Return what is there now; what is not found may still be there."""
    rows: dict[str, list[tuple[Standing, str]]] = defaultdict(list)
    if not keys:
        return {}
    if view.call("find") is not None and view.key_field:
        for key, parent in keys.items():
            rows[key] = [(each, parent) for each in _asked(tool, view, key, parent)]
    elif view.call("within") is not None:
        for parent in sorted(set(keys.values()) - {""}):
            for key, each in _of_case(tool, view, parent):
                rows[key].append((each, parent))
    elif view.call("changed") is not None:
        scanned = tool.scan(view)
        for key in keys:
            rows[key] = [(each, "") for each in map(partial(_anew, tool, view), scanned.get(key, ())) if each]
    return {key: _found(view, several) for key, several in rows.items() if several and key in keys}


def _anew(tool: Tool, view: View, there: Standing) -> Standing | None:
    """Return a record that was scanned earlier as it is now."""
    return tool.read(view, there.ref) if view.call("read") is not None else there


def remembered(tool: Tool, view: View, key: str) -> tuple[Standing | None, str]:
    """Return what this process knows to stand under a key, read anew; and its id, also if it is gone by now."""
    ref, parent = tool.memory.get(view.name, key)
    return (tool.read(view, ref, parent), ref) if ref else (None, "")


def every_key(tool: Tool, view: View) -> Iterator[str]:
    """Yield each of our keys that stands, once for each record."""
    if view.says.thing is Thing.MESSAGE and view.call("within") is not None:
        for case in tool.of(Thing.CASE):
            for page in tool.changed(case, EPOCH):
                for row in page:
                    if not case.deleted(row):
                        yield from (key for key, _ in _of_case(tool, view, case.ref(row)))
        return
    for page in tool.changed(view, EPOCH):
        yield from (key for row in page if (key := view.key(row)) and not view.deleted(row))


def _asked(tool: Tool, view: View, key: str, parent: str) -> Iterator[Standing]:
    call = view.call("find")
    if call is None:
        return
    try:
        for rows in listing.pages(tool.client, call, {"key": key, "parent": parent}, share=Share.DELIVER):
            yield from (
                tool.standing(view, row) for row in tool.whole(view, call, rows, Share.DELIVER) if view.key(row) == key
            )
    except Declined as declined:
        if declined.problem.means is not Means.ABSENT:
            raise


def _of_case(tool: Tool, view: View, parent: str) -> Iterator[tuple[str, Standing]]:
    try:
        for row in tool.within(view, parent):
            key = view.key(row)
            if key and not view.deleted(row):
                yield key, tool.standing(view, row)
    except Declined as declined:
        if declined.problem.means not in (Means.ABSENT, Means.DELETED, Means.MERGED):
            raise


def _found(view: View, several: list[tuple[Standing, str]]) -> Found:
    """Return one answer for the records of one key: one that still stands before one that does not."""
    several.sort(key=lambda pair: pair[0].ended)
    first, parent = several[0]
    refs = tuple(dict.fromkeys(each.ref for each, _ in several if each.ended is first.ended))
    return Found(
        Presence.FOUND,
        first.ref,
        refs,
        deleted=first.deleted and not first.merged_into,
        merged_into=first.merged_into,
        fields=view.present(first.row),
        parent=parent,
    )


def _missed(tool: Tool, view: View, key: str, parent: str, *, settled: bool) -> Found:
    """Return what to believe of a key that was not found."""
    blind = view.call("find") is None and view.call("changed") is None
    if not settled or (blind and (view.call("within") is None or not parent)):
        return Found(Presence.UNSURE)
    there, ref = remembered(tool, view, key)
    if not ref:
        return Found(Presence.ABSENT)
    if there is None:
        # Where single records can be read, "not there" may as well be "not for you".
        unseen = view.call("read") is not None
        return Found(Presence.UNSURE) if unseen else Found(Presence.FOUND, ref, (ref,), deleted=True)
    return _found(view, [(there, parent)])
