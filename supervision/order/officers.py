"""Who signs a paper: two officers at least, each with a certificate of the authority that day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supervision.authority import queries as authorities
from supervision.core import clock
from supervision.order import queries, rules


@dataclass(frozen=True, slots=True)
class Signer:
    account_id: int
    name: str
    certificate_no: str

    @property
    def said(self) -> dict[str, str]:
        """As a paper names them."""
        return {"name": self.name, "certificate_no": self.certificate_no}


def signers(authority_id: int, account_ids: Sequence[int]) -> list[Signer]:
    """Those chosen, in their order. Raises InvalidInput naming whoever may not sign today."""
    held = authorities.certificates_on(clock.today(), account_ids, authority_id=authority_id)
    held = {k: c for k, c in held.items() if c.authority_id == authority_id}
    names = queries.names_of(account_ids)
    chosen = [(ident, names.get(ident, "—")) for ident in dict.fromkeys(account_ids)]
    rules.check_officers(chosen, held.keys())
    return [Signer(ident, name, held[ident].number) for ident, name in chosen]
