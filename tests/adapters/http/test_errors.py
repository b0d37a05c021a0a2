"""What the tools' own errors become: a sentence with its remedy, and what happens next. The list is read by people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.http import answers, manifest
from adapters.http.answers import Declined
from bridge.errors import RateLimited
from tests.adapters.http.harness_tracker import MANIFEST
from tests.adapters.http.tools import place

LIST = Path(__file__).with_name("errors.txt")


def freshdesk(field: str, message: str, code: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"description": "Validation failed", "errors": [{"field": field, "message": message, "code": code, **more}]}


def jira(field: str, message: str) -> dict[str, Any]:
    return {"errorMessages": [], "errors": {field: message}}


ERRORS: list[tuple[str, int, dict[str, str], Any]] = [
    (
        "freshdesk",
        401,
        {},
        {"code": "invalid_credentials", "message": "You have to be logged in to perform this action."},
    ),
    ("freshdesk", 403, {}, {"code": "access_denied", "message": "You are not authorized to perform this action."}),
    (
        "freshdesk",
        403,
        {},
        {"code": "require_feature", "message": "The Multi Product feature(s) is/are not supported in your plan."},
    ),
    ("freshdesk", 404, {}, None),
    ("freshdesk", 405, {}, {"message": "DELETE method is not allowed. It should be one of these method(s): GET"}),
    (
        "freshdesk",
        409,
        {},
        freshdesk("email", "It should be a unique value", "duplicate_value", additional_info={"user_id": 17}),
    ),
    ("freshdesk", 400, {}, freshdesk("subject", "It should be a/an String", "datatype_mismatch")),
    (
        "freshdesk",
        400,
        {},
        freshdesk("cf_serial", "It should not be blank as this is a mandatory field", "missing_field"),
    ),
    ("freshdesk", 400, {}, freshdesk("status", "It should be one of these values: '2,3,4,5,6'", "invalid_value")),
    ("freshdesk", 400, {}, freshdesk("product_id", "Not accessible in this plan", "inaccessible_field")),
    ("freshdesk", 400, {}, freshdesk("custom_fields.cf_x", "Unexpected/invalid field in request", "invalid_field")),
    ("freshdesk", 415, {}, {"code": "invalid_content_type", "message": "Content-Type header is set to text/plain."}),
    ("freshdesk", 429, {"Retry-After": "13"}, {"message": "You have exceeded the limit of requests per hour"}),
    ("freshdesk", 500, {}, "<html>We're sorry</html>"),
    ("freshdesk", 503, {"Retry-After": "60"}, None),
    ("zammad", 401, {}, {"error": "Invalid BasicAuth credentials"}),
    ("zammad", 403, {}, {"error": "Not authorized"}),
    ("zammad", 404, {}, {"error": "Couldn't find Ticket with 'id'=17"}),
    ("zammad", 422, {}, {"error": "Email address 'ada@example.com' is already used for another user."}),
    ("zammad", 422, {}, {"error": "unknown attribute 'casebridge_key' for Ticket."}),
    ("zammad", 422, {}, {"error": "Invalid value '17' for field 'customer_id'!"}),
    (
        "zammad",
        422,
        {},
        {"error": "No lookup value found for 'group': 'Social'", "error_human": "This object could not be created."},
    ),
    ("zammad", 500, {}, {"error": "execution expired"}),
    ("zammad", 502, {}, "<html>Bad Gateway</html>"),
    ("jira-service-management", 400, {}, jira("priority", "The priority selected is invalid.")),
    (
        "jira-service-management",
        400,
        {},
        jira(
            "customfield_10020",
            "Field 'customfield_10020' cannot be set. It is not on the appropriate screen, or unknown.",
        ),
    ),
    (
        "jira-service-management",
        400,
        {},
        {"errorMessages": ["Error in the JQL Query: 'labels' is a reserved word."], "errors": {}},
    ),
    ("jira-service-management", 401, {}, "Client must be authenticated to access this resource."),
    ("jira-service-management", 403, {}, {"errorMessages": ["CAPTCHA_CHALLENGE"], "errors": {}}),
    (
        "jira-service-management",
        404,
        {},
        {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}},
    ),
    ("jira-service-management", 409, {}, {"errorMessages": ["The issue is being edited."], "errors": {}}),
    (
        "jira-service-management",
        413,
        {},
        {"errorMessages": ["The file exceeds its maximum permitted size."], "errors": {}},
    ),
    (
        "jira-service-management",
        429,
        {"Retry-After": "Mon, 02 Mar 2026 09:00:30 GMT", "Date": "Mon, 02 Mar 2026 09:00:00 GMT"},
        {"errorMessages": ["Rate limit exceeded"]},
    ),
    ("jira-service-management", 503, {}, None),
    ("tracker", 409, {}, {"error": {"code": "merged", "message": "tickets 7 is now 9."}}),
    ("tracker", 410, {}, {"error": {"code": "gone", "message": "tickets 7 is gone."}}),
    ("tracker", 412, {}, {"error": {"code": "stale", "message": "Somebody was faster."}}),
    (
        "tracker",
        422,
        {},
        {"error": {"code": "choice", "message": "state is one of new, done.", "attribute": "attributes.state"}},
    ),
    ("webhook", 403, {}, {"detail": "This flow is private."}),
    ("webhook", 400, {}, {"queue": ["This field is required."]}),
    ("webhook", 410, {}, None),
    ("webhook", 413, {}, {"error": "more than 256 KB"}),
]


def told(name: str, status: int, headers: dict[str, str], body: Any) -> str:  # noqa: ANN401 - any JSON
    """Return what one error becomes."""
    path = str(MANIFEST) if name == "tracker" else name
    says = manifest.load(path, LIST.parent).manifest
    rule = answers.meaning(says.answers, status, headers, body)
    error = answers.raised(says.name, rule, status, headers, body, writing=True)
    more = ""
    if isinstance(error, Declined):
        refusal = error.problem.refusal()
        parts = (("field", refusal.field), ("code", refusal.code), ("candidates", ", ".join(refusal.candidates)))
        more = "".join(f"; {part}: {value}" for part, value in parts if value)
    wait = f"; wait: {error.retry_after:.0f}" if hasattr(error, "retry_after") else ""
    return f"{status} {type(error).__name__}{more}{wait}\n    {error}"


def test_each_error_is_a_sentence_with_what_happens_next() -> None:
    """To take over a change on purpose, write the new list into errors.txt."""
    lines = "\n".join(told(*each) for each in ERRORS) + "\n"
    assert lines == LIST.read_text()


@pytest.mark.parametrize(("name", "count"), [("freshdesk", 15), ("zammad", 9), ("jira-service-management", 10)])
def test_each_tool_has_its_usual_errors_listed(name: str, count: int) -> None:
    assert sum(each[0] == name for each in ERRORS) >= count


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("Request was throttled. Expected available in 12 seconds.", 12),
        ("zu schnell, bitte 9 s warten", 9),
        ("Try again in 2 minutes", 120),
        ("retry in 1500ms", 1.5),
        (30, 30),
        ("2026-03-02 09:00: try later", 60),
        (None, 60),
    ],
)
def test_how_long_to_wait_may_stand_in_a_sentence(tmp_path: Path, told: object, seconds: float) -> None:
    body = "answers: [{status: 429, means: limited, wait: said}]\ncheck: {get: /me}\nobjects: {cases: {thing: case, fields: {t: {}}, create: {post: /c}}}"
    target = place(tmp_path, body, lambda _: httpx.Response(429, json={"said": told}))
    call = target.tool.client.loaded.call("check")
    assert call is not None
    with pytest.raises(RateLimited) as raised:
        target.tool.client.call(call, {})
    assert raised.value.retry_after == seconds


def test_no_page_of_html_is_shown_to_people() -> None:
    assert "<" not in LIST.read_text()
