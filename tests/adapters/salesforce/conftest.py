"""What every test of the Salesforce target may rely on."""

from __future__ import annotations

import pytest

from tests.adapters.salesforce.brand import SECRET
from tests.fakes.salesforce.org import Client


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the secret of a pretend org where a project file looks for it."""
    monkeypatch.setenv(SECRET, Client().secret)
