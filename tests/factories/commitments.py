"""Commitments, brought to a state the way people bring them there."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

from supervision import seeds
from supervision.commitment import arranging, queries, service, standards
from supervision.commitment.models import Commitment, CommitmentSetting, CommitmentSigner
from supervision.commitment.rules import Operation, Part, Production
from supervision.commitment.service import Content
from supervision.core import clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import transaction
from supervision.enterprise import queries as enterprises
from tests.cast import Cast
from tests.factories.hazards import photo

DAILY = "CHEMICALS_DAILY"


def owes_daily(enterprise_id: int, *, days_ago: int = 10) -> int:
    """The enterprise owes a daily commitment since some days; the id of its setting."""
    with transaction():
        seeds.load_commitments()
        setting = arranging.override(
            enterprises.get_enterprise(enterprise_id, SYSTEM),
            SYSTEM,
            code=DAILY,
            reason="Stores chemicals",
            since=clock.today() - days_ago * clock.DAY,
        )
        return setting.id


def yearly_for_all(actor: Actor, since: date) -> None:
    """Somebody has confirmed the yearly standard and asks it of everybody."""
    with transaction():
        [old] = standards.versions("GENERAL_YEARLY")
        names = [f.name for f in fields(standards.Version)]
        values = {name: getattr(old, name) for name in names}
        values |= {"effective_from": since, "is_automatic": True, "parts": [Part.HAZARDS]}
        standards.add_version(actor, standards.Version(**values))


def setting_of(enterprise_id: int) -> CommitmentSetting:
    found = queries.setting_of(enterprise_id, SYSTEM)
    assert found is not None
    return found


def content(**changes: object) -> Content:
    values: dict[str, object] = {
        "production": Production.RUNNING,
        "statement": "All is in hand.",
        "operations": {Operation.HOT_WORK: 2},
    }
    return Content(**{**values, **changes})  # type: ignore[arg-type]


def begun(enterprise_id: int, actor: Actor) -> Commitment:
    """Inside a transaction."""
    return service.begin(enterprises.get_enterprise(enterprise_id, actor), actor)


def sign(commitment_id: int, actor: Actor) -> bool:
    with transaction():
        commitment = queries.get_commitment(commitment_id, actor, for_update=True)
        setting = setting_of(commitment.enterprise_id)
        return service.sign(commitment, setting, actor, typed=actor.name)


def committed(cast: Cast, *, days_ago: int) -> int:
    """The plant's commitment of a day that has passed, published by its principal."""
    owes_daily(cast.plant_id, days_ago=30)
    actor = cast["plant_manager"]
    morning = clock.start_of(clock.today() - days_ago * clock.DAY) + timedelta(hours=8)
    with clock.frozen(morning):
        with transaction():
            ident = begun(cast.plant_id, actor).id
        sign(ident, actor)
    return ident


def signers(cast: Cast, actor: Actor) -> None:
    """The worker for the press shop's team, the safety manager for the workshop."""
    with transaction():
        setting = setting_of(cast.plant_id)
        for level, post, who in ((0, "Press team", "worker"), (1, "Workshop", "safety_manager")):
            arranging.add_signer(
                setting, actor, level=level, post=post, account_id=cast.accounts[who]
            )


def a_commitment(cast: Cast, enterprise_id: int, mark: str) -> dict[str, int | str]:
    """Ids of a draft with a drawn signature, of its signer and of its standard."""
    own = replace(cast["plant_manager"], enterprise_ids=frozenset({enterprise_id}))
    owes_daily(enterprise_id)
    with transaction():
        setting = setting_of(enterprise_id)
        signer = CommitmentSigner(level=0, post=f"{mark} team", account_id=own.id)
        setting.signers.append(signer)
    with transaction():
        draft = begun(enterprise_id, own)
        service.edit(draft, own, content(statement=f"{mark} statement"))
        service.sign(draft, setting_of(enterprise_id), own, drawn=photo(own))
        return {
            "commitment.commitment_id": draft.id,
            "commitment.signature_id": draft.signatures[0].id,
            "commitment.signer_id": setting_of(enterprise_id).signers[0].id,
            "commitment.standard_id": draft.standard_id,
        }
