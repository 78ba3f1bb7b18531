"""Every permission there is. Which role holds which: ``account/grants.py``."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    ENTERPRISE_READ = "enterprise.read"
    ENTERPRISE_EDIT = "enterprise.edit"
    ENTERPRISE_CREATE = "enterprise.create"
    ENTERPRISE_REQUEST = "enterprise.request"
    ENTERPRISE_DECIDE = "enterprise.decide"
    ENTERPRISE_MERGE = "enterprise.merge"
    ENTERPRISE_IMPORT = "enterprise.import"
    ENTERPRISE_ASSIGN = "enterprise.assign"
    DOSSIER_MAKE = "dossier.make"

    LICENCE_READ = "licence.read"
    LICENCE_EDIT = "licence.edit"
    LICENCE_DECIDE = "licence.decide"

    PEOPLE_READ = "people.read"
    PEOPLE_EDIT = "people.edit"
    PEOPLE_PERSONAL = "people.personal"

    RISK_READ = "risk.read"
    RISK_EDIT = "risk.edit"
    RISK_DECIDE = "risk.decide"

    CHEMICAL_READ = "chemical.read"
    CHEMICAL_EDIT = "chemical.edit"
    CHEMICAL_DECIDE = "chemical.decide"

    DOCUMENT_READ = "document.read"
    DOCUMENT_EDIT = "document.edit"
    DOCUMENT_DECIDE = "document.decide"

    # Tables of scores, types and kinds of the file's slices: changed as new versions.
    FILE_TABLES_EDIT = "file.tables.edit"
    MAP_READ = "map.read"

    ACCOUNT_ADMIN = "account.admin"

    HAZARD_READ = "hazard.read"
    HAZARD_REPORT = "hazard.report"
    HAZARD_GRADE = "hazard.grade"
    HAZARD_ASSIGN = "hazard.assign"
    HAZARD_RECTIFY = "hazard.rectify"
    HAZARD_VERIFY = "hazard.verify"
    HAZARD_TRANSFER = "hazard.transfer"
    HAZARD_INVALIDATE = "hazard.invalidate"
    HAZARD_EXTENSION_REQUEST = "hazard.extension.request"
    HAZARD_EXTENSION_DECIDE = "hazard.extension.decide"
    HAZARD_REGRADE_APPROVE = "hazard.regrade.approve"

    VIDEO_READ = "video.read"
    VIDEO_REVIEW = "video.review"
    # The picture of now, on the wall and in the editor.
    VIDEO_LIVE = "video.live"
    # A copy to hand out: watermarked, the faces of others blurred.
    VIDEO_COPY = "video.copy"
    # The file as it came, whose hash can be proved.
    VIDEO_ORIGINAL = "video.original"
    # Keep evidence beyond its time, and let go of it again.
    VIDEO_HOLD = "video.hold"
    # What a confirmed sighting may do without a person.
    VIDEO_POLICY = "video.policy"
    # Reviews of a camera by Administrative Penalties Law art. 41, and marks that stand on them.
    GATE_READ = "gate.read"
    GATE_EDIT = "gate.edit"
    GATE_APPROVE = "gate.approve"
    CAMERA_EDIT = "camera.edit"
    NODE_ADMIN = "node.admin"
    NODE_INGEST = "node.ingest"
    MODEL_READ = "model.read"
    # Which weights judge the pictures: register, try, promote, roll back; data to learn from.
    MODEL_ADMIN = "model.admin"

    REPORT_READ = "report.read"
    REPORT_MAKE = "report.make"

    STATUTE_READ = "statute.read"
    STATUTE_PROPOSE = "statute.propose"
    STATUTE_APPROVE = "statute.approve"

    AUTHORITY_READ = "authority.read"
    AUTHORITY_EDIT = "authority.edit"

    PLAN_READ = "plan.read"
    PLAN_EDIT = "plan.edit"
    PLAN_APPROVE = "plan.approve"

    INSPECTION_READ = "inspection.read"
    INSPECTION_MAKE = "inspection.make"
    INSPECTION_APPROVE = "inspection.approve"
    CHECKLIST_EDIT = "checklist.edit"

    ORDER_READ = "order.read"
    ORDER_MAKE = "order.make"
    ORDER_APPROVE = "order.approve"
    ORDER_REQUEST = "order.request"

    CASE_READ = "case.read"
    CASE_MAKE = "case.make"
    CASE_APPROVE = "case.approve"

    # What enterprises check, rectify and report themselves (自查自改自报).
    SELFCHECK_READ = "selfcheck.read"
    # Walk a round: answers, photos, findings, the zero report of a day.
    SELFCHECK_DO = "selfcheck.do"
    # Which rounds an enterprise walks, who walks them; its own lists.
    SELFCHECK_PLAN = "selfcheck.plan"
    # The authority's lists by sector and post.
    SELFCHECK_TEMPLATE = "selfcheck.template"
    RETURN_READ = "return.read"
    RETURN_MAKE = "return.make"
    # The principal's signature (16号令 art. 14).
    RETURN_SIGN = "return.sign"
    RETURN_DECIDE = "return.decide"
    # Layouts of local returns.
    RETURN_EDIT = "return.edit"
    COMMITMENT_READ = "commitment.read"
    # Say what one answers for, from the post upwards.
    COMMITMENT_MAKE = "commitment.make"
    # The last signature, which makes it public.
    COMMITMENT_SIGN = "commitment.sign"
    # Who signs for the posts below the principal's.
    COMMITMENT_ARRANGE = "commitment.arrange"
    # What a sector commits to, how often and by when.
    COMMITMENT_EDIT = "commitment.edit"
    SCORE_READ = "score.read"
    # Facts that give or take points and stand in no other record.
    SCORE_RECORD = "score.record"
    SCORE_EDIT = "score.edit"
    # Duty lists (责任清单): read, change, say that it is done.
    DUTYLIST_READ = "dutylist.read"
    DUTYLIST_EDIT = "dutylist.edit"
    DUTYLIST_DO = "dutylist.do"
    # Ask people of one's own enterprise to join.
    INVITE = "account.invite"

    SUPERVISION_LIST = "supervision.list"
    ASSIGNMENT_EDIT = "assignment.edit"
    ESCALATION_READ = "escalation.read"
    ESCALATION_EDIT = "escalation.edit"
    CHANNEL_ADMIN = "channel.admin"

    AUDIT_READ = "audit.read"
    # Lets a month of violations or of the trail go for good.
    MONTH_DROP = "month.drop"
