"""Whose face a copy may show: arithmetic, without a database."""

from __future__ import annotations

import pytest

from supervision.video.subjects import inside, shown_of
from vision.contract import RuleKind

ZONE = ((0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (0.0, 1.0))
HEAD = {"label": "head", "box": (0.20, 0.20, 0.25, 0.26)}
UNDER_HEAD = {"label": "person", "box": (0.15, 0.20, 0.30, 0.80)}
FAR_HEAD = {"label": "head", "box": (0.80, 0.20, 0.85, 0.26)}
UNDER_FAR_HEAD = {"label": "person", "box": (0.75, 0.20, 0.90, 0.80)}


@pytest.mark.parametrize(
    ("kind", "boxes", "zone", "shown"),
    [
        (RuleKind.HELMET_MISSING, [HEAD], (), [HEAD]),
        (RuleKind.HELMET_MISSING, [HEAD, FAR_HEAD], (), []),
        # Who stands outside the zone cannot be meant.
        (RuleKind.HELMET_MISSING, [HEAD, UNDER_HEAD, FAR_HEAD, UNDER_FAR_HEAD], ZONE, [HEAD]),
        # A head without a body may belong to anybody.
        (RuleKind.HELMET_MISSING, [HEAD, UNDER_HEAD, FAR_HEAD], ZONE, []),
        (RuleKind.INTRUSION, [UNDER_HEAD, UNDER_FAR_HEAD, HEAD], ZONE, [UNDER_HEAD]),
        (RuleKind.INTRUSION, [UNDER_HEAD, UNDER_FAR_HEAD], (), []),
        (RuleKind.FIRE_SMOKE, [UNDER_HEAD], (), []),
        (RuleKind.CROWDING, [UNDER_HEAD], (), []),
        (RuleKind.VIEW_FAULT, [], (), []),
    ],
)
def test_only_who_alone_can_be_meant_is_shown(kind, boxes, zone, shown):
    assert shown_of(kind, boxes, zone) == tuple(one["box"] for one in shown)


def test_a_dent_of_a_zone_lies_outside_it():
    zone = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.4), (0.0, 1.0))
    assert inside((0.5, 0.3), zone)
    assert not inside((0.5, 0.8), zone)
    assert inside((0.1, 0.7), zone)
