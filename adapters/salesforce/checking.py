"""What ``check`` looks at: sign-in, edition, rights, key fields, calls left, clocks, and who would mail the customer."""

from __future__ import annotations

import math
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from adapters.salesforce import foreign, people
from adapters.salesforce.client import PARTS
from adapters.salesforce.errors import Declined
from adapters.salesforce.looking import by_field, same, standing
from adapters.salesforce.org import CASE, NO_SOCIAL, POST, QUEUES, SOCIAL
from adapters.salesforce.schema import required
from bridge.errors import CasebridgeError, ConfigError
from bridge.nouns import Account, Finding, Share, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.salesforce.org import Org

SKEW = timedelta(minutes=1)
"""Larger differences of the clocks would eat into the overlap of readings."""
IDLE_READINGS = 2
"""Calls of a sync that finds nothing new for contacts and cases."""
EVENTS = 2
"""Queries for what happened to cases, beside one for each object of answers."""
EVERY = (1, 5, 15)
"""Minutes between two syncs."""
_FILLED = frozenset({"LastName", "OwnerId", "Case__c"})
"""Required fields that we fill ourselves, or that every mapping fills."""
_MAILERS = "Setup > Flows, Setup > Workflow Rules, Setup > Case Auto-Response Rules, Setup > Support Settings"


def check(org: Org) -> Account:
    """Return findings in the order in which one would mend them; without a sign-in there is but one."""
    try:
        token = org.client.token
    except CasebridgeError as error:
        return Account(name=org.settings.url, findings=(Finding(ok=False, text=str(error), remedy="See above."),))
    findings = [Finding(ok=True, text=f"signed in at {token.instance_url}")]
    for look in (_edition, _objects, _owners, _usage, _clocks, _mailers):
        findings += _tried(org, look)
    return Account(name=f"Salesforce {org.settings.url}", findings=tuple(findings))


