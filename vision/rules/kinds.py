"""Which judge serves which kind of rule."""

from __future__ import annotations

from collections.abc import Callable

from vision.contract import Rule, RuleKind
from vision.rules.base import Ground, Judge
from vision.rules.fall import FallJudge
from vision.rules.fire import FireJudge
from vision.rules.lines import LineJudge
from vision.rules.places import CrowdingJudge, ExitJudge, PostJudge
from vision.rules.presence import IntrusionJudge, LoiteringJudge
from vision.rules.wear import WearJudge

# VIEW_FAULT is not here: the worker raises it without a rule (vision.rules.view).
JUDGES: dict[RuleKind, Callable[[Rule, Ground], Judge]] = {
    RuleKind.HELMET_MISSING: WearJudge,
    RuleKind.VEST_MISSING: WearJudge,
    RuleKind.INTRUSION: IntrusionJudge,
    RuleKind.LINE_CROSSING: LineJudge,
    RuleKind.LOITERING: LoiteringJudge,
    RuleKind.CROWDING: CrowdingJudge,
    RuleKind.POST_ABSENT: PostJudge,
    RuleKind.EXIT_BLOCKED: ExitJudge,
    RuleKind.FIRE_SMOKE: FireJudge,
    RuleKind.FALL: FallJudge,
}
