"""What is special to the invented trackers, which conformance does not ask: what a try shows, and what is never sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.nouns import FileContent, Refusal, Thing
from tests.adapters.http.harness_invented import BATCHLINE, ETAGERE, KREUZBRIEF, InventedHarness
from tests.conformance.writing import case_for, one, record, update, write, written

if TYPE_CHECKING:
    from pathlib import Path


def test_a_try_takes_the_id_from_the_address_of_what_was_made(tmp_path: Path) -> None:
    harness = InventedHarness(ETAGERE, tmp_path)
    tried = harness.target.try_request("issues.create", {"fields.issue.head.summary": "Hello"}, send=True)
    assert tried["made"] == {"means": "done", "ref": "ETG-101"}
    assert tried["request"]["headers"]["X-Auth"] == "*****"


def test_a_try_shows_what_an_answer_of_200_refuses(tmp_path: Path) -> None:
    harness = InventedHarness(ETAGERE, tmp_path)
    made = harness.target.try_request("issues.create", {"fields.issue.head.summary": ""}, send=True)["made"]
    assert (made["means"], made["sentence"]) == ("refused", "Etagere: A summary is needed (200).")


def test_a_file_is_uploaded_before_its_message_and_named_by_what_stands_for_it(tmp_path: Path) -> None:
    harness = InventedHarness(BATCHLINE, tmp_path)
    path = tmp_path / "receipt.txt"
    path.write_text("paid")
    file = FileContent("0f" * 16, "receipt.txt", "text/plain", 4, str(path))
    ref = written(harness, record(harness, Thing.MESSAGE, "anchor", files=(file,)))
    assert one(harness, Thing.MESSAGE, ref).files == ("receipt.txt",)
    uploads = [call.path for call in harness.fake.calls if call.path.endswith("/uploads")]
    assert len(uploads) == 1


def test_a_change_that_was_answered_204_and_not_made_is_refused(tmp_path: Path) -> None:
    """The tool is silent about a subject that is too long; the manifest that does not know how long reads it back."""
    harness = InventedHarness(KREUZBRIEF, tmp_path)
    sent = record(harness, Thing.CASE, "anchor")
    ref = written(harness, sent)
    harness.fake.longest_subject = 20
    (refusal,) = write(harness, update(sent, ref, {"subject": "A subject that is longer than twenty"}))
    assert isinstance(refusal, Refusal)
    assert (refusal.field, refusal.reason) == ("subject", "Kreuzbrief said yes and did not change subject.")


def test_without_a_field_of_its_own_a_case_carries_the_key_at_the_end_of_its_text(tmp_path: Path) -> None:
    harness = InventedHarness(KREUZBRIEF, tmp_path)
    ref = case_for(harness)
    (item,) = harness.fake.of("tickets")
    assert item.fields["text"].endswith(f"[{record(harness, Thing.CASE, 'case:home').key}]")
    assert ref == f"{item.id:08d}"
