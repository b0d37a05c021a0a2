"""What is known of an org: its objects as described, which of them carry our keys, who we are there."""

from __future__ import annotations

import difflib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.salesforce.errors import Declined
from adapters.salesforce.schema import object_schema
from bridge.errors import ConfigError
from bridge.nouns import KeyField, Thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from adapters.salesforce.client import Client
    from adapters.salesforce.settings import SalesforceSettings
    from bridge.nouns import ObjectSchema

KEPT = timedelta(hours=1)
"""How long a description is believed."""
CASE = "Case"
QUEUES = "00G"
"""How ids of queues begin."""
MERGEABLE = frozenset({"Account", "Contact", "Lead", CASE})
"""Objects whose rows say into which other they were merged."""
_PARENTS: Mapping[str, str] = {"Task": "WhatId", "SocialPost": "ParentId", "EmailMessage": "ParentId"}
_KEYLESS = frozenset({"CaseComment", "FeedItem", "FeedComment"})


POST, PERSONA = "SocialPost", "SocialPersona"
SOCIAL = frozenset({POST, PERSONA})
NO_SOCIAL = "Social Customer Service is not switched on there, or the permission set Casebridge Social is not assigned. Without it deliver messages to Casebridge_Message__c (mappings/salesforce/message.yaml), and name no mapping of profiles."


class Org:
    """One org, seen through a client."""

    def __init__(self, client: Client, objects: Mapping[Thing, tuple[KeyField, ...]]) -> None:
        """``objects``: which objects take persons, profiles, cases and messages, each with its field for our key."""
        self.client = client
        self.every = [(thing, each) for thing, several in objects.items() for each in several]
        self._described: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self._me = ""
        self._person_type: str | None = None

    @property
    def settings(self) -> SalesforceSettings:
        """Return the settings."""
        return self.client.settings

    @property
    def person(self) -> str:
        """Return the object of persons: Contact, or Account where persons are accounts."""
        return next(iter(self.of(Thing.PERSON)), "Contact")

    @property
    def me(self) -> str:
        """Return the id of the user that we run as."""
        if not self._me:
            self._me = self.client.token.user_id or self._asked()
        return self._me

    @property
    def person_record_type(self) -> str:
        """Return the record type of person accounts, empty where the org has none."""
        if self._person_type is None:
            self._person_type = self._asked_person_type() if self.has("Account", "IsPersonAccount") else ""
        return self._person_type

    def of(self, thing: Thing) -> list[str]:
        """Return the objects that take a thing."""
        return [each.object for known, each in self.every if known is thing]

    def where(self, thing: Thing, ref: str) -> str:
        """Return the object of a record that stands: of several that take the thing, the one whose ids begin like this."""
        if thing is Thing.CASE:
            return CASE
        several = self.of(thing) or ([self.person] if thing is Thing.PERSON else [""])
        if len(several) == 1:
            return several[0]
        return next((each for each in several if self.describe(each).get("keyPrefix") == ref[:3]), several[-1])

    def key_field(self, object_name: str) -> str:
        """Return the field that carries our key; raises ``ConfigError`` for an object that can have none."""
        if object_name in _KEYLESS:
            message = f"{object_name} takes no fields of its own, so nothing can be delivered there exactly once; map messages to Casebridge_Message__c or Task."
            raise ConfigError(message)
        fields = {each.object: each.field for _, each in self.every}
        return fields.get(object_name) or "Casebridge_Key__c"

    def parent_field(self, object_name: str) -> str:
        """Return the field of a message's object that holds its case."""
        return self.settings.parent_field or _PARENTS.get(object_name, "Case__c")

    def schema(self, object_name: str) -> ObjectSchema:
        """Return an object's schema; raises ``ConfigError`` for an unknown one, naming those that exist."""
        return object_schema(self.describe(object_name))

    def describe(self, object_name: str) -> dict[str, Any]:
        """Return an object's description, asked for at most once an hour."""
        described = self._look(object_name)
        if not described:
            raise ConfigError(self._unknown(object_name))
        return described

    def has(self, object_name: str, field: str = "") -> bool:
        """Tell whether there is such an object, or such a field of it, as far as we may see."""
        fields = self._look(object_name).get("fields", ())
        return any(each["name"] == field for each in fields) if field else bool(fields)

    def forget(self) -> None:
        """Describe anew: a field that was there is not any more."""
        self._described.clear()

    def _look(self, object_name: str) -> dict[str, Any]:
        """Return a description, empty where there is no such object for us."""
        now = self.client.clock.now()
        kept = self._described.get(object_name)
        if kept is None or now - kept[0] >= KEPT:
            try:
                kept = now, self.client.json("GET", f"sobjects/{object_name}/describe")
            except Declined:
                kept = now, {}
            self._described[object_name] = kept
        return kept[1]

    def _unknown(self, object_name: str) -> str:
        if object_name in SOCIAL:
            return f"The org has no {object_name}."
        names = sorted(each["name"] for each in self.client.json("GET", "sobjects")["sobjects"])
        wanted = [each.object for _, each in self.every if each.object in names]
        close = difflib.get_close_matches(object_name, names, n=5)
        shown = ", ".join(dict.fromkeys([*wanted, *close])) or ", ".join(names[:20])
        return f"The org has no object {object_name!r}, or the integration user may not see it; it has: {shown}, … (casebridge check --prepare says how to get it)."

    def _asked_person_type(self) -> str:
        """Return the person accounts' record type: told by the org, or by its usual name."""
        told = self.has("RecordType", "IsPersonType")
        column = "IsPersonType" if told else "DeveloperName"
        soql = f"SELECT Id, {column} FROM RecordType WHERE SobjectType = 'Account' AND IsActive = true"  # noqa: S608 - one of two names
        rows = self.client.rows(soql)
        return next((str(row["Id"]) for row in rows if (row[column] if told else "Person" in row[column])), "")

    def _asked(self) -> str:
        try:
            return str(self.client.json("GET", "/services/oauth2/userinfo")["user_id"])
        except (Declined, KeyError, TypeError):
            return ""


def chunks(values: Iterable[str], size: int = 200) -> list[list[str]]:
    """Return distinct values in parts that an ``IN`` list takes."""
    every = list(dict.fromkeys(values))
    return [every[start : start + size] for start in range(0, len(every), size)]
