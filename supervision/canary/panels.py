"""What a model's page shows of its use: nodes and cameras, verdicts, trials."""

from __future__ import annotations

from flask import render_template

from supervision.canary import labels, queries
from supervision.canary.comparing import Side
from supervision.core import clock
from supervision.core.actor import Actor
from supervision.core.web.state import settings
from supervision.detector import queries as detectors
from supervision.detector.workflow import DETECTOR_WORKFLOW, DetectorState
from supervision.video import labels as video_labels
from supervision.video.precision import Tally


def use_part(model_id: int, actor: Actor) -> str:
    """Which nodes run it, by the configuration and by their own word; its trials."""
    model = detectors.get_model(model_id, actor)
    nodes = queries.nodes_of(model, actor)
    return render_template(
        "canary/_use.html",
        model=model,
        nodes=nodes,
        cameras=sum(line.cameras for line in nodes),
        canaries=queries.of_model(model_id, actor),
        may_try="try" in DETECTOR_WORKFLOW.names(model, actor),
        is_asked=model.status in {DetectorState.ACTIVE, DetectorState.CANARY},
        silent=settings().node_silent_seconds,
        labels=labels,
        video_labels=video_labels,
    )


def verdicts_part(model_id: int, actor: Actor) -> str:
    """What people made of what it told, by rule."""
    model = detectors.get_model(model_id, actor)
    kinds = {kind: Side(tally) for kind, tally in queries.verdicts_of(model, clock.now()).items()}
    total = Side(sum((side.tally for side in kinds.values()), start=Tally()))
    return render_template(
        "canary/_verdicts.html",
        kinds=kinds,
        total=total,
        days=queries.VERDICT_DAYS,
        labels=labels,
        video_labels=video_labels,
    )
