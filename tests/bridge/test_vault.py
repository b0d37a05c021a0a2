"""What connections sign in with is sealed, renewed by one process at a time, and shown to nobody."""

from __future__ import annotations

import stat
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from bridge.errors import AuthError, ConfigError
from bridge.safe import MemorySafe, Safe, Secrets
from bridge.store import schema
from bridge.vault import KEY_FILE, Vault

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.store.store import Store

TOKENS = Secrets({"access": "hush-1", "refresh": "hush-2"})


@pytest.fixture
def vault(store: Store, clock: FixedClock, tmp_path: Path) -> Vault:
    """Return an empty vault."""
    return Vault(store, clock, tmp_path)


@pytest.mark.parametrize("kind", ["store", "memory"])
def test_what_was_kept_is_read_and_renewed(kind: str, vault: Vault) -> None:
    safe: Safe = vault.safe("x") if kind == "store" else MemorySafe()
    assert safe.read() == Secrets()
    safe.keep(TOKENS)
    assert safe.read() == TOKENS
    renewed = safe.renew(TOKENS, lambda known: Secrets({**known.values, "access": "hush-3"}))
    assert renewed.values == {"access": "hush-3", "refresh": "hush-2"}
    assert safe.renew(TOKENS, _never) == renewed
    assert safe.read() == renewed


def _never(_: Secrets) -> Secrets:
    message = "what another has renewed is not renewed again"
    raise AssertionError(message)


def test_nothing_that_is_kept_stands_in_the_store_or_is_shown(vault: Vault, store: Store, tmp_path: Path) -> None:
    vault.safe("x").keep(TOKENS)
    with store.read() as connection:
        row = connection.execute(select(schema.vault)).one()
    assert "hush" not in str(row)
    assert "hush" not in repr(vault.safe("x").read())
    key = tmp_path / KEY_FILE
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes().decode() not in str(row)


def test_a_failed_renewal_leaves_what_was_kept(vault: Vault) -> None:
    safe = vault.safe("x")
    safe.keep(TOKENS)

    def refused(_: Secrets) -> Secrets:
        message = "The refresh token is not known."
        raise AuthError(message)

    with pytest.raises(AuthError):
        safe.renew(TOKENS, refused)
    assert safe.read() == TOKENS


def test_of_several_that_renew_at_once_one_does_it_and_all_have_it(vault: Vault) -> None:
    safe = vault.safe("x")
    safe.keep(TOKENS)
    done: list[str] = []
    got: list[Secrets] = []

    def renewing(_: Secrets) -> Secrets:
        done.append("renewed")
        return Secrets({"access": f"hush-{len(done)}-new"})

    def work() -> None:
        got.append(vault.safe("x").renew(TOKENS, renewing))

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["renewed"]
    assert [each.values for each in got] == [{"access": "hush-1-new"}] * 5


def test_another_key_opens_nothing_and_says_what_to_do(
    vault: Vault, store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    vault.safe("x").keep(TOKENS)
    other = Vault(store, clock, tmp_path, Fernet.generate_key().decode())
    with pytest.raises(AuthError, match="casebridge connect x") as caught:
        other.safe("x").read()
    assert caught.value.__cause__ is None
    with pytest.raises(ConfigError, match="CASEBRIDGE_VAULT_KEY"):
        Vault(store, clock, tmp_path, "no-key").safe("y").keep(TOKENS)


def test_the_vault_tells_when_sign_ins_end_without_opening_them(vault: Vault, clock: FixedClock) -> None:
    end = clock.now() + timedelta(days=30)
    vault.safe("x").keep(Secrets(TOKENS.values, clock.now(), end))
    vault.safe("y").keep(TOKENS)
    assert vault.ends() == {"x": end}
