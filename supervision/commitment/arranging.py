"""Which standard applies to an enterprise, who signs there, and where it is shown."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from supervision.account import queries as accounts
from supervision.account.grants import ROLE_GRANTS
from supervision.account.models import Account
from supervision.commitment import rules, standards
from supervision.commitment.models import CommitmentSetting, CommitmentSigner, CommitmentStandard
from supervision.core import audit, clock
from supervision.core.actor import SYSTEM, Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.slices import traits_of

KEY_BYTES = 24
MAX_SIGNERS = 60
_ENROL = "the sector decides for every enterprise which standard applies"


def enrol(after: int, limit: int) -> tuple[int, int]:
    """Give the next enterprises on the roll the standard of their sector.

    Returns the id up to which was looked (0: that was all) and how many changed. What somebody
    chose by hand stays.
    """
    stmt = (
        select(Enterprise, CommitmentSetting)
        .outerjoin(CommitmentSetting, CommitmentSetting.enterprise_id == Enterprise.id)
        .where(Enterprise.id > after, Enterprise.roll_status == RollStatus.IN_PRODUCTION)
        .order_by(Enterprise.id)
        .limit(limit)
    )
    found = db.session.execute(unscoped(stmt, reason=_ENROL)).tuples().all()
    table = standards.automatic(clock.today())
    traits = traits_of([enterprise.id for enterprise, _setting in found])
    changed = sum(
        _apply(enterprise, setting, table, traits.get(enterprise.id, frozenset()))
        for enterprise, setting in found
    )
    db.session.flush()
    return (found[-1][0].id if len(found) == limit else 0), changed


def _apply(
    enterprise: Enterprise,
    setting: CommitmentSetting | None,
    table: Sequence[CommitmentStandard],
    traits: frozenset[str],
) -> bool:
    if setting is not None and setting.is_manual:
        return False
    chosen = rules.choose(table, enterprise.industry_code, traits)
    code = chosen.code if chosen else ""
    if setting is None:
        if not code:
            return False
        db.session.add(_new(enterprise.id, code, SYSTEM))
        return True
    if setting.standard_code == code:
        return False
    _switch(setting, code, SYSTEM)
    return True


def _new(enterprise_id: int, code: str, actor: Actor) -> CommitmentSetting:
    return CommitmentSetting(
        enterprise_id=enterprise_id,
        standard_code=code,
        since=clock.today(),
        public_key=secrets.token_urlsafe(KEY_BYTES),
        changed_at=clock.now(),
        changed_by=actor.name,
    )


def _switch(setting: CommitmentSetting, code: str, actor: Actor) -> None:
    """From today on: what fell due before stays as it was counted."""
    if setting.standard_code != code:
        setting.standard_code, setting.since = code, clock.today()
    setting.changed_at, setting.changed_by = clock.now(), actor.name


def of_enterprise(enterprise: Enterprise) -> CommitmentSetting:
    """Its setting, made by the sector's table where there is none yet."""
    stmt = select(CommitmentSetting).where(CommitmentSetting.enterprise_id == enterprise.id)
    found = db.session.scalars(unscoped(stmt, reason="one enterprise's own setting")).first()
    if found is None:
        found = _new(enterprise.id, _by_sector(enterprise), SYSTEM)
        db.session.add(found)
        db.session.flush()
    return found


def _by_sector(enterprise: Enterprise) -> str:
    """The code that the sector's table gives it today, "" for none."""
    traits = traits_of([enterprise.id]).get(enterprise.id, frozenset())
    chosen = rules.choose(standards.automatic(clock.today()), enterprise.industry_code, traits)
    return chosen.code if chosen else ""


