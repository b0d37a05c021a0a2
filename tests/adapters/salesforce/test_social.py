"""An org with Social Customer Service keeps its posts and personas as its automations know them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapters.salesforce.preparing import PACKAGE
from bridge.errors import Exit
from bridge.nouns import Amendment, AmendmentKind, KeyField, Record, Thing, Written
from tests.adapters.salesforce.brand import opened as branded
from tests.adapters.salesforce.orgs import KEY, OBJECTS, connected, opened
from tests.fakes.salesforce.metadata import deploy
from tests.fakes.salesforce.org import bare, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.adapters.salesforce.brand import Brand
    from tests.fakes.salesforce.org import Org

FILES = {
    "profile": "mappings/salesforce/social_persona.yaml",
    "message": "mappings/salesforce/social_post.yaml",
}
GRETA = {"id": "u1", "handle": "greta_s", "name": "Greta Sommer"}
TWEET = {
    "id": "17",
    "text": "My router is broken.",
    "author": GRETA,
    "permalink": "https://x.example/greta_s/status/17",
}
OBJECTS_THERE = OBJECTS | {Thing.PROFILE: KeyField("SocialPersona", KEY), Thing.MESSAGE: KeyField("SocialPost", KEY)}


@contextmanager
def social(folder: Path, org: Org | None = None, **settings: object) -> Iterator[Brand]:
    """Give a brand whose messages are posts there, and their authors personas."""
    with branded(folder, org or plain(social=True), mapping_files=FILES, **settings) as brand:
        yield brand


def only(brand: Brand, name: str) -> dict[str, Any]:
    (row,) = brand.fake.rows(name)
    return dict(row)


def test_a_tweet_is_a_post_of_its_persona_on_the_case_of_its_contact(tmp_path: Path) -> None:
    with social(tmp_path) as brand:
        brand.say(TWEET)
        assert brand.sync().exit_code == Exit.OK
        contact, case = only(brand, "Contact"), only(brand, "Case")
        persona, post = only(brand, "SocialPersona"), only(brand, "SocialPost")
        assert (persona["ParentId"], persona["Provider"], persona["ExternalId"]) == (contact["Id"], "Twitter", "u1")
        assert (post["ParentId"], post["PersonaId"], post["WhoId"]) == (case["Id"], persona["Id"], contact["Id"])
        assert (post["ExternalPostId"], post["PostUrl"]) == ("17", TWEET["permalink"])
        assert brand.fake.world.system not in {post["OwnerId"], case["OwnerId"], contact["OwnerId"]}
        assert brand.run("verify").exit_code == Exit.OK
        assert brand.run("ledger").exit_code == Exit.OK


def test_a_second_run_writes_nothing_and_takes_the_persona_for_no_news(tmp_path: Path) -> None:
    with social(tmp_path) as brand:
        brand.say(TWEET)
        brand.sync()
        before = {name: only(brand, name) for name in ("Contact", "Case", "SocialPersona", "SocialPost")}
        brand.sync()
        brand.sync()
        assert {name: only(brand, name) for name in before} == before


def test_where_no_contact_is_made_of_an_author_there_is_no_persona_and_nothing_is_refused(tmp_path: Path) -> None:
    with social(tmp_path, persons="link") as brand:
        brand.say(TWEET)
        assert brand.sync().exit_code == Exit.OK
        post = only(brand, "SocialPost")
        assert (post["ParentId"], post["PersonaId"], post["WhoId"]) == (only(brand, "Case")["Id"], None, None)
        assert brand.fake.rows("Contact") == brand.fake.rows("SocialPersona") == []
        assert brand.run("ledger").exit_code == Exit.OK


def test_posts_and_personas_of_an_old_connector_get_our_key_instead_of_doubles(tmp_path: Path) -> None:
    with social(tmp_path) as brand:
        agent = brand.fake.agent()
        contact = agent.create("Contact", LastName="Sommer")
        persona = agent.create("SocialPersona", Name="greta_s", Provider="Twitter", ExternalId="u1", ParentId=contact)
        case = agent.create("Case", Subject="Router", Origin="Phone", ContactId=contact)
        words = {"Headline": "As the old connector had it.", "Provider": "Twitter", "ExternalPostId": "17"}
        post = agent.create("SocialPost", Name="Tweet", ParentId=case, PersonaId=persona, **words)
        brand.say(TWEET)
        assert brand.sync().exit_code == Exit.OK
        assert [only(brand, name)["Id"] for name in ("Contact", "Case", "SocialPersona", "SocialPost")] == [
            contact,
            case,
            persona,
            post,
        ]
        assert only(brand, "SocialPost")["Headline"] == words["Headline"]
        assert only(brand, "SocialPost")[KEY]
        assert only(brand, "SocialPersona")[KEY]
        assert brand.run("verify").exit_code == Exit.OK


def test_the_same_id_on_another_network_or_in_another_case_is_another_post() -> None:
    fake = opened(plain(social=True))
    target, agent = connected(fake, OBJECTS_THERE), fake.agent()
    here, there = agent.create("Case", Subject="Here"), agent.create("Case", Subject="There")
    agent.create("SocialPost", Name="x", ParentId=here, Provider="Facebook", ExternalPostId="17")
    agent.create("SocialPost", Name="x", ParentId=there, Provider="Twitter", ExternalPostId="17")
    fields = {"Name": "x", "Provider": "Twitter", "ExternalPostId": "17"}
    post = Record(thing=Thing.MESSAGE, object="SocialPost", key="cb1-m", key_field=KEY, fields=fields, parent=here)
    (outcome,) = target.write("SocialPost", [post])
    assert isinstance(outcome, Written)
    assert outcome.created
    assert len(fake.rows("SocialPost")) == 3


def test_a_post_is_redacted_and_withdrawn_like_any_message() -> None:
    fake = opened(plain(social=True))
    target = connected(fake, OBJECTS_THERE)
    case = fake.agent().create("Case", Subject="Here")
    fields = {"Name": "x", "Provider": "Twitter", "Content": "My number is 1234."}
    post = Record(thing=Thing.MESSAGE, object="SocialPost", key="cb1-m", key_field=KEY, fields=fields, parent=case)
    (outcome,) = target.write("SocialPost", [post])
    assert isinstance(outcome, Written)
    for kind in (AmendmentKind.REDACT, AmendmentKind.WITHDRAW):
        (done,) = target.amend([Amendment(kind=kind, thing=Thing.MESSAGE, ref=outcome.ref, key=f"cb1-{kind}")])
        assert isinstance(done, Written), done
        assert all("1234" not in str(row) for row in fake.rows("SocialPost"))
    assert fake.rows("SocialPost") == []


def test_an_org_without_social_objects_gets_a_clear_finding(tmp_path: Path) -> None:
    with social(tmp_path, plain()) as brand:
        brand.say(TWEET)
        told = brand.run("check").output
        assert "The org has no SocialPost." in told
        assert "The org has no SocialPersona." in told
        assert "Social Customer Service is not switched on there" in told
        assert brand.sync().exit_code != Exit.OK
        assert (
            brand.fake.rows("SocialPost" if "SocialPost" in brand.fake.org.objects else "Casebridge_Message__c") == []
        )


def test_the_shipped_package_makes_the_keys_of_posts_and_personas_visible() -> None:
    org = bare(social=True)
    assert deploy(org, PACKAGE / "source") == []
    assert deploy(org, PACKAGE / "social") == []
    steps = connected(opened(org), OBJECTS_THERE).prepare(list(OBJECTS_THERE.values()), dry_run=True)
    assert [step.done for step in steps] == [True] * 4


def test_the_keys_of_posts_and_personas_can_be_made_by_the_api_too() -> None:
    fake = opened(bare(social=True))
    wanted = [OBJECTS_THERE[Thing.PROFILE], OBJECTS_THERE[Thing.MESSAGE]]
    steps = connected(fake, OBJECTS_THERE).prepare(wanted, dry_run=False)
    assert [step.done for step in steps] == [True, True]
