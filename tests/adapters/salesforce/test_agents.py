"""What agents do in the org is read once, and nothing of ours as theirs; what we amend stays amended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bridge.nouns import (
    Actor,
    Amendment,
    AmendmentKind,
    Answer,
    CaseEvent,
    Cursor,
    Ended,
    KeyField,
    Record,
    Reference,
    Refusal,
    Thing,
    What,
    Written,
)
from tests.adapters.salesforce.orgs import KEY, OBJECTS, connected, later, opened
from tests.fakes.salesforce.org import hostile, plain

if TYPE_CHECKING:
    from adapters.salesforce.target import SalesforceTarget
    from bridge.nouns import Json
    from tests.fakes.salesforce.app import Fake


def started(*answers: str, **values: Json) -> tuple[Fake, SalesforceTarget, str]:
    fake = opened()
    target = connected(fake, **({"answers": answers} if answers else {}))
    fields = {"Subject": "Router", **values}
    case = Record(thing=Thing.CASE, object="Case", key="cb1-c", key_field=KEY, fields=fields)
    (outcome,) = target.write("Case", [case])
    assert isinstance(outcome, Written), outcome
    return fake, target, outcome.ref


EVERY = ("CaseComment", "FeedItem", "FeedComment", "EmailMessage")


def answers(target: SalesforceTarget, after: Cursor | None = None) -> list[Answer]:
    pages = target.activity(after or Cursor())
    return [item for page in pages for item in page.items if isinstance(item, Answer)]


def test_comments_posts_and_mails_are_answers_and_internal_ones_are_notes() -> None:
    fake, target, case = started(*EVERY)
    agent = fake.agent()
    agent.answer(case, "By comment.")
    agent.post(case, "By post.", public=True)
    agent.mail(case, "kern@customers.example", "By mail.")
    agent.note(case, "A note.")
    agent.post(case, "A word among us.", public=False)
    told = answers(target)
    assert {each.text for each in told if each.public} == {"By comment.", "By post.", "By mail."}
    assert {each.text for each in told if not each.public} == {"A note.", "A word among us."}
    assert {(each.actor, each.actor_name) for each in told} == {(Actor.AGENT, "Ada Amsel")}


def test_a_word_below_a_public_post_is_an_answer_and_below_an_internal_one_a_note() -> None:
    fake, target, case = started()
    agent = fake.agent()
    for text, public in (("Post.", True), ("Among us.", False)):
        agent.post(case, text, public=public)
        agent.below(fake.rows("FeedItem")[-1]["Id"], f"Below: {text}")
    told = {each.text: each.public for each in answers(target) if each.case_ref == case}
    assert told == {"Post.": True, "Below: Post.": True, "Among us.": False, "Below: Among us.": False}


def test_a_post_that_is_hidden_or_deleted_takes_back_what_was_said_below_it() -> None:
    for hidden in (True, False):
        fake, target, case = started()
        agent = fake.agent()
        agent.post(case, "Post.", public=True)
        post = fake.rows("FeedItem")[-1]["Id"]
        agent.below(post, "Below.")
        cursor = list(target.activity(Cursor()))[-1].cursor
        later(fake, timedelta(hours=1))
        if hidden:
            agent.change(post, Visibility="InternalUsers")
        else:
            agent.delete(post)
        told = {each.text: (each.public and not each.deleted) for each in answers(target, cursor)}
        assert told == {"Post.": False, "Below.": False}


def test_an_answer_that_an_agent_deleted_is_told_as_deleted() -> None:
    fake, target, case = started(*EVERY)
    agent = fake.agent()
    agent.answer(case, "By comment.")
    agent.post(case, "By post.", public=True)
    agent.mail(case, "kern@customers.example", "By mail.")
    agent.below(fake.rows("FeedItem")[-1]["Id"], "Below.")
    cursor = list(target.activity(Cursor()))[-1].cursor
    later(fake, timedelta(hours=1))
    for name in ("CaseComment", "FeedComment", "FeedItem", "EmailMessage"):
        agent.delete(fake.rows(name)[0]["Id"])
    assert {each.text for each in answers(target, cursor) if each.deleted} == {
        "By comment.",
        "By post.",
        "By mail.",
        "Below.",
    }


def test_the_files_of_an_answer_are_told_with_it() -> None:
    fake, target, case = started(*EVERY)
    agent = fake.agent()
    agent.post(case, "By post.", public=True)
    post = fake.rows("FeedItem")[-1]["Id"]
    agent.mail(case, "kern@customers.example", "By mail.")
    agent.attach(post, "manual.pdf")
    agent.attach(agent.below(post, "Below."), "photo.png")
    agent.attach(fake.rows("EmailMessage")[-1]["Id"], "invoice.pdf")
    agent.answer(case, "Nothing with it.")
    named = {each.text: [file.name for file in each.files] for each in answers(target)}
    assert named == {
        "By post.": ["manual.pdf"],
        "Below.": ["photo.png"],
        "By mail.": ["invoice.pdf"],
        "Nothing with it.": [],
    }
    (file,) = next(each.files for each in answers(target) if each.text == "By post.")
    assert (file.size, "ContentDocument" in file.url) == (len(b"of an agent"), True)


def test_what_programs_and_customers_write_is_no_agents_answer() -> None:
    fake, target, case = started()
    fake.agent("Automated Process").answer(case, "By a flow.")
    fake.agent("Pia Portal").answer(case, "By the customer.")
    fake.agent("Ben Birke").answer(case, "By another program.")
    target = connected(fake, automations=("ben.birke@pretend.example",))
    note = Amendment(kind=AmendmentKind.NOTE, thing=Thing.CASE, ref=case, key="cb1-note", text="Ours.")
    target.amend([note])
    actors = {each.text.partition("\n")[0]: each.actor for each in answers(target)}
    assert actors == {
        "By a flow.": Actor.AUTOMATION,
        "By the customer.": Actor.CUSTOMER,
        "By another program.": Actor.AUTOMATION,
        "Ours.": Actor.US,
    }


def test_a_mail_that_was_sent_from_a_case_is_no_answer_for_the_network_unless_the_settings_say_so() -> None:
    fake, target, case = started()
    fake.agent().mail(case, "kern@customers.example", "By mail.")
    assert answers(target) == []


def test_what_is_committed_late_is_read_all_the_same() -> None:
    fake, target, case = started()
    later(fake, timedelta(minutes=30))
    head = target.activity_head()
    fake.agent().answer(case, "Late.", commits_after=timedelta(minutes=2))
    later(fake, timedelta(seconds=30))
    cursor = list(target.activity(head))[-1].cursor
    later(fake, timedelta(minutes=2))
    assert [each.text for each in answers(target, cursor)] == ["Late."]


def test_one_reading_of_answers_and_events_takes_one_call_when_nothing_happened() -> None:
    fake, target, _ = started()
    later(fake, timedelta(minutes=10))
    head = target.activity_head()
    list(target.activity(head))
    before = len(fake.calls)
    assert [page.items for page in target.activity(head)] == [()]
    assert len(fake.calls) - before == 1


def test_taking_a_case_and_changing_it_are_events_with_their_actor() -> None:
    fake, target, case = started()
    fake.agent().take(case)
    fake.agent().change(case, Priority="Low", Status="Waiting on Customer")
    events = [item for page in target.activity(Cursor()) for item in page.items if isinstance(item, CaseEvent)]
    told = {(event.what, event.value) for event in events if event.actor is Actor.AGENT}
    assert {(What.OWNER, fake.agent().user), (What.PRIORITY, "Low"), (What.STATUS, "waiting")} <= told


def test_an_amendment_leaves_the_case_with_its_agent() -> None:
    fake, target, case = started()
    fake.agent().take(case)
    fake.agent().status(case, "Closed")
    reopen = Amendment(kind=AmendmentKind.REOPEN, thing=Thing.CASE, ref=case, key="cb1-reopen")
    assert isinstance(target.amend([reopen])[0], Written)
    (row,) = fake.rows("Case")
    assert (row["OwnerId"], row["IsClosed"]) == (fake.agent().user, False)


def test_a_tag_without_its_field_says_how_to_get_it() -> None:
    _, target, case = started()
    tag = Amendment(kind=AmendmentKind.TAG, thing=Thing.CASE, ref=case, key="cb1-tag", text="continued")
    (outcome,) = target.amend([tag])
    assert isinstance(outcome, Refusal)
    assert "By hand" in outcome.reason or "by hand" in outcome.reason


def test_nobody_is_mailed_in_an_org_that_mails() -> None:
    """SuppliedEmail stays empty and comments are internal: a hostile org's flows find nobody."""
    fake = opened(hostile())
    target = connected(fake)
    fields = {"Subject": "Router", "Region__c": "North", "Origin": "Social", "SuppliedName": "Greta Sommer"}
    case = Record(thing=Thing.CASE, object="Case", key="cb1-c", key_field=KEY, fields=fields)
    (outcome,) = target.write("Case", [case])
    assert isinstance(outcome, Written), outcome
    note = Amendment(
        kind=AmendmentKind.NOTE, thing=Thing.CASE, ref=outcome.ref, key="cb1-note", text="Continued in C-2."
    )
    said: dict[str, Json] = {"Text__c": "My router is broken.", "Public__c": True}
    message = Record(
        thing=Thing.MESSAGE,
        object="Casebridge_Message__c",
        key="cb1-m",
        key_field=KEY,
        fields=said,
        parent=outcome.ref,
    )
    while not isinstance(target.write("Casebridge_Message__c", [message])[0], Written):
        later(fake, timedelta(seconds=15))
    target.amend([note])
    assert list(fake.notices) == []


