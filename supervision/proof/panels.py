"""What other pages show of proposed proofs: a part of the ticket, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from supervision.core.actor import Actor
from supervision.core.permissions import Permission
from supervision.core.slice import Todo
from supervision.proof import forms, labels, queries
from supervision.proof.models import ProofProposal
from supervision.proof.workflow import PROOF_WORKFLOW


def part(proposal: ProofProposal, actor: Actor, form: Any = None) -> dict[str, Any]:
    """What the template of one proposal needs. ``form``: a refusal that came back."""
    offered = PROOF_WORKFLOW.names(proposal, actor)
    version = proposal.row_version
    return {
        "proposal": proposal,
        "offered": offered,
        "accept_form": forms.AcceptForm(formdata=None, row_version=version).mark("accept-proof"),
        "refuse_form": (
            form
            if isinstance(form, forms.RefuseForm)
            else forms.RefuseForm(formdata=None, row_version=version)
        ).mark("refuse-proof"),
        "labels": labels,
    }


def ticket_part(hazard_id: int, actor: Actor) -> str:
    """The newest proposal of a ticket; "" where there is none."""
    proposal = queries.of_hazard(hazard_id, actor)
    if proposal is None:
        return ""
    return render_template("proof/ticket.html", **part(proposal, actor))


def todos(actor: Actor) -> Sequence[Todo]:
    if not actor.may(Permission.HAZARD_VERIFY):
        return ()
    return [
        Todo(_("Proofs of rectification"), queries.waiting_count(actor), url_for("proof.index"))
    ]