def override(
    enterprise: Enterprise,
    actor: Actor,
    *,
    code: str | None,
    reason: str,
    since: date | None = None,
) -> CommitmentSetting:
    """The authority says with a reason which standard applies, or none ("").

    ``code`` None: the sector's table decides again. ``since``: for history alone.
    """
    if not actor.may(Permission.COMMITMENT_EDIT):
        raise Forbidden
    setting = of_enterprise(enterprise)
    table = standards.in_force(clock.today())
    is_manual = code is not None
    if is_manual and not reason:
        raise InvalidInput(N_("Say why it is chosen by hand."), field="reason")
    if code is None:
        code, reason = _by_sector(enterprise), ""
    elif code and code not in table:
        raise InvalidInput(N_("No version of this standard is in force."), field="standard")
    _switch(setting, code, actor)
    setting.is_manual, setting.reason = is_manual, reason
    setting.since = since or setting.since
    db.session.flush()
    audit.record(actor, "commitment.override", setting, code=code, reason=reason)
    return setting


def renew_key(setting: CommitmentSetting, actor: Actor) -> None:
    """The public page moves to a new address; the old one is nobody's."""
    _check_own(setting, actor, Permission.COMMITMENT_SIGN)
    setting.public_key = secrets.token_urlsafe(KEY_BYTES)
    db.session.flush()
    audit.record(actor, "commitment.key", setting)


def add_signer(
    setting: CommitmentSetting, actor: Actor, *, level: int, post: str, account_id: int
) -> CommitmentSigner:
    """Who signs for a post of a level below the last, which is the principal's.

    Whoever arranges without being the principal puts nobody into the principal's place, nor
    the principal into another: raises Forbidden.
    """
    _check_own(setting, actor, Permission.COMMITMENT_ARRANGE)
    standard = standards.in_force(clock.today()).get(setting.standard_code)
    if standard is None:
        raise Conflict(N_("No commitment is asked of this enterprise."))
    if not 0 <= level < len(standard.levels) - 1:
        raise InvalidInput(N_("Choose one of the list."), field="level")
    people = {a.id for a in accounts.members(setting.enterprise_id, actor) if a.is_active}
    if account_id not in people:
        raise InvalidInput(N_("Choose one of the list."), field="account")
    _check_not_above(setting, actor, account_id)
    if len(setting.signers) >= MAX_SIGNERS:
        raise InvalidInput(N_("At most %(count)s posts sign."), field="post", count=MAX_SIGNERS)
    if any(s.level == level and s.post == post for s in setting.signers):
        raise InvalidInput(N_("This post signs already."), field="post")
    signer = CommitmentSigner(level=level, post=post, account_id=account_id)
    setting.signers.append(signer)
    db.session.flush()
    audit.record(actor, "commitment.signer", setting, level=level, post=post, account=account_id)
    return signer


def remove_signer(setting: CommitmentSetting, actor: Actor, signer_id: int) -> None:
    _check_own(setting, actor, Permission.COMMITMENT_ARRANGE)
    signer = next((s for s in setting.signers if s.id == signer_id), None)
    if signer is None:
        raise NotFound
    _check_not_above(setting, actor, signer.account_id)
    setting.signers.remove(signer)
    db.session.flush()
    audit.record(actor, "commitment.signer_removed", setting, level=signer.level, post=signer.post)


def _check_own(setting: CommitmentSetting, actor: Actor, permission: Permission) -> None:
    is_own = not actor.is_regulator and setting.enterprise_id in actor.enterprise_ids
    if not (actor.may(permission) and is_own):
        raise Forbidden(N_("The principal arranges who signs, or the safety manager."))


def _check_not_above(setting: CommitmentSetting, actor: Actor, account_id: int) -> None:
    """What the principal signs is the principal's own to arrange."""
    if actor.may(Permission.COMMITMENT_SIGN):
        return
    people = accounts.members(setting.enterprise_id, actor)
    if any(a.id == account_id and may_sign_last(a) for a in people):
        raise Forbidden(N_("Only the principal changes what the principal signs."))


def may_sign_last(account: Account) -> bool:
    """Whose signature publishes."""
    return Permission.COMMITMENT_SIGN in ROLE_GRANTS[account.role]