def test_messages_can_be_social_posts_where_the_org_has_them() -> None:
    fake = opened(plain(social=True))
    target = connected(fake, OBJECTS | {Thing.MESSAGE: KeyField("SocialPost", KEY)})
    case = Record(thing=Thing.CASE, object="Case", key="cb1-c", key_field=KEY, fields={"Subject": "Router"})
    (home,) = target.write("Case", [case])
    assert isinstance(home, Written)
    fields = {"Name": "post x greta_s", "Content": "Broken.", "Provider": "Twitter", "MessageType": "Tweet"}
    post = Record(thing=Thing.MESSAGE, object="SocialPost", key="cb1-m", key_field=KEY, fields=fields, parent=home.ref)
    assert isinstance(target.write("SocialPost", [post])[0], Written)
    assert fake.rows("SocialPost")[0]["ParentId"] == home.ref


def test_a_case_of_social_studio_names_its_post_so_that_it_can_be_taken_over() -> None:
    fake = opened(plain(social=True))
    agent = fake.agent()
    case = agent.create("Case", Subject="Router broken", Origin="Phone")
    agent.create("SocialPost", Name="Tweet", ParentId=case, PostUrl="https://x.example/greta_s/1")
    (snapshot,) = [each for page in connected(fake).cases(Cursor()) for each in page.cases]
    assert (snapshot.ref, snapshot.permalinks) == (case, ("https://x.example/greta_s/1",))


