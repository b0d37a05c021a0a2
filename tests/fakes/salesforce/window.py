"""What an org holds, as a page of text: for somebody who tries Casebridge and wants to see what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.world import World


def page(world: World) -> str:
    """Return all cases with what hangs on them, all people, and all mail that would have been sent."""
    cases, people = (list(world.db.rows(world.org.objects[name])) for name in ("Case", "Contact"))
    lines = [f"{world.org.host}: {len(cases)} cases, {len(people)} contacts, {len(world.notices)} mails", ""]
    for case in cases:
        lines += _case(world, case)
    lines += [
        "",
        "Contacts",
        *(
            f"  {row['Id']}  {row['Name']}  {row.get('Email') or '-'}  {row.get('MobilePhone') or '-'}"
            for row in people
        ),
    ]
    lines += [
        "",
        "Mail that would have been sent",
        *(f"  to {each.to}: {each.subject} ({each.automation})" for each in world.notices),
    ]
    return "\n".join(lines) + "\n"


def _case(world: World, case: Json) -> Iterator[str]:
    """Return the lines of a case."""
    owner, contact = (world.row(case[name]) or {} for name in ("OwnerId", "ContactId"))
    yield f"{case['CaseNumber']}  {case['Status']}  {case['Priority']}  {case.get('Origin') or '-'}  {case.get('Subject') or '-'}"
    yield f"    owner {owner.get('Name')}, contact {contact.get('Name', '-')}, id {case['Id']}"
    for child in world.org.objects.values():
        links = [
            field
            for field in child.fields.values()
            if field.kind == "reference" and field.refers_to == ("Case",) and child.name not in ("Case", "CaseHistory")
        ]
        for field in links:
            for row in world.db.find(child, field, case["Id"]):
                said = next(
                    (row[name] for name in ("Text__c", "CommentBody", "TextBody", "Content", "Body") if row.get(name)),
                    "",
                )
                yield f"    {child.name} {row['CreatedDate'][:16]}: {said[:100]!r}"
