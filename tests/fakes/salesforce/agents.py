"""What others do in an org: agents at their screens, and mail that the org makes into cases by itself."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.salesforce import writes
from tests.fakes.salesforce.world import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.world import World

SOON = timedelta()


class Agent:
    """One person. ``commits_after`` of a doing is how long its transaction runs: the row appears then, stamped before."""

    def __init__(self, world: World, name: str = "Ada Amsel") -> None:
        """Sit down at the screen."""
        self._world, self.user = world, world.names[name]

    def create(self, sobject: str, **values: object) -> str:
        """Create a record by hand, a case of a phone call say; return its id."""
        return writes.create(self._world, self._world.org.objects[sobject], dict(values), self._now())

    def change(self, record: str, *, commits_after: timedelta = SOON, **values: object) -> None:
        """Change fields of a record."""
        sobject, actor = self._world.object_of(record), self._now()
        if sobject is None:
            raise KeyError(record)
        known = sobject
        self._do(commits_after, lambda: writes.update(self._world, known, record, dict(values), actor))

    def take(self, case: str) -> None:
        """Take a case."""
        self.change(case, OwnerId=self.user)

    def status(self, case: str, status: str) -> None:
        """Change a case's status."""
        self.change(case, Status=status)

    def comment(self, case: str, text: str, *, public: bool, commits_after: timedelta = SOON) -> None:
        """Comment on a case: published, it is an answer; else a note."""
        self._later(commits_after, "CaseComment", {"ParentId": case, "CommentBody": text, "IsPublished": public})

    def answer(self, case: str, text: str, *, commits_after: timedelta = SOON) -> None:
        """Answer the customer by a published comment."""
        self.comment(case, text, public=True, commits_after=commits_after)

    def note(self, case: str, text: str, *, commits_after: timedelta = SOON) -> None:
        """Leave a note for colleagues."""
        self.comment(case, text, public=False, commits_after=commits_after)

    def post(self, case: str, text: str, *, public: bool, commits_after: timedelta = SOON) -> None:
        """Post to a case's feed."""
        values = {"ParentId": case, "Body": text, "Visibility": "AllUsers" if public else "InternalUsers"}
        self._later(commits_after, "FeedItem", values)

    def below(self, post: str, text: str) -> str:
        """Say something below a post; return the comment's id."""
        return self.create("FeedComment", FeedItemId=post, CommentBody=text)

    def attach(self, record: str, name: str, content: bytes = b"of an agent") -> None:
        """Put a file to something that was said."""
        title = name.rpartition(".")[0]
        data = b64encode(content).decode()
        version = self.create("ContentVersion", Title=title, PathOnClient=name, VersionData=data)
        document = (self._world.row(version) or {})["ContentDocumentId"]
        self.create("ContentDocumentLink", ContentDocumentId=document, LinkedEntityId=record, ShareType="V")

    def mail(self, case: str, to: str, text: str, *, commits_after: timedelta = SOON) -> None:
        """Answer by mail from the case."""
        values: Json = {
            "ParentId": case,
            "ToAddress": to,
            "FromAddress": "support@pretend.example",
            "TextBody": text,
            "Status": "3",
        }
        self._later(commits_after, "EmailMessage", values)

    def merge(self, master: str, *losers: str) -> None:
        """Merge contacts, accounts or cases into ``master``."""
        sobject = self._world.object_of(master)
        if sobject is None or not sobject.mergeable:
            raise KeyError(master)
        writes.merge(self._world, sobject, master, losers, self._now())

    def delete(self, record: str) -> None:
        """Delete a record, a spam case say."""
        sobject = self._world.object_of(record)
        if sobject is None:
            raise KeyError(record)
        writes.delete(self._world, sobject, record, self._now())

    def _now(self) -> Actor:
        """Return this agent at this moment; screens neither assign nor stop at duplicates."""
        return Actor(self.user, self._world.clock.now(), auto_assign=False, allow_save=True)

    def _later(self, commits_after: timedelta, sobject: str, values: Json) -> None:
        """Create a record now, seen by others when its transaction ends."""
        actor, known = self._now(), self._world.org.objects[sobject]
        self._do(commits_after, lambda: writes.create(self._world, known, values, actor))

    def _do(self, commits_after: timedelta, doing: Callable[[], object]) -> None:
        """Do something at once, or when its transaction ends."""
        if commits_after:
            self._world.later(self._world.clock.now() + commits_after, doing)
        else:
            doing()


def receive(world: World, sender: str, subject: str, text: str, *, case: str = "", **values: object) -> str:
    """Let a mail come in, to a case or as a new one (Email-to-Case), with what the org's flow fills; return the case's id."""
    robot = Agent(world, "Automated Process")
    if not case:
        contacts = world.org.objects["Contact"]
        known = world.db.find(contacts, contacts.fields["Email"], sender)
        person = values | ({"ContactId": known[0]["Id"]} if len(known) == 1 else {})
        owner = world.names["Support"]
        case = robot.create(
            "Case", Subject=subject, Description=text, Origin="Email", SuppliedEmail=sender, OwnerId=owner, **person
        )
    robot.create(
        "EmailMessage", ParentId=case, Incoming=True, Status="0", FromAddress=sender, Subject=subject, TextBody=text
    )
    return case