def _tried(org: Org, look: Callable[[Org], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(look(org))
    except CasebridgeError as error:
        return [Finding(ok=False, text=str(error), remedy="Mend this, then run the check again.")]


def _edition(org: Org) -> Iterator[Finding]:
    (row,) = org.client.rows("SELECT Id, Name, OrganizationType, IsSandbox FROM Organization")
    sort = "a sandbox" if row["IsSandbox"] else "in production"
    yield Finding(ok=True, text=f"{row['Name']}, {row['OrganizationType']}, {sort}, API {org.settings.version}")


def _objects(org: Org) -> Iterator[Finding]:
    for thing, wanted in org.every:
        try:
            described = org.describe(wanted.object)
        except ConfigError as error:
            remedy = NO_SOCIAL if wanted.object in SOCIAL else "Run casebridge check --prepare and do what it says."
            yield Finding(ok=False, text=str(error), remedy=remedy)
            continue
        missing = [right for right in ("queryable", "createable", "updateable") if not described.get(right)]
        if missing:
            remedy = f"Assign the permission set Casebridge, or tick the rights in it for {wanted.object}."
            yield Finding(ok=False, text=f"{wanted.object} ({thing}) is not {', '.join(missing)} for us", remedy=remedy)
        yield _key(org, wanted.object)
        others = [name for name in required(described) if name not in _FILLED]
        if others:
            text = (
                f"{wanted.object} requires {', '.join(others)}: the mapping must fill them (casebridge mapping check)"
            )
            yield Finding(ok=True, text=text)
    yield from _hidden(org)
    if org.person == "Contact" and org.has("Account", "IsPersonAccount"):
        remedy = "To deliver persons as Person Accounts, name mappings/salesforce/person_account.yaml as the mapping of person."
        yield Finding(ok=True, text=f"the org has Person Accounts, persons go to Contact. {remedy}")
    if org.of(Thing.MESSAGE) and org.has(POST):
        used = POST in org.of(Thing.MESSAGE)
        yield Finding(ok=True, text=f"the org has SocialPost; messages go {'there' if used else 'to another object'}")


def _hidden(org: Org) -> Iterator[Finding]:
    """Name what readings of people and cases ask for and rights hide: the whole reading would be declined for it."""
    for name, fields in ((org.person, people.read(org)), (CASE, foreign.READ)):
        hidden = [field for field in fields if not org.has(name, field)]
        if hidden and org.has(name):
            remedy = (
                f"Tick Read in Setup > Permission Sets > Casebridge > Object Settings > {name} > Field Permissions."
            )
            yield Finding(
                ok=False, text=f"the integration user does not see {', '.join(hidden)} of {name}", remedy=remedy
            )


def _key(org: Org, name: str) -> Finding:
    field = next((each for each in org.describe(name)["fields"] if each["name"] == org.key_field(name)), None)
    if field is None:
        return Finding(
            ok=False, text=f"{name} has no field {org.key_field(name)}", remedy="Run casebridge check --prepare."
        )
    lacks = [mark for mark in ("unique", "externalId", "createable") if not field.get(mark)]
    text = f"{name}.{field['name']} carries our key"
    if not lacks:
        return Finding(ok=True, text=text)
    remedy = f"Tick Unique and External ID in Setup > Object Manager > {name} > Fields & Relationships, and Edit in the permission set."
    return Finding(ok=False, text=f"{text}, but is not {', '.join(lacks)}", remedy=remedy)


def _owners(org: Org) -> Iterator[Finding]:
    wanted = {"case_owner": "a queue (Setup > Queues)", "record_owner": "the user who is to own new contacts"}
    for name, what in wanted.items():
        value = getattr(org.settings, name)
        try:
            wrong = _no_owner(org, value)
        except Declined:
            wrong = f"{value}, which is no id there"
        remedy = f"Set {name} to the id of {what}."
        yield Finding(ok=not wrong, text=f"{name} is {wrong or value}", remedy=remedy if wrong else "")


def _no_owner(org: Org, value: str) -> str:
    """Say why a user or queue cannot own what is created, empty if it can."""
    if not value or same(value, org.me):
        return f"{'the integration user' if value else 'not set'}: what is created would belong to us"
    if value.startswith(QUEUES):
        objects = {row["SobjectType"] for row in by_field(org, "QueueSobject", ["SobjectType"], "QueueId", [value])}
        return "" if CASE in objects else f"{value}, which is no queue of cases there"
    user = standing(org, "User", [value], ["IsActive"]).get(value)
    return "" if user and user["IsActive"] else f"{value}, who is no active user there"


def _usage(org: Org) -> Iterator[Finding]:
    org.client.ask_limits()
    usage = org.client.usage
    left = usage.left(Share.DELIVER) or 0
    text = f"{usage.used} of {usage.total} API calls of 24 hours are used by everybody, {left} are left for deliveries"
    yield Finding(
        ok=left > 0, text=text, remedy="" if left else "Wait, or raise use_up_to, or ask Salesforce for more calls."
    )
    calls = IDLE_READINGS + math.ceil((len(org.settings.answers) + EVENTS) / PARTS)
    yield _forecast(calls, usage.left(Share.ANSWER) or 0, usage.readings)


def _forecast(calls: int, left: int, readings: int) -> Finding:
    """Hold what syncs take that find nothing new against what is left of the day."""
    fitting = [each for each in EVERY if _a_day(calls, each) <= left and _a_day(IDLE_READINGS, each) <= readings]
    takes = ", ".join(f"{_a_day(calls, each)} a day at one every {each} min" for each in EVERY)
    text = f"a sync that finds nothing new takes {calls} calls: {takes}; {left} are left"
    slower = f"Sync every {fitting[0]} minutes or less often." if fitting else "Sync once an hour or less often."
    fine = EVERY[0] in fitting
    return Finding(ok=bool(fitting), text=text + ("" if fine else f". {slower}"), remedy="" if fitting else slower)


def _a_day(calls: int, minutes: int) -> int:
    return calls * 24 * 60 // minutes


def _clocks(org: Org) -> Iterator[Finding]:
    apart = org.client.token.apart
    if apart is None and (dated := org.client.call("GET", "limits").headers.get("Date")):
        apart = abs(org.client.clock.now() - parsedate_to_datetime(dated).astimezone(UTC))
    if apart is not None:
        text = f"the clocks are {apart.total_seconds():.0f} s apart"
        yield Finding(ok=apart <= SKEW, text=text, remedy="" if apart <= SKEW else "Set this machine's clock (NTP).")


def _mailers(org: Org) -> Iterator[Finding]:
    """Name active flows on cases and email alerts, as far as the org tells; their effect is proved by the canary."""
    asked = {
        "flow": "SELECT ApiName FROM FlowDefinitionView WHERE IsActive = true AND TriggerObjectOrEventLabel IN ('Case', 'Case Comment')",
        "email alert": "SELECT DeveloperName FROM WorkflowAlert",
    }
    by_hand = f"Look by hand for what mails contacts: {_MAILERS}; then run casebridge check --canary."
    for what, soql in asked.items():
        path = "tooling/query/" if what == "email alert" else "query/"
        try:
            rows = org.client.json("GET", path, params={"q": soql})["records"]
        except (Declined, ConfigError):
            yield Finding(ok=True, text=f"the org does not tell its {what}s. {by_hand}")
            continue
        names = [str(row.get("ApiName") or row.get("DeveloperName")) for row in rows]
        if names:
            yield Finding(ok=True, text=f"active {what}s that may mail the customer: {', '.join(names)}. {by_hand}")
