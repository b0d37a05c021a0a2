"""Check an account: may we, is there what we need, would anything mail customers; each problem with its remedy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.hubspot import paths
from adapters.hubspot.answers import places
from adapters.hubspot.errors import Declined
from adapters.hubspot.limits import BATCH
from adapters.hubspot.names import CHANNEL, CONTACTS, EMAILS, TICKETS
from adapters.hubspot.wording import KEYS
from bridge import nouns
from bridge.errors import AuthError, CasebridgeError, ConfigError, Transient
from bridge.nouns import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapters.hubspot.account import Account

TICKET_TYPE, SENDS_MAIL = "0-5", "0-4"
"""HubSpot's numbers of tickets, and of the action that sends a mail."""
_CLOCK_OFF = timedelta(minutes=2)
_LITTLE = 0.3
_MINUTES_A_DAY = 24 * 60
_CALLS_A_POLL, _LISTS = 3, 3
"""A quiet poll searches contacts and, twice, tickets, and each place where agents answer; now and then it lists what went."""
_SCOPES: Mapping[str, tuple[str, ...]] = {
    CONTACTS: ("crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.write"),
    TICKETS: ("tickets",),
}


def check(account: Account) -> nouns.Account:
    """Look at everything that can be looked at without writing."""
    try:
        details = account.client.get(paths.ACCOUNT).body
    except (AuthError, Transient, Declined) as error:
        remedy = f"Make or renew the service key under {KEYS}."
        return nouns.Account(name="HubSpot", findings=(Finding(ok=False, text=str(error), remedy=remedy),))
    name = f"HubSpot account {details['portalId']}"
    parts: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _zone(account, details),
        lambda: _objects(account),
        lambda: _places(account),
        lambda: _handles(account),
        lambda: _channel(account),
        lambda: _required(account),
        lambda: _pipelines(account),
        lambda: _owners(account),
        lambda: _workflows(account),
        lambda: _clock(account),
        lambda: _budget(account),
    )
    kind = str(details.get("accountType") or "").lower().replace("_", " ")
    findings = [Finding(ok=True, text=f"signed in to {name}{f' ({kind})' if kind else ''}")]
    for part in parts:
        try:
            findings += part()
        except CasebridgeError as error:
            remedy = "Run the check again." if isinstance(error, Transient) else f"See {KEYS} and the scopes there."
            findings.append(Finding(ok=False, text=str(error), remedy=remedy))
    return nouns.Account(name=name, findings=tuple(replace(each, remedy="") if each.ok else each for each in findings))


def _zone(account: Account, details: Mapping[str, Any]) -> Iterator[Finding]:
    zone, ours = str(details.get("timeZone") or ""), account.settings.time_zone
    if zone and zone != ours:
        remedy = f"Write time_zone: {zone} in the project file, so that a spent daily limit is waited for rightly."
        yield Finding(ok=True, text=f"the account's time zone is {zone}, the settings say {ours}. {remedy}")


def _objects(account: Account) -> Iterator[Finding]:
    """Read one record of each: a missing scope shows at once; one for writing shows when something is written."""
    for name in account.objects():
        if name == CHANNEL:
            continue
        scopes = " and ".join(_SCOPES.get(name, _SCOPES[CONTACTS]))
        try:
            account.client.get(paths.objects(name), limit=1)
        except (AuthError, Declined) as error:
            remedy = f"Add the scopes {scopes} under {KEYS} > your key > Scopes."
            yield Finding(ok=False, text=f"{name} cannot be read: {error}", remedy=remedy)
            continue
        yield Finding(ok=True, text=f"{name} can be read; to be written they need {scopes}")


def _places(account: Account) -> Iterator[Finding]:
    """Look whether files and whatever agents answer with can be read."""
    tried: dict[str, tuple[str, str]] = {"attachments": (f"{paths.FILES}/0", "files")}
    if "threads" in account.settings.answers:
        tried["threads of the inbox"] = (paths.THREADS, "conversations.read")
    if "emails" in account.settings.answers:
        tried["mails on tickets"] = (paths.objects(EMAILS), "sales-email-read")
    for what, (path, scope) in tried.items():
        try:
            account.client.get(path, limit=1)
        except AuthError as error:
            remedy = f"Add the scope {scope} under {KEYS} > your key > Scopes."
            yield Finding(ok=False, text=f"{what} cannot be read: {error}", remedy=remedy)
            continue
        except Declined:  # there is no file 0, and that could be asked
            pass
        yield Finding(ok=True, text=f"{what} can be read")


def _handles(account: Account) -> Iterator[Finding]:
    """Look whether the properties with handles are there: HubSpot answers as if unknown ones were empty."""
    wanted = account.settings.handles
    lacking = sorted({*wanted.values()} - account.schemas.of(CONTACTS).fields.keys())
    if lacking:
        text, remedy = (
            f"contacts have no property {', '.join(lacking)}",
            "Correct handles, or create it under Properties.",
        )
        yield Finding(ok=False, text=text, remedy=remedy)
    elif wanted:
        yield Finding(ok=True, text=f"handles on {', '.join(wanted)} are read of contacts")


