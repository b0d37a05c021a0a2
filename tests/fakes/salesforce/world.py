"""What an org is made of at run time: rows, people, locks, mail, and the transaction around a write."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.notices import Notices
from tests.fakes.salesforce.checks import stamp
from tests.fakes.salesforce.database import Database
from tests.fakes.salesforce.errors import is_deleted, locked, not_found
from tests.fakes.salesforce.standard import CLOSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime, timedelta

    from bridge.clock import Clock
    from tests.fakes.salesforce.errors import ApiError, Json
    from tests.fakes.salesforce.fields import SObject
    from tests.fakes.salesforce.org import Org

OTHERS = {"Automated Process": "AutomatedProcess", "Pia Portal": "CspLitePortal"}
"""Users who are no agents: the org's own automations, a customer in the portal."""
LABELS = {"CaseComment": "Case Comment", "EmailMessage": "Email Message"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes, when, and what the call's headers allow."""

    user: str
    at: datetime
    auto_assign: bool = True
    allow_save: bool = False


class World:
    """One org alive."""

    def __init__(self, org: Org, clock: Clock) -> None:
        """Open the org: its people, queues and record types are there from the start."""
        self.org, self.clock = org, clock
        self.db = Database()
        self.notices = Notices(clock)
        self.names: dict[str, str] = {}
        self._mail: list[tuple[str, str, str, str, str]] = []
        self._depth = 0
        self._held: dict[str, datetime] = {}
        self._later: list[tuple[datetime, Callable[[], object]]] = []
        self._writes = 0
        self._parents: list[str] = []
        self.strike: ApiError | None = None
        self.full = False
        """The org's storage is used up: nothing more is created."""
        self.system = ""
        self._people()
        self._automations()

    def _people(self) -> None:
        """Seed what an admin made: users, queues, record types, a permission set."""
        org = self.org
        self.system = self.seed(
            "User",
            Name="Casebridge Integration",
            Username=org.client.username,
            IsActive=True,
            Email="admin@pretend.example",
        )
        for name in org.agents:
            login = name.casefold().replace(" ", ".") + "@pretend.example"
            self.names[name] = self.seed("User", Name=name, Username=login, Email=login, IsActive=True)
        for name, kind in OTHERS.items():
            self.names[name] = self.seed(
                "User", Name=name, Username=f"{kind}@pretend.example", UserType=kind, IsActive=True
            )
        for name in org.queues:
            self.names[name] = queue = self.seed("Group", Name=name, DeveloperName=name, Type="Queue")
            self.seed("QueueSobject", QueueId=queue, SobjectType="Case")
        for sobject, names in org.record_types.items():
            for name in names:
                self.names[name] = self.seed(
                    "RecordType",
                    Name=name,
                    DeveloperName=name.replace(" ", "_"),
                    SobjectType=sobject,
                    IsActive=True,
                    IsPersonType="Person" in name,
                )
        self.names["Casebridge"] = self.seed("PermissionSet", Name="Casebridge", Label="Casebridge")
        self.seed("PermissionSetAssignment", PermissionSetId=self.names["Casebridge"], AssigneeId=self.system)
        self.seed("Organization", Name="Pretend", OrganizationType="Enterprise Edition", IsSandbox=False)

    def _automations(self) -> None:
        """Seed what the org tells of its rules, flows and statuses."""
        org = self.org
        for rule in org.duplicates:
            self.seed("DuplicateRule", DeveloperName=rule.name, SobjectType=rule.sobject, IsActive=True)
        for broken in org.rules:
            self.seed(
                "ValidationRule",
                ValidationName=broken.message[:40],
                Active=True,
                ErrorMessage=broken.message,
                EntityDefinitionId=broken.sobject,
            )
        for flow in (flow for flow in org.flows if flow.told):
            label = LABELS.get(flow.sobject, flow.sobject)
            self.seed(
                "FlowDefinitionView",
                ApiName=flow.name.replace(" ", "_"),
                Label=flow.name,
                IsActive=True,
                TriggerObjectOrEventLabel=label,
            )
        for status in org.objects["Case"].fields["Status"].values:
            self.seed(
                "CaseStatus", MasterLabel=status, ApiName=status, IsClosed=status in CLOSED, IsDefault=status == "New"
            )

    def seed(self, sobject: str, **values: object) -> str:
        """Store a row as it is, without rules; return its id."""
        known = self.org.objects[sobject]
        row = {
            "Type": sobject,
            **self.blank(known, Actor(self.system, self.clock.now())),
            **values,
            "Id": self.db.mint(known),
        }
        self.db.put(known, row)
        return str(row["Id"])

    def blank(self, sobject: SObject, actor: Actor) -> Json:
        """Return a row of an object with nothing but the system's fields."""
        now = stamp(actor.at)
        by = actor.user or None
        row: Json = dict.fromkeys(sobject.fields)
        row.update({field.name: field.default for field in sobject.fields.values() if field.kind == "boolean"})
        return row | {
            "IsDeleted": False,
            "CreatedDate": now,
            "CreatedById": by,
            "LastModifiedDate": now,
            "LastModifiedById": by,
            "SystemModstamp": now,
        }

    def require(self, name: str) -> SObject:
        """Return an object, or fail as an unknown address does."""
        found = self.org.sobject(name)
        if found is None:
            raise not_found()
        return found

    def object_of(self, record: str) -> SObject | None:
        """Return the object that an id belongs to, by its prefix."""
        return self.org.by_prefix(record[:3])

    def row(self, record: str | None) -> Json | None:
        """Return the row with this id, deleted or not, or None."""
        sobject = self.object_of(record) if record else None
        return self.db.get(sobject, record) if sobject and record else None

    def living(self, sobject: SObject, record: str) -> Json:
        """Return a row that is not in the recycle bin, or fail as the vendor does."""
        row = self.db.get(sobject, record)
        if row is None:
            raise not_found()
        if row["IsDeleted"]:
            raise is_deleted()
        return row

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep rows and mail only if nothing fails inside."""
        mark, self._depth = len(self._mail), self._depth + 1
        try:
            with self.db.savepoint():
                yield
        except BaseException:
            del self._mail[mark:]
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._post()

    def mail(self, to: str, subject: str, automation: str, about: str, actor: Actor) -> None:
        """Send a mail once the transaction around is through."""
        by = (self.row(actor.user) or {}).get("Name", "")
        self._mail.append((to, subject, automation, about, by))

    def _post(self) -> None:
        """Let go of the mail that waited."""
        for to, subject, automation, about, by in self._mail:
            self.notices.send(to, subject, automation=automation, about=about, by=by)
        self._mail.clear()

    def hold(self, record: str, for_: timedelta) -> None:
        """Let another transaction hold a row for so long."""
        self._held[record] = self.clock.now() + for_

    def touch(self, records: Iterable[str | None], actor: Actor) -> None:
        """Take the locks that a write needs, or fail while another transaction holds one; people at screens just wait."""
        if actor.user != self.system:
            return
        touched = [record for record in records if record]
        self._make_trouble(touched)
        if self.strike:
            struck, self.strike = self.strike, None
            raise struck
        self._come_back(touched)
        for record in touched:
            if self._held.get(record, self.clock.now()) > self.clock.now():
                raise locked(record)

    def _come_back(self, touched: list[str]) -> None:
        """Refuse a parent that the call left for another one before, where a second client waits for that."""
        parent = touched[1] if len(touched) > 1 else ""
        if not parent or not self.org.trouble.scattered or self._parents[-1:] == [parent]:
            return
        if parent in self._parents:
            raise locked(parent)
        self._parents.append(parent)

    def _make_trouble(self, touched: list[str]) -> None:
        """Do what a hostile org does at this write."""
        trouble, self._writes = self.org.trouble, self._writes + 1
        if self._writes in trouble.vanishing:
            self.drop_field(*trouble.vanishing[self._writes])
        if trouble.lock_every and touched and self._writes % trouble.lock_every == 0:
            self.hold(touched[-1], trouble.lock_for)

    def drop_field(self, sobject: str, name: str) -> None:
        """Delete a field, as an admin does in Setup."""
        self.db.drop(self.org.objects[sobject], name)

    def later(self, at: datetime, doing: Callable[[], object]) -> None:
        """Do something when the clock comes to ``at``: at the next call after that."""
        self._later.append((at, doing))

    def settle(self) -> None:
        """Begin a call: do what is due, in the order in which it fell due."""
        self._parents.clear()
        now = self.clock.now()
        due = sorted((entry for entry in self._later if entry[0] <= now), key=lambda entry: entry[0])
        self._later = [entry for entry in self._later if entry[0] > now]
        for _, doing in due:
            doing()

    def deactivate(self, name: str) -> None:
        """Let a user leave the house; what they own stays theirs."""
        users = self.org.objects["User"]
        self.db.put(users, {**self.living(users, self.names[name]), "IsActive": False})
