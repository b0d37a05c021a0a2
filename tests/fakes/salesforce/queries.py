"""Queries and their pages, search, limits, versions of the interface."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.fakes.salesforce import selecting, soql
from tests.fakes.salesforce.errors import ApiError, not_found
from tests.fakes.salesforce.protocol import ROUTES, Call, Reply

if TYPE_CHECKING:
    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.state import State

PAGE = 2000
SEARCH_LAG = timedelta(seconds=30)
_SIZE = re.compile(r"batchSize=(\d+)")
_SEARCH = re.compile(
    r"FIND\s*\{(?P<term>[^}]+)\}\s*IN\s+(?P<scope>PHONE|EMAIL|NAME|ALL)\s+FIELDS\s+RETURNING\s+(?P<object>\w+)\s*\((?P<fields>[\w\s,]+)\)\s*",
    re.IGNORECASE,
)
_KINDS = {"PHONE": {"phone"}, "EMAIL": {"email"}, "NAME": {"string"}, "ALL": {"phone", "email", "string"}}


@ROUTES.at("GET", "query")
def query(state: State, call: Call) -> Reply:
    """Answer a query with its first page."""
    return _first_page(state, call, deleted=False)


@ROUTES.at("GET", "queryAll")
def query_all(state: State, call: Call) -> Reply:
    """Answer a query with its first page, deleted and merged records too."""
    return _first_page(state, call, deleted=True)


@ROUTES.at("GET", "tooling/query")
def tooling_query(state: State, call: Call) -> Reply:
    """Answer a query of the Tooling API."""
    return _first_page(state, call, deleted=False, tooling=True)


@ROUTES.at("GET", "query/{}")
@ROUTES.at("GET", "queryAll/{}")
def query_more(state: State, call: Call, locator: str) -> Reply:
    """Give the next page of a query: the rows as they were when it was asked."""
    cursor, _, start = locator.partition("-")
    if cursor not in state.cursors or not start.isdigit():
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(state, call, cursor, int(start))


@ROUTES.at("GET", "search")
def search(state: State, call: Call) -> Reply:
    """Search the index, which knows a record half a minute after it was written; phones are found in any notation."""
    found = _SEARCH.fullmatch(call.query.get("q", ""))
    sobject = state.world.org.sobject(found["object"]) if found else None
    if not found or sobject is None:
        raise ApiError("MALFORMED_SEARCH", "No search term found. The search term must be enclosed in braces.")
    fields = [known.name for known in sobject.visible() if known.kind in _KINDS[found["scope"].upper()]]
    trails = selecting.paths(state.world, sobject, [name.strip() for name in found["fields"].split(",")])
    seen = (
        row
        for row in state.world.db.rows(sobject)
        if datetime.fromisoformat(row["SystemModstamp"]) <= call.at - SEARCH_LAG
    )
    matching = [row for row in seen if any(_matches(row.get(name), found["term"]) for name in fields)]
    return Reply(
        {"searchRecords": [selecting.shown(state.world, sobject, row, trails, call.version) for row in matching[:PAGE]]}
    )


@ROUTES.at("GET", "limits")
def limits(state: State, call: Call) -> Reply:
    """Tell what is left of the day."""
    del call
    left = max(0, state.usage.allocation - state.usage.used)
    told = {flow.name for flow in state.world.org.flows if flow.told}
    mails = sum(notice.automation in told for notice in state.world.notices)
    return Reply(
        {
            "DailyApiRequests": {"Max": state.usage.allocation, "Remaining": left},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000 - len(state.queries)},
            "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000 - len(state.ingest)},
            "DailyWorkflowEmails": {"Max": 1_000, "Remaining": 1_000 - mails},
            "DataStorageMB": {"Max": 10_240, "Remaining": 9_000},
            "FileStorageMB": {"Max": 10_240, "Remaining": 9_000},
        }
    )


def run(
    state: State, text: str, *, deleted: bool, version: str, tooling: bool = False
) -> tuple[tuple[str, ...], list[Json]]:
    """Return the selected names and the rows of a query; SELECT COUNT() has rows without names."""
    asked = soql.parse(text)
    sobject, rows = selecting.select(state.world, asked, deleted=deleted, tooling=tooling)
    trails = selecting.paths(state.world, sobject, asked.fields)
    return asked.fields, [selecting.shown(state.world, sobject, row, trails, version) for row in rows]


def _first_page(state: State, call: Call, *, deleted: bool, tooling: bool = False) -> Reply:
    """Answer a query, and keep its rows if they are more than a page."""
    if "q" not in call.query:
        raise not_found()
    names, rows = run(state, call.query["q"], deleted=deleted, version=call.version, tooling=tooling)
    if not names:
        return Reply({"totalSize": len(rows), "done": True, "records": []})
    cursor = f"01gCb{state.number():013}"
    state.cursors[cursor] = rows
    return _page(state, call, cursor, 0)


def _page(state: State, call: Call, cursor: str, start: int) -> Reply:
    """Return a page; the last one closes the cursor."""
    rows = state.cursors[cursor]
    wanted = _SIZE.search(call.headers.get("sforce-query-options", ""))
    end = start + (min(max(int(wanted[1]), 200), PAGE) if wanted else PAGE)
    body: Json = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[start:end]}
    if end >= len(rows):
        del state.cursors[cursor]
    else:
        body["nextRecordsUrl"] = f"/services/data/v{call.version}/query/{cursor}-{end}"
    return Reply(body)


def _matches(value: str | None, term: str) -> bool:
    """Say whether a value is found by a term: phones by their last nine digits, other text by its beginning."""
    if not value:
        return False
    digits, wanted = (re.sub(r"\D", "", text)[-9:] for text in (value, term))
    return (len(wanted) > 5 and digits == wanted) or value.casefold().startswith(term.casefold())
