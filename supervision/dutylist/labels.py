"""Names of the codes of this slice, and what its duties mean."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.core.slice import Duty
from supervision.core.spans import Frequency
from supervision.dutylist.rules import Grade, Holder, Standing

FREQUENCY_LABELS = {
    Frequency.DAILY: _l("Every day"),
    Frequency.WEEKLY: _l("Every week"),
    Frequency.MONTHLY: _l("Every month"),
    Frequency.QUARTERLY: _l("Every quarter"),
    Frequency.HALF_YEARLY: _l("Every half-year"),
    Frequency.YEARLY: _l("Every year"),
}
HOLDER_LABELS = {
    Holder.PRINCIPAL: _l("Principal"),
    Holder.MANAGER: _l("Safety manager"),
    Holder.OTHER: _l("Own addition"),
}
GRADE_LABELS = {
    Grade.ALL: _l("Every enterprise"),
    Grade.KEY: _l("Key enterprises"),
    Grade.GENERAL: _l("General enterprises"),
}
STANDING_LABELS = {
    Standing.LATE: _l("Late"),
    Standing.DUE: _l("Due in this period"),
    Standing.DONE: _l("Done for now"),
}
STANDING_TONES = {Standing.LATE: "bad", Standing.DUE: "wait", Standing.DONE: "good"}

DUTIES = (
    Duty(
        "art21",
        _l("Seven duties of the principal"),
        _l(
            "Whoever runs the enterprise answers for responsibilities, rules, training, money,"
            " risks and hazards, emergency plans and honest reports of accidents."
        ),
        _l("Work Safety Law, art. 21"),
        interval=False,
    ),
    Duty(
        "art25",
        _l("Seven duties of the safety managers"),
        _l(
            "They draw up rules and plans, train, look for dangers, drill, inspect, stop what is"
            " against the rules and follow up what was found."
        ),
        _l("Work Safety Law, art. 25"),
        "M",
        interval=False,
    ),
    Duty(
        "art28",
        _l("Training archive"),
        _l("Time, content, participants and results of every training are kept."),
        _l("Work Safety Law, art. 28"),
        interval=False,
    ),
    Duty(
        "art41",
        _l("Risks graded, hazards recorded and told"),
        _l(
            "Risks are graded and controlled; hazards are recorded truthfully and told to the"
            " workers; major ones are reported to the authority and to the workers' congress."
        ),
        _l("Work Safety Law, art. 41"),
        interval=False,
    ),
    Duty(
        "art46",
        _l("Inspections by the safety managers"),
        _l("They inspect often; what they find is put right or reported, and written down."),
        _l("Work Safety Law, art. 46"),
        interval=False,
    ),
    Duty(
        "art51",
        _l("Insurance"),
        _l("Work injury insurance; liability insurance where the sector is a dangerous one."),
        _l("Work Safety Law, art. 51"),
        interval=False,
    ),
)
DUTY_OF = {duty.key: duty for duty in DUTIES}

ACTIONS = {
    "duty_template.add": _l("Version of a duty of the law made"),
    "duty_template.end": _l("Duty of the law ended"),
    "dutylist.adopt": _l("Duties of the law adopted"),
    "dutylist.add": _l("Duty added"),
    "dutylist.assign": _l("Duty assigned"),
    "dutylist.done": _l("Duty done"),
    "dutylist.end": _l("Duty ended"),
    "supervision_duty.add": _l("Supervision duty added"),
    "supervision_duty.change": _l("Supervision duty changed"),
    "supervision_duty.end": _l("Supervision duty ended"),
    "supervision_duty.done": _l("Supervision duty done"),
}
NOTICES = {
    "dutylist.assigned": _l("You answer for this now: %(what)s (first due on %(due_on)s)"),
    "dutylist.late": _l("Duties that are late: %(count)s"),
}
