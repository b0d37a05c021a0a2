"""The policy reads what people write, and says what is wrong with the rest."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from identity.model import IdentifierKind, Relation
from identity.policy import RULES, IdentityPolicy


def test_domains_are_read_in_any_case_and_with_an_at_sign() -> None:
    assert IdentityPolicy(own_domains=("@Brand.Example",)).own_domains == ("brand.example",)


@pytest.mark.parametrize("value", ["anna@web.example", "mail::anna@web.example", "phone"])
def test_a_blocked_identifier_in_no_known_form_is_an_error_that_names_the_form(value: str) -> None:
    with pytest.raises(ValidationError, match="kind:scope:value"):
        IdentityPolicy(blocked_identifiers=(value,))


def test_unknown_settings_are_errors_and_every_setting_is_described() -> None:
    with pytest.raises(ValidationError):
        IdentityPolicy.model_validate({"own_domain": "brand.example"})
    assert all(field.description for field in IdentityPolicy.model_fields.values())


def test_claims_mentions_and_order_numbers_have_no_rule() -> None:
    rules = {**RULES, **IdentityPolicy().rules()}
    assert not {Relation.CLAIMED, Relation.MENTIONED} & {relation for _, relation in rules}
    assert IdentifierKind.ORDER not in {kind for kind, _ in rules}