def _channel(account: Account) -> Iterator[Finding]:
    """Look whether the channel that the settings name can be used, and is."""
    settings = account.settings
    if not settings.channel:
        return
    try:
        name = account.client.get(paths.channel(settings.channel)).body["name"]
        account.inbox.identifier()
    except (AuthError, ConfigError, Declined) as error:
        remedy = (
            "Custom channels take Sales Hub or Service Hub Professional and an app with the scopes conversations.read and"
            " conversations.custom_channels.read and .write. Otherwise leave channel out and map messages to notes."
        )
        yield Finding(ok=False, text=f"channel {settings.channel} cannot be used: {error}", remedy=remedy)
        return
    used = CHANNEL in account.objects()
    remedy = f"Write object: {CHANNEL} and key: '' into the mapping of messages, or leave channel out."
    yield Finding(
        ok=used, text=f"channel {name} is connected{'' if used else ', but no mapping uses it'}", remedy=remedy
    )


def _required(account: Account) -> Iterator[Finding]:
    for name in account.objects():
        base, whole = account.schemas.of(name).fields, account.schemas.complete(name).fields
        more = sorted(each for each, field in whole.items() if field.required and not base[each].required)
        if more:
            text = f"admins of this account require of new {name}: {', '.join(more)}; casebridge mapping check tells whether the mapping fills them"
            yield Finding(ok=True, text=text)


def _pipelines(account: Account) -> Iterator[Finding]:
    for each in account.schemas.pipelines():
        states = [(stage.get("metadata") or {}).get("ticketState") for stage in each["stages"]]
        text = f"pipeline {each['id']} ({each['label']}) has {states.count('OPEN')} open and {states.count('CLOSED')} closed stages"
        remedy = "Add the missing kind of stage under Settings > Objects > Tickets > Pipelines."
        whole = {"OPEN", "CLOSED"} <= set(states)
        yield Finding(ok=whole, text=text, remedy="" if whole else remedy)


def _owners(account: Account) -> Iterator[Finding]:
    yield Finding(ok=True, text=f"{len(account.owners.active)} active owners")


def _workflows(account: Account) -> Iterator[Finding]:
    """Look for workflows of tickets that send mail: a customer who wrote on a network expects none."""
    by_hand = "Look through Automation > Workflows and Settings > Objects > Tickets > Pipelines > Automate by hand"
    try:
        flows = account.client.get(paths.FLOWS, limit=100).results
        details = [account.client.get(f"{paths.FLOWS}/{each['id']}").body for each in flows if _concerns(each)]
    except (AuthError, Declined):
        yield Finding(ok=True, text=f"workflows cannot be read with this key. {by_hand}")
        return
    mailing = [
        each for each in details if any(act.get("actionTypeId") == SENDS_MAIL for act in each.get("actions") or ())
    ]
    for each in mailing:
        where = _where(each)
        remedy = (
            f"Let it leave out tickets whose property {account.key_field(TICKETS)} is known (Automation > Workflows > "
            f"{each['name']} > Enrolment), or deliver into another pipeline."
        )
        used = not where or account.settings.pipeline in where.values()
        yield Finding(
            ok=not used, text=f"the workflow “{each['name']}” mails the ticket's contact{_shown(where)}", remedy=remedy
        )
    if not mailing:
        yield Finding(ok=True, text=f"no workflow of tickets sends mail. {by_hand} for automatic mails of pipelines")


def _concerns(flow: Mapping[str, Any]) -> bool:
    return bool(flow.get("isEnabled")) and flow.get("objectTypeId") == TICKET_TYPE


def _where(flow: Mapping[str, Any]) -> dict[str, str]:
    branch = (flow.get("enrollmentCriteria") or {}).get("listFilterBranch") or {}
    found = {}
    for each in branch.get("filters") or ():
        if str(each.get("property")) == "hs_pipeline":
            found["pipeline"] = ", ".join(str(value) for value in (each.get("operation") or {}).get("values") or ())
    return found


def _shown(where: Mapping[str, str]) -> str:
    return f" in pipeline {where['pipeline']}" if where else ""


def _clock(account: Account) -> Iterator[Finding]:
    off = account.client.clock_off
    right = abs(off) <= _CLOCK_OFF
    text = f"HubSpot's clock and this machine's differ by {abs(off).total_seconds():.0f} s"
    yield Finding(ok=right, text=text, remedy="" if right else "Let this machine take its time from a time server.")


def _budget(account: Account) -> Iterator[Finding]:
    usage = account.client.usage
    calls = _forecast(account)
    forecast = f"a poll every minute takes about {calls} calls a day"
    if usage.daily_limit is None or usage.daily_left is None:
        yield Finding(ok=True, text=f"HubSpot tells no daily limit; {forecast}; batches of {BATCH}")
        return
    text = f"{usage.daily_left} of {usage.daily_limit} calls are left today for the whole account; {forecast}"
    remedy = "See Settings > Integrations > Connected Apps which app uses them, or add a limit increase."
    enough = usage.daily_left > _LITTLE * usage.daily_limit
    yield Finding(ok=enough, text=text, remedy="" if enough else remedy)
    if calls > account.settings.imports_up_to * usage.daily_limit:
        text = f"{forecast}, which is more than the share of imports (imports_up_to)"
        yield Finding(ok=False, text=text, remedy="Sync less often, for instance every five minutes.")


def _forecast(account: Account) -> int:
    """Return how many calls a day of polling every minute takes if nothing happens."""
    searches = _MINUTES_A_DAY * (_CALLS_A_POLL + len(places(account)))
    lists = _LISTS * _MINUTES_A_DAY / max(account.settings.deletions_minutes, 1)
    return int(searches + lists)
