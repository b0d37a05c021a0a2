"""The account: who it is, its owners, pipelines and workflows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from tests.fakes.hubspot.asked import Asked, Reply, Way, always, page, reading
from tests.fakes.hubspot.errors import invalid, not_found
from tests.fakes.hubspot.times import iso

if TYPE_CHECKING:
    from bridge.nouns import Json
    from tests.fakes.hubspot.org import Owner, Pipeline, Stage

_SINCE = {"createdAt": "2024-02-01T09:00:00.000Z", "updatedAt": "2024-02-01T09:00:00.000Z"}


def _details(asked: Asked) -> Reply:
    org = asked.portal.org
    offset = asked.portal.clock.now().astimezone(ZoneInfo(org.time_zone)).utcoffset() or timedelta()
    return 200, {
        "portalId": org.portal_id,
        "accountType": "STANDARD",
        "timeZone": org.time_zone,
        "companyCurrency": "EUR",
        "additionalCurrencies": [],
        "utcOffset": str(offset),
        "utcOffsetMilliseconds": offset // timedelta(milliseconds=1),
        "uiDomain": "app-eu1.hubspot.com",
        "dataHostingLocation": "eu1",
    }


def _owners(asked: Asked) -> Reply:
    archived = asked.flag("archived")
    email = asked.query.get("email", "").casefold()
    rows = [
        _owner(one)
        for one in asked.portal.owners.values()
        if one.archived is archived and email in ("", one.email.casefold())
    ]
    return 200, page(rows, asked.query.get("after", ""), asked.limit(500, 100))


def _owner(one: Owner) -> Json:
    user = {"userId": one.user_id} if not one.archived else {}
    return {
        "id": one.id,
        "type": "PERSON",
        "email": one.email,
        "firstName": one.first_name,
        "lastName": one.last_name,
        "archived": one.archived,
        "userIdIncludingInactive": one.user_id,
        "teams": [],
        **user,
        **_SINCE,
    }


def _one_owner(asked: Asked) -> Reply:
    """By id, or with ``idProperty=userId`` by the user's id."""
    by_user = asked.query.get("idProperty") == "userId"
    archived = asked.flag("archived")
    for one in asked.portal.owners.values():
        if asked.path["id"] == (str(one.user_id) if by_user else one.id) and one.archived is archived:
            return 200, _owner(one)
    raise not_found("resource not found")


def _pipelines(asked: Asked) -> Reply:
    return 200, {"results": [_pipeline(one, n) for n, one in enumerate(_of_tickets(asked).values())]}


def _one_pipeline(asked: Asked) -> Reply:
    found = _of_tickets(asked).get(asked.path["id"])
    if found is None:
        raise not_found(f"Pipeline {asked.path['id']} does not exist")
    return 200, _pipeline(found, 0)


def _stages(asked: Asked) -> Reply:
    found = _one_pipeline(asked)[1]
    return 200, {"results": found["stages"]}


def _of_tickets(asked: Asked) -> dict[str, Pipeline]:
    if asked.kind.name != "tickets":
        raise invalid(f"Pipelines are not supported for {asked.kind.name}")
    return asked.portal.pipelines


def _pipeline(one: Pipeline, order: int) -> Json:
    stages = [_stage(stage, number) for number, stage in enumerate(one.stages)]
    return {"id": one.id, "label": one.label, "displayOrder": order, "stages": stages, "archived": False, **_SINCE}


def _stage(one: Stage, order: int) -> Json:
    return {
        "id": one.id,
        "label": one.label,
        "displayOrder": order,
        "metadata": {"ticketState": "CLOSED" if one.closed else "OPEN", "isClosed": str(one.closed).lower()},
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": False,
        **_SINCE,
    }


def _flows(asked: Asked) -> Reply:
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "isEnabled": True,
            "objectTypeId": "0-5",
            "flowType": "WORKFLOW",
            "revisionId": "1",
            **_SINCE,
        }
        for one in asked.portal.org.workflows
    ]
    return 200, page(rows, asked.query.get("after", ""), asked.limit(100, 100))


def _one_flow(asked: Asked) -> Reply:
    """Return a workflow with its actions: 0-4 sends a mail, 0-5 sets a property."""
    found = next((one for one in asked.portal.org.workflows if one.id == asked.path["id"]), None)
    if found is None:
        raise not_found("resource not found")
    mails = [{"actionId": "1", "actionTypeId": "0-4", "fields": {"content_id": "1"}}] if found.mails else []
    sets = [
        {"actionId": "1", "actionTypeId": "0-5", "fields": {"property_name": name, "value": {"staticValue": value}}}
        for name, value in found.sets.items()
    ]
    values = {"hs_pipeline": found.pipeline, "hs_pipeline_stage": found.stage}
    filters = [
        {"property": name, "operation": {"operator": "IS_ANY_OF", "values": [value]}} for name, value in values.items()
    ]
    return 200, {
        "id": found.id,
        "name": found.name,
        "isEnabled": True,
        "objectTypeId": "0-5",
        "actions": mails + sets,
        "enrollmentCriteria": {"type": "LIST_BASED", "listFilterBranch": {"filters": filters}},
        **_SINCE,
    }


def _usage(asked: Asked) -> Reply:
    """Tell what the private apps of the account have used today, all together."""
    now = iso(asked.portal.clock.now())
    row = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": asked.portal.org.daily,
        "currentUsage": asked.house.access.used,
        "collectedAt": now,
        "fetchStatus": "SUCCESS",
        "resetsAt": now,
    }
    return 200, {"results": [row]}


def _token(asked: Asked) -> Reply:
    """Give out an access token; the body is a form."""
    form = asked.body.decode() if isinstance(asked.body, bytes) else ""
    return 200, asked.house.access.refresh(dict(parse_qsl(form)))


OWNERS, PIPELINES, FLOWS = "/crm/v3/owners", "/crm/v3/pipelines/{object}", "/automation/v4/flows"
WAYS = (
    Way("POST", "/oauth/v1/token", _token, open=True),
    Way("GET", "/account-info/v3/details", _details),
    Way("GET", "/account-info/v3/api-usage/daily/private-apps", _usage),
    Way("GET", OWNERS, _owners, always("crm.objects.owners.read")),
    Way("GET", OWNERS + "/{id}", _one_owner, always("crm.objects.owners.read")),
    Way("GET", PIPELINES, _pipelines, reading),
    Way("GET", PIPELINES + "/{id}", _one_pipeline, reading),
    Way("GET", PIPELINES + "/{id}/stages", _stages, reading),
    Way("GET", FLOWS, _flows, always("automation")),
    Way("GET", FLOWS + "/{id}", _one_flow, always("automation")),
)
