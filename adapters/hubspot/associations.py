"""Which records belong together: types checked against the account's definitions, links made and read in batches."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from adapters.hubspot import paths
from adapters.hubspot.limits import Purpose
from adapters.hubspot.objects import chunks
from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapters.hubspot.client import Client
    from adapters.hubspot.errors import Problem

_READ, _WRITTEN = 1_000, 2_000
"""Most inputs of one call that reads or makes associations."""
_OURS = "HUBSPOT_DEFINED"


class Associations:
    """Knows the default type of each pair of objects, by the account's own definitions."""

    def __init__(self, client: Client) -> None:
        """Read nothing yet."""
        self._client = client
        self._types: dict[tuple[str, str], int] = {}

    def input(self, from_name: str, to_name: str, to_id: str) -> dict[str, Any]:
        """Return an association as a record that is being created takes it."""
        return {"to": {"id": to_id}, "types": [self._type(from_name, to_name)]}

    def link(
        self,
        from_name: str,
        to_name: str,
        pairs: Iterable[tuple[str, str]],
        *,
        purpose: Purpose = Purpose.DELIVER,
    ) -> list[Problem]:
        """Link pairs of ids; linking twice is linking once."""
        problems: list[Problem] = []
        for some in chunks(pairs, _WRITTEN):
            types = [self._type(from_name, to_name)]
            inputs = [{"from": {"id": one}, "to": {"id": other}, "types": types} for one, other in some]
            path = paths.associations(from_name, to_name, "batch", "create")
            reply = self._client.write(path, {"inputs": inputs}, purpose=purpose)
            problems += reply.problems
        return problems

    def of(self, from_name: str, to_name: str, ids: Iterable[str], purpose: Purpose) -> dict[str, list[str]]:
        """Return for each id the ids that it is associated with, oldest association first; none is no error."""
        found: dict[str, list[str]] = defaultdict(list)
        for some in chunks(dict.fromkeys(ids), _READ):
            body = {"inputs": [{"id": each} for each in some]}
            reply = self._client.ask(paths.associations(from_name, to_name, "batch", "read"), body, purpose=purpose)
            for each in reply.results:
                found[str(each["from"]["id"])] += [str(to["toObjectId"]) for to in each.get("to") or ()]
        return found

    def _type(self, from_name: str, to_name: str) -> dict[str, Any]:
        pair = (from_name, to_name)
        if pair not in self._types:
            self._types[pair] = _default(pair, self._client.get(paths.associations(*pair, "labels")).results)
        return {"associationCategory": _OURS, "associationTypeId": self._types[pair]}


def _default(pair: tuple[str, str], definitions: Sequence[dict[str, Any]]) -> int:
    plain = [each for each in definitions if each.get("category") == _OURS and not each.get("label")]
    if not plain:
        message = f"This HubSpot account does not associate {pair[0]} with {pair[1]}; map messages to notes."
        raise ConfigError(message)
    return int(plain[0]["typeId"])
