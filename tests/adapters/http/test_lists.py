"""Lists are read to their end in every style of paging, and never past where our credentials belong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapters.http import listing
from bridge.errors import Transient
from bridge.nouns import Cursor, KeyField, PersonSeen, Thing
from tests.adapters.http.tools import TOKEN, place

if TYPE_CHECKING:
    from pathlib import Path

EVERY = [{"id": n, "name": f"Person {n}"} for n in range(1, 8)]
BODY = """
pages: {pages}
objects:
  people:
    thing: person
    fields: {{name: {{}}}}
    reads: {{name: name}}
    create: {{post: /people}}
    read: {{get: "/people/{{ref}}"}}
    changed: {{get: /people, rows: {rows}, query: {{since: "{{since}}"}}}}
"""


def numbered(request: httpx.Request) -> httpx.Response:
    page = int(request.url.params["page"])
    return httpx.Response(200, json=EVERY[3 * (page - 1) : 3 * page])


def by_offset(request: httpx.Request) -> httpx.Response:
    start = int(request.url.params["start"])
    return httpx.Response(200, json=EVERY[start : start + 2])  # fewer than were asked for


def by_range(request: httpx.Request) -> httpx.Response:
    first, last = map(int, request.url.params["range"].split("-"))
    if first >= len(EVERY):
        return httpx.Response(400, json=["ERROR_RANGE_EXCEED_TOTAL"])
    return httpx.Response(206, json=EVERY[first : last + 1])


def the_last_again(request: httpx.Request) -> httpx.Response:
    """Give a few, whatever is asked for, and beyond the end the last page once more."""
    start = min(int(request.url.params["start"]), 6)
    return httpx.Response(200, json={"total": 3, "data": EVERY[start : start + 2]})


def ids_alone(request: httpx.Request) -> httpx.Response:
    if ref := request.url.path.removeprefix("/api/people").strip("/"):
        found = next((each for each in EVERY if str(each["id"]) == ref), None)
        return httpx.Response(200, json=found) if found else httpx.Response(404)
    return httpx.Response(200, json={"data": [*range(1, 8), 99]})


def by_cursor(request: httpx.Request) -> httpx.Response:
    start = int(request.url.params.get("after", 0))
    more = {"next": str(start + 3)} if start + 3 < len(EVERY) else {}
    return httpx.Response(200, json={"data": EVERY[start : start + 3], "meta": more})


def by_link(request: httpx.Request) -> httpx.Response:
    start = int(request.url.params.get("start", 0))
    link = {"Link": f'<https://little.example/api/people?start={start + 3}>; rel="next"'} if start < 6 else {}
    return httpx.Response(200, json=EVERY[start : start + 3], headers=link)


def by_address(request: httpx.Request) -> httpx.Response:
    start = int(request.url.params.get("start", 0))
    following = f"/api/people?start={start + 3}" if start < 6 else None
    return httpx.Response(200, json={"data": EVERY[start : start + 3], "next": following})


@pytest.mark.parametrize(
    ("pages", "rows", "answer"),
    [
        ("{by: page, number: page, size: {per_page: 3}, until: short}", '"@"', numbered),
        ("{by: page, number: page, until: empty}", '"@"', numbered),
        ("{by: offset, number: start, size: {limit: 3}, until: empty}", '"@"', by_offset),
        ("{by: offset, number: start, size: {limit: 100}, until: empty}", "data", the_last_again),
        ("{by: range, number: range, size: {rows: 3}}", '"@"', by_range),
        ("{by: none}", "data, ids: true", ids_alone),
        ("{by: cursor, number: after, following: meta.next}", "data", by_cursor),
        ("{by: link}", '"@"', by_link),
        ("{by: url, following: next}", "data", by_address),
    ],
    ids=["short page", "empty page", "offset", "lies", "range", "ids", "cursor", "link header", "next address"],
)
def test_every_row_is_read_once(tmp_path: Path, pages: str, rows: str, answer: Any) -> None:  # noqa: ANN401 - a function
    target = place(tmp_path, BODY.format(pages=pages, rows=rows), answer)
    seen = [event for page in target.contacts(Cursor()) for event in page.events]
    names = [event.person.name for event in seen if isinstance(event, PersonSeen)]
    assert names == [row["name"] for row in EVERY]


def test_a_next_page_elsewhere_is_not_followed(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "little.example"
        return httpx.Response(200, json={"data": EVERY, "next": "https://thief.example/people"})

    target = place(tmp_path, BODY.format(pages="{by: url, following: next}", rows="data"), answer)
    with pytest.raises(Transient, match="elsewhere"):
        list(target.contacts(Cursor()))


def test_a_page_that_comes_again_and_again_is_an_error(tmp_path: Path) -> None:
    target = place(
        tmp_path,
        BODY.format(pages="{by: cursor, number: after, following: next}", rows="data"),
        lambda _: httpx.Response(200, json={"data": EVERY, "next": "x"}),
    )
    with pytest.raises(Transient, match="again and again"):
        list(target.contacts(Cursor()))


def test_pages_are_signed_in(tmp_path: Path) -> None:
    signed = []

    def answer(request: httpx.Request) -> httpx.Response:
        signed.append(request.headers["authorization"])
        return by_link(request)

    target = place(
        tmp_path, BODY.format(pages="{by: link}", rows='"@"'), answer, keys={Thing.PERSON: KeyField("people", "")}
    )
    view = target.tool.view("people")
    call = view.call("changed")
    assert call is not None
    assert sum(len(rows) for rows in listing.pages(target.tool.client, call, {})) == len(EVERY)
    assert signed == [f"Bearer {TOKEN}"] * 3
