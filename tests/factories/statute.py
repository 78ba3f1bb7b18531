"""A change of a rule that waits for its second person."""

from __future__ import annotations

from supervision import seeds
from supervision.core import clock
from supervision.core.db import transaction
from supervision.core.statutory import Certainty
from supervision.statute import service
from supervision.statute.rules import ChangeKind
from supervision.statute.service import Proposal
from tests.cast import Cast


def proposed_change(cast: Cast, by: str) -> int:
    """The id of a change of RECHECK, with the shipped rules and holidays loaded."""
    values = {
        "name": "Re-inspection",
        "value": 7,
        "unit": "day",
        "day_type": "working",
        "direction": "after",
        "trigger": "application or expiry",
    }
    wanted = Proposal(
        kind=ChangeKind.RULE,
        code="RECHECK",
        effective_from=clock.today(),
        values=values,
        source="Order 18",
        certainty=Certainty.HIGH,
        reason="the text has been obtained",
    )
    with transaction():
        seeds.load_rules()
        seeds.load_holidays()
        change = service.draft(cast[by], wanted)
        service.propose(change, cast[by])
        return change.id
