"""Tokens are got and renewed in time, and once more where one is not taken: an OAuth client's own, or a person's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.target import ZendeskTarget
from bridge.contracts import Surroundings
from bridge.errors import AuthError, RateLimited, Transient
from bridge.nouns import Cursor
from bridge.store import schema
from bridge.vault import Vault
from tests.adapters.zendesk.accounts import MAPPED, Place, place, refs, ticket
from tests.fakes.zendesk.org import CLIENT_ID, CLIENT_SECRET
from tests.willing import Willing

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.store.store import Store


def signed(folder: Path, **settings: Any) -> Place:  # noqa: ANN401 - any setting
    """Open an account where a client signs in."""
    secret = {"client_id": CLIENT_ID, "client_secret": SecretStr(CLIENT_SECRET), "email": "", "token": None}
    return place(folder, **{**secret, **settings})


def asked(here: Place) -> int:
    """Return how often a token was asked for."""
    return sum(call.path == "/oauth/tokens" for call in here.fake.calls)


def test_one_token_serves_until_shortly_before_its_end(tmp_path: Path) -> None:
    here = signed(tmp_path, token_seconds=3_600)
    assert here.target.check().ok
    refs(here.target, [ticket(1)])
    assert asked(here) == 1
    here.clock.forward(timedelta(minutes=59, seconds=30))
    refs(here.target, [ticket(2)])
    assert asked(here) == 2


def test_a_token_that_somebody_revoked_is_renewed_and_nothing_is_done_twice(tmp_path: Path) -> None:
    here = signed(tmp_path)
    refs(here.target, [ticket(1)])
    here.fake.access.granted = dict.fromkeys(here.fake.access.granted, here.clock.now())
    refs(here.target, [ticket(2)])
    assert asked(here) == 2
    assert len(here.fake.state.tickets) == 2


def test_a_token_that_is_never_taken_ends_it_after_one_more(tmp_path: Path) -> None:
    here = signed(tmp_path)
    here.target.schema("tickets")
    here.fake.faults.order("401", None, "401")
    with pytest.raises(AuthError):
        list(here.target.contacts(Cursor()))
    assert asked(here) == 2


def test_what_the_token_may_not_do_is_no_reason_for_another(tmp_path: Path) -> None:
    here = signed(tmp_path)
    here.target.check()
    here.fake.state.org = here.fake.state.org.__class__(admin=False)
    with pytest.raises(AuthError, match="admin"):
        list(here.target.contacts(Cursor()))
    assert asked(here) == 1


def test_a_wrong_secret_is_a_finding_with_the_menu_path_and_is_not_shown(tmp_path: Path) -> None:
    here = signed(tmp_path, client_secret=SecretStr("not-the-secret"))
    (finding,) = here.target.check().findings
    assert "OAuth clients" in finding.text
    assert "OAuth clients" in finding.remedy
    assert "not-the-secret" not in repr(finding)
    with pytest.raises(AuthError) as raised:
        here.target.write("tickets", [ticket(1)])
    assert "not-the-secret" not in "".join(map(repr, (raised.value, raised.value.__cause__, here.target)))


@pytest.mark.parametrize(("fault", "kind"), [("429", RateLimited), ("503", Transient), ("timeout", Transient)])
def test_where_nobody_is_signed_in_now_nothing_was_written_and_all_is_tried_again(
    tmp_path: Path, fault: str, kind: type[Exception]
) -> None:
    here = signed(tmp_path)
    here.target.schema("tickets")
    here.clock.forward(timedelta(days=1))
    here.fake.faults.order(fault)
    with pytest.raises(kind):
        here.target.write("tickets", [ticket(1)])
    assert here.fake.state.tickets == {}
    refs(here.target, [ticket(1)])


def test_an_api_token_that_is_refused_is_not_tried_twice(here: Place) -> None:
    here.fake.faults.order("401")
    with pytest.raises(AuthError):
        list(here.target.contacts(Cursor()))
    assert len(here.fake.calls) == 1


def personal(here: Place, store: Store, **settings: Any) -> ZendeskTarget:  # noqa: ANN401 - any setting
    """Return the target of another process, with the vault of the store."""
    given = {"client_id": CLIENT_ID, "client_secret": SecretStr(CLIENT_SECRET), "grant": "authorization_code"}
    known = ZendeskSettings(url="https://acme.zendesk.com", **{**given, **settings})
    safe = Vault(store, here.clock, here.folder).safe("zendesk")
    around = Surroundings("zendesk", here.folder, here.clock, objects=MAPPED, safe=safe)
    return ZendeskTarget.through(known, around, here.wire)


def test_a_person_signs_in_once_and_tokens_are_renewed_by_whichever_process_needs_them(
    here: Place, store: Store
) -> None:
    first, second = personal(here, store), personal(here, store)
    (finding,) = first.check().findings
    assert finding.remedy == "casebridge connect zendesk"
    first.sign_in(Willing("http://127.0.0.1:8400/", here.fake.access.authorize))
    assert first.check().ok
    for hours in range(1, 6):
        here.clock.forward(timedelta(hours=hours))
        refs(first, [ticket(2 * hours)])
        refs(second, [ticket(2 * hours + 1)])
    assert asked(here) == 1 + 4  # one at the sign-in, one for each time that the hours were over
    assert len(here.fake.access.refreshing) == 1


def test_tokens_of_a_person_stand_sealed_in_the_store_and_nowhere_else(here: Place, store: Store) -> None:
    target = personal(here, store)
    target.sign_in(Willing("http://127.0.0.1:8400/", here.fake.access.authorize))
    with store.read() as connection:
        (row,) = connection.execute(select(schema.vault)).all()
    assert "zd-" not in str(row)
    assert row.lasts_until == here.clock.now() + timedelta(days=30)
    assert not [file for file in here.folder.rglob("*.json") if "zd-" in file.read_text()]


def test_a_token_of_a_person_that_was_revoked_is_renewed_and_nothing_is_done_twice(here: Place, store: Store) -> None:
    target = personal(here, store)
    target.sign_in(Willing("http://127.0.0.1:8400/", here.fake.access.authorize))
    here.fake.access.granted = dict.fromkeys(here.fake.access.granted, here.clock.now())
    refs(target, [ticket(1)])
    assert asked(here) == 2
    assert len(here.fake.state.tickets) == 1


def test_a_sign_in_that_was_withdrawn_says_how_to_sign_in_anew_and_shows_no_secret(here: Place, store: Store) -> None:
    target = personal(here, store)
    target.sign_in(Willing("http://127.0.0.1:8400/", here.fake.access.authorize))
    here.fake.access.refreshing.clear()
    here.clock.forward(timedelta(hours=3))
    with pytest.raises(AuthError, match="casebridge connect zendesk") as raised:
        refs(target, [ticket(1)])
    assert "zd-" not in str(raised.value)
    assert CLIENT_SECRET not in str(raised.value)
    target.sign_in(Willing("http://127.0.0.1:8400/", here.fake.access.authorize))
    refs(target, [ticket(1)])


def test_where_nobody_is_needed_to_sign_in_nobody_is_asked(here: Place) -> None:
    admin = Willing("http://127.0.0.1:8400/", here.fake.access.authorize)
    here.target.sign_in(admin)
    assert admin.heard == ["It signs in with the credentials of the settings; nothing is asked."]


def test_a_person_signs_in_for_an_oauth_client_only(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="client_id and client_secret"):
        place(tmp_path, grant="authorization_code")
