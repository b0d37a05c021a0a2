"""Adapters are found by entry points; those of others cannot take us along when they break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge import registry
from bridge.contracts import Publisher, Source, Target
from bridge.errors import ConfigError
from bridge.registry import Role

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a distribution of somebody else with one adapter that breaks and one that is none."""
    info = tmp_path / "others-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\nProvides-Extra: lacking\n")
    (info / "entry_points.txt").write_text(
        "[casebridge.targets]\nbroken = others_broken:Target\nnone = others_fine:NOT_A_CLASS\nlacking = others_lacking:Target\nfine = others_fine:Fine\n"
    )
    (tmp_path / "others_broken.py").write_text("raise RuntimeError('needs a licence')\n")
    (tmp_path / "others_lacking.py").write_text("import no_such_module_of_theirs\n")
    (tmp_path / "others_fine.py").write_text(
        "from adapters.memory.target import MemoryTarget\nNOT_A_CLASS = 1\nclass Fine(MemoryTarget): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_our_own_adapters_are_registered_like_any_others() -> None:
    assert {"file", "memory"} <= set(registry.kinds(Role.SOURCE))
    assert {"memory"} <= set(registry.kinds(Role.PUBLISHER))
    assert {"desk", "memory"} <= set(registry.kinds(Role.TARGET))


def test_each_kind_loads_a_class_of_its_contract() -> None:
    assert all(issubclass(registry.source(kind), Source) for kind in registry.kinds(Role.SOURCE))
    assert all(issubclass(registry.publisher(kind), Publisher) for kind in registry.kinds(Role.PUBLISHER))
    assert all(issubclass(registry.target(kind), Target) for kind in registry.kinds(Role.TARGET))


def test_an_unknown_kind_names_those_there_are_and_the_nearest() -> None:
    with pytest.raises(ConfigError) as raised:
        registry.target("desc")
    assert ", ".join(registry.kinds(Role.TARGET)) in str(raised.value)
    assert "Did you mean 'desk'?" in str(raised.value)


@pytest.mark.usefixtures("others")
def test_a_target_of_another_distribution_is_found_and_loaded() -> None:
    assert "fine" in registry.kinds(Role.TARGET)
    assert issubclass(registry.target("fine"), Target)


@pytest.mark.usefixtures("others")
def test_what_breaks_while_loading_is_a_warning_that_names_it_and_its_distribution() -> None:
    found = {each.kind: each for each in registry.registrations() if each.distribution == "others"}
    assert found["fine"].adapter is not None
    assert found["fine"].warning == ""
    assert found["broken"].adapter is None
    assert "'broken' of others" in found["broken"].warning
    assert "needs a licence" in found["broken"].warning
    assert set(registry.warnings()) == {found["broken"].warning, found["none"].warning}


@pytest.mark.usefixtures("others")
def test_what_is_no_target_is_not_taken_for_one() -> None:
    with pytest.raises(ConfigError, match="it is no Target"):
        registry.target("none")


@pytest.mark.usefixtures("others")
def test_whose_extra_was_left_out_is_no_warning_until_it_is_asked_for() -> None:
    assert not any("lacking" in warning for warning in registry.warnings())
    with pytest.raises(ConfigError, match=r"needs the extra 'lacking': pip install 'others\[lacking\]'"):
        registry.target("lacking")


@pytest.mark.usefixtures("others")
def test_to_ask_for_a_broken_one_is_a_clear_error() -> None:
    with pytest.raises(ConfigError, match="needs a licence"):
        registry.target("broken")


@pytest.mark.usefixtures("others")
def test_naming_the_kinds_loads_nothing() -> None:
    assert {"broken", "none", "fine"} <= set(registry.kinds(Role.TARGET))
