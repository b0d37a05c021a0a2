"""The objects of an admin: users, queues, record types, rights, and what the interfaces tell of automations."""

from __future__ import annotations

from tests.fakes.salesforce.fields import SObject, choice, made_by_system, ref, text, typed, yes_no
from tests.fakes.salesforce.system import sobject


def people() -> list[SObject]:
    user = [
        text("Username", 80),
        text("Name", 121),
        typed("email", "Email", 128),
        yes_no("IsActive", default=True),
        text("LastName", 80),
    ]
    queue = [
        text("Name", 40),
        text("DeveloperName", 80),
        choice("Type", "Queue", "Regular"),
        typed("email", "Email", 255),
    ]
    user.append(choice("UserType", "Standard", "CspLitePortal", "AutomatedProcess", default="Standard"))
    history = made_by_system(
        [ref("CaseId", "Case"), text("Field"), text("OldValue"), text("NewValue"), text("DataType", 40)],
    )
    kinds = [text("Name", 80), text("DeveloperName", 80), text("SobjectType", 40), yes_no("IsActive", default=True)]
    kinds.append(yes_no("IsPersonType"))
    rights = [
        ref("ParentId", "PermissionSet", required=True, update=False),
        text("SobjectType", 40, required=True, update=False),
        text("Field", 80, required=True, update=False),
        yes_no("PermissionsRead"),
        yes_no("PermissionsEdit"),
    ]
    anybody = [
        text("Name", 121),
        text("Type", 40),
        typed("email", "Email", 80),
        text("Username", 80),
        yes_no("IsActive"),
    ]
    return [
        sobject("Name", "000", *made_by_system(anybody), createable=False),
        sobject("User", "005", *made_by_system(user)),
        sobject("Group", "00G", *made_by_system(queue)),
        sobject("QueueSobject", "03g", *made_by_system([ref("QueueId", "Group"), text("SobjectType", 40)])),
        sobject(
            "CaseStatus",
            "01J",
            *made_by_system([text("MasterLabel"), text("ApiName"), yes_no("IsClosed"), yes_no("IsDefault")]),
            createable=False,
        ),
        *automations(),
        sobject("CaseHistory", "017", *history, createable=False, updateable=False),
        sobject("RecordType", "012", *made_by_system(kinds)),
        sobject(
            "Organization",
            "00D",
            *made_by_system([text("Name", 80), text("OrganizationType", 40), yes_no("IsSandbox")]),
        ),
        sobject("PermissionSet", "0PS", text("Name", 80, required=True), text("Label", 80, required=True)),
        sobject(
            "PermissionSetAssignment",
            "0Pa",
            ref("PermissionSetId", "PermissionSet", required=True),
            ref("AssigneeId", "User", required=True),
        ),
        sobject("FieldPermissions", "01k", *rights),
    ]


def automations() -> list[SObject]:
    """Return what the interfaces tell of an org's automations."""
    flow = [
        text("ApiName"),
        text("Label"),
        yes_no("IsActive"),
        text("ProcessType", 40),
        text("TriggerObjectOrEventLabel"),
    ]
    rule = [text("DeveloperName", 80), text("SobjectType", 40), yes_no("IsActive")]
    broken = [text("ValidationName", 80), yes_no("Active"), text("ErrorMessage"), text("EntityDefinitionId", 80)]
    return [
        sobject("FlowDefinitionView", "3dd", *made_by_system(flow), createable=False),
        sobject("DuplicateRule", "0Bm", *made_by_system(rule), createable=False),
        sobject("WorkflowAlert", "01W", *made_by_system([text("DeveloperName", 80)]), createable=False, tooling=True),
        sobject("ValidationRule", "03d", *made_by_system(broken), createable=False, tooling=True),
    ]
