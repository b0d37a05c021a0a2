"""A ticket tool that knows no persons gets cases and messages, and nothing waits there for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.store import schema
from tests.shop import make_shop

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_mapping_of_persons_none_is_wanted(tmp_path: Path) -> None:
    shop = make_shop(tmp_path)
    (tmp_path / "mappings" / "desk" / "person.yaml").unlink()
    case = tmp_path / "mappings" / "desk" / "case.yaml"
    case.write_text(case.read_text().replace("  requester: {ref: person, omit_if_empty: true}\n", ""))
    shop.say("a", "b", name="first")
    shop.sync()
    with shop.app() as app, app.store.read() as connection:
        rows = connection.execute(select(schema.delivery.c.thing, schema.delivery.c.state)).all()
    assert sorted(tuple(row) for row in rows) == [("case", "delivered")] * 2 + [("message", "delivered")] * 2
    shop.is_whole()
