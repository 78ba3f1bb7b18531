"""Assessing a risk point: scores or a rule in, a grade and what follows from it out.

Every assessment is a row of its own and is never changed; the point carries what the latest say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped
from supervision.core.text import N_
from supervision.risk import rules, tables
from supervision.risk.journal import log, tell
from supervision.risk.models import RiskAssessment, RiskPoint, RiskTable, RiskTableLine
from supervision.risk.rules import AXES, RANKS, Axis, Method, RiskGrade, Stage
from supervision.risk.table_rules import TABLE_OF, Part, TableCode, bands_of
from supervision.risk.workflow import RiskState


@dataclass(frozen=True, slots=True)
class Scoring:
    """What somebody chose. ``direct_code``: a rule that grades the point whatever the scores.

    ``table_id`` is the version that was on the page; a newer one meanwhile is a conflict.
    """

    stage: Stage
    method: Method
    assessed_on: date
    scores: dict[Axis, Decimal] = field(default_factory=dict)
    direct_code: str = ""
    reason: str = ""
    table_id: int | None = None


def assess(point: RiskPoint, actor: Actor, given: Scoring) -> RiskAssessment:
    """Grade ``point``. Without its controls anew means: with them is to be assessed again too."""
    if not actor.may(Permission.RISK_EDIT):
        raise Forbidden
    if point.status is RiskState.RETIRED:
        raise Conflict(N_("This risk point is retired. Restore it to change it."))
    rules.check_assessed_on(given.assessed_on, clock.today())
    shelf = tables.tables_on(clock.today())
    made = _graded(point, given, shelf)
    _check_order(point, made)
    _follow(made, shelf[TableCode.LEVELS])
    made.enterprise_id, made.point_id = point.enterprise_id, point.id
    made.at, made.actor_id, made.actor_name = clock.now(), actor.id, actor.name
    db.session.add(made)
    _carry(point, made)
    log(
        point,
        actor,
        "assess",
        note=made.reason,
        stage=made.stage,
        method=made.method,
        value=made.value,
        grade=made.grade,
        table=made.table_id,
    )
    _ask_again(point, actor)
    return made


def _graded(point: RiskPoint, given: Scoring, shelf: dict[TableCode, RiskTable]) -> RiskAssessment:
    """The row with its scores and grade, by the tables in force."""
    code = TABLE_OF[given.method]
    table = shelf.get(code)
    if table is None or given.table_id not in {None, table.id}:
        raise Conflict(N_("The table was changed meanwhile. Look at the scores again."))
    made = RiskAssessment(
        stage=given.stage,
        method=given.method,
        table_id=table.id,
        assessed_on=given.assessed_on,
        reason=given.reason,
        direct_code="",
        direct_text="",
    )
    if given.method is not Method.DIRECT:
        _score(made, given, table)
    rule = _rule(point, given, shelf.get(TableCode.DIRECT))
    if rule is not None:
        _apply(made, rule)
    elif made.scored_grade is None:
        raise InvalidInput(N_("Choose the rule that grades this risk."), field="direct_code")
    return made


def _score(made: RiskAssessment, given: Scoring, table: RiskTable) -> None:
    for axis in AXES[given.method]:
        score = given.scores.get(axis)
        if score is None:
            raise InvalidInput(N_("This field is required."), field=axis.value)
        if score not in {line.score for line in table.part(Part(axis.value))}:
            raise InvalidInput(N_("Choose one of the list."), field=axis.value)
        setattr(made, axis.value, score)
    made.value = rules.product(given.scores[axis] for axis in AXES[given.method])
    made.scored_grade = rules.grade_of(made.value, bands_of(table.values))
    made.grade = made.scored_grade


@dataclass(frozen=True, slots=True)
class _Rule:
    table_id: int
    code: str
    text: str
    grade: RiskGrade
    reason: str


def _rule(point: RiskPoint, given: Scoring, table: RiskTable | None) -> _Rule | None:
    """The rule that was chosen; or the one that graded the risk before its controls.

    What a rule grades stays so with every control: one lifts it by assessing anew without them.
    """
    if given.direct_code and table is not None:
        line = next((x for x in table.part(Part.RULE) if x.code == given.direct_code), None)
        if line is None:
            raise InvalidInput(N_("Choose one of the list."), field="direct_code")
        if not given.reason:
            raise InvalidInput(N_("Say why the rule applies here."), field="reason")
        return _of_line(line, table.id, given.reason)
    before = latest(point, Stage.INHERENT) if given.stage is Stage.RESIDUAL else None
    if before is None or not before.direct_code:
        return None
    table_id = before.direct_table_id or before.table_id
    return _Rule(table_id, before.direct_code, before.direct_text, before.grade, before.reason)


def _of_line(line: RiskTableLine, table_id: int, reason: str) -> _Rule:
    if line.grade is None:
        raise ValueError("a rule without a grade")
    return _Rule(table_id, line.code, line.text, line.grade, reason)


def _apply(made: RiskAssessment, rule: _Rule) -> None:
    made.direct_table_id, made.direct_code = rule.table_id, rule.code
    made.direct_text, made.reason = rule.text, made.reason or rule.reason
    scored = made.scored_grade
    made.grade = rules.highest((scored, rule.grade)) or rule.grade


def _check_order(point: RiskPoint, made: RiskAssessment) -> None:
    """First without the controls, then with them, and never worse with them than without."""
    if made.stage is Stage.INHERENT:
        return
    if point.inherent is None:
        raise InvalidInput(N_("Assess the risk without its controls first."), field="stage")
    if RANKS[made.grade] > RANKS[point.inherent]:
        raise InvalidInput(
            N_("With its controls a risk cannot be worse than without: assess it without first."),
            field="stage",
        )


def _follow(made: RiskAssessment, levels: RiskTable) -> None:
    """Who answers for this grade, and when it is looked at again."""
    made.standing = made.grade
    line = next(x for x in levels.part(Part.LEVEL) if x.grade is made.grade)
    if line.level is None or line.months is None:
        raise ValueError("a level without its cycle")
    made.levels_table_id, made.control_level = levels.id, line.level
    made.next_review_on = rules.months_after(made.assessed_on, line.months)


def _carry(point: RiskPoint, made: RiskAssessment) -> None:
    if made.stage is Stage.INHERENT:
        point.inherent, point.residual = made.grade, None
    else:
        point.residual = made.grade
    point.grade, point.rank = made.grade, rules.rank(made.grade)
    point.method, point.control_level = made.method, made.control_level
    point.assessed_on, point.next_review_on = made.assessed_on, made.next_review_on
    point.review_cause = None


def _ask_again(point: RiskPoint, actor: Actor) -> None:
    """What the authority confirmed is not what stands here now."""
    if point.status is RiskState.CONFIRMED:
        point.status, point.confirmed_at, point.confirmed_by = RiskState.FILED, None, ""
    if point.status is RiskState.FILED and point.grade is RiskGrade.RED:
        tell(point, actor, "risk.filed_major")


def latest(point: RiskPoint, stage: Stage) -> RiskAssessment | None:
    """The last assessment of a stage."""
    stmt = (
        select(RiskAssessment)
        .where(RiskAssessment.point_id == point.id, RiskAssessment.stage == stage)
        .order_by(RiskAssessment.id.desc())
        .limit(1)
    )
    return db.session.scalars(unscoped(stmt, reason="of a point that was read")).first()
