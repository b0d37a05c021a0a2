"""An org whose customers are Person Accounts: found out, and delivered to with a mapping that comes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.errors import Exit
from tests.adapters.salesforce.brand import opened as branded
from tests.fakes.salesforce.org import plain

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"person": "mappings/salesforce/person_account.yaml"}
MAIL = {"id": "1", "network": "mail", "kind": "mail", "text": "Where is my parcel?"}


def test_a_customer_is_a_person_account_whose_contact_stands_on_the_case(tmp_path: Path) -> None:
    with branded(tmp_path, plain(person_accounts=True), mapping_files=FILES) as brand:
        brand.say({**MAIL, "author": {"email": "greta@example.org", "name": "Greta Sommer"}})
        assert brand.sync().exit_code == Exit.OK
        (account,), (case,) = brand.fake.rows("Account"), brand.fake.rows("Case")
        assert (account["IsPersonAccount"], account["PersonEmail"]) == (True, "greta@example.org")
        assert case["ContactId"] == account["PersonContactId"]
        assert account["OwnerId"] != brand.fake.world.system
        before = [account, case]
        assert brand.sync().exit_code == Exit.OK
        assert [*brand.fake.rows("Account"), *brand.fake.rows("Case")] == before
        assert brand.run("verify").exit_code == Exit.OK


def test_a_person_account_that_was_there_is_linked_and_its_case_found(tmp_path: Path) -> None:
    with branded(tmp_path, plain(person_accounts=True), mapping_files=FILES) as brand:
        agent = brand.fake.agent()
        type_ = brand.fake.world.names["Person Account"]
        account = agent.create("Account", RecordTypeId=type_, LastName="Sommer", PersonEmail="greta@example.org")
        brand.say({**MAIL, "author": {"email": "greta@example.org", "name": "Greta Sommer"}})
        assert brand.sync().exit_code == Exit.OK
        assert [row["Id"] for row in brand.fake.rows("Account")] == [account]
        contact = brand.fake.rows("Account")[0]["PersonContactId"]
        assert [row["ContactId"] for row in brand.fake.rows("Case")] == [contact]
        assert brand.fake.rows("Account")[0]["LastName"] == "Sommer"