def test_reading_open_cases_can_be_broken_off_and_resumed_without_a_gap() -> None:
    fake = opened()
    target, agent = connected(fake), fake.agent()
    refs = set()
    for n in range(30):
        later(fake, timedelta(seconds=1))
        refs.add(agent.create("Case", Subject=f"Case {n}", Origin="Phone"))
    pages = list(target.cases(Cursor()))
    agent.status(min(refs), "Closed")
    for count in range(1, len(pages) + 1):
        again = [*pages[:count], *target.cases(pages[count - 1].cursor)]
        assert {case.ref for page in again for case in page.cases} == refs
    closed = [case for page in target.cases(pages[-1].cursor) for case in page.cases if case.closed_at]
    assert [case.ref for case in closed] == [min(refs)]


def test_a_case_that_is_to_refer_to_somebody_who_is_gone_is_not_taken_for_gone_itself() -> None:
    fake, target, case = started()
    contact = fake.agent().create("Contact", LastName="Kern")
    fake.agent().delete(contact)
    fields = {"ContactId": Reference(Thing.PERSON, "cb1-p", contact)}
    new = Record(thing=Thing.CASE, object="Case", key="cb1-d", key_field=KEY, fields=fields)
    (changed,) = target.write("Case", [replace(new, key="cb1-c", ref=case)])
    (made,) = target.write("Case", [new])
    for outcome in (changed, made):
        assert isinstance(outcome, Refusal)
        assert (outcome.code, outcome.field) == (Ended.MERGED, "ContactId")
