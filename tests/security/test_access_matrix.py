"""Every endpoint, asked by everybody of the cast: who gets in, who is refused, and how.

The table is written down here a second time, by hand: a slip in the grants or in a decorator
disagrees with it. An endpoint that has no row fails the first test.
"""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from supervision.core.db import db
from tests.cast import PASSWORD
from tests.factories.channels import make_channel
from tests.factories.codes import gate_code
from tests.factories.maps import WINDOW
from tests.factories.statute import proposed_change
from tests.factories.video import URL
from tests.factories.world import FAR, World, tell

OFFICERS = {"city_officer", "district_officer", "section_chief", "other_district"}
MANAGERS = {"plant_manager", "safety_manager", "other_plant"}
SIDES = OFFICERS | MANAGERS
EVERYBODY = SIDES | {"worker", "video_operator", "auditor", "administrator", "no_role"}
PEOPLE = sorted(EVERYBODY)
NOBODY: set[str] = set()
ADMIN = {"administrator"}
MODEL_READERS = {"auditor", "administrator"}
READERS = SIDES | {"video_operator", "auditor", "administrator"}
REPORTERS = SIDES | {"worker", "video_operator"}
REVIEWERS = SIDES | {"video_operator"}
LIVE_LOOKERS = SIDES | {"video_operator", "administrator"}
EDITORS = OFFICERS | ADMIN
CAMERA_EDITORS = {"section_chief", "administrator"}
LAW_READERS = OFFICERS | {"video_operator", "auditor", "administrator"}
LAW_CHANGERS = {"section_chief", "administrator"}
REGULATORS = OFFICERS | {"auditor", "administrator"}
CHIEFS = {"section_chief"}
COMMITMENT_READERS = SIDES | {"worker", "auditor", "administrator"}
COMMITTERS = MANAGERS | {"worker"}
PRINCIPALS = {"plant_manager", "other_plant"}
CASE_READERS = OFFICERS | {"auditor", "administrator"}
PACKAGE_READERS = SIDES | {"auditor", "administrator"}

# Whose region or enterprise holds the plant, and the far plant.
SEES_PLANT = EVERYBODY - {"other_district", "other_plant", "no_role"}
SEES_FAR = {"city_officer", "other_district", "auditor", "administrator"}

# Endpoint: who holds the permission; and where the address names a row, who sees that row.
ROW = SEES_PLANT
MATRIX: dict[str, tuple[set[str], set[str] | None]] = {
    "home.start": (EVERYBODY, None),
    "home.find": (EVERYBODY, None),
    "today.index": (EVERYBODY, None),
    "guide.index": (MANAGERS, None),
    "guide.steps": (MANAGERS, ROW),
    "guide.take_lists": (MANAGERS, ROW),
    "guide.mark": (MANAGERS, ROW),
    "guide.show_again": (MANAGERS, ROW),
    "invitation.index": (SIDES | ADMIN, None),
    "invitation.new": (SIDES | ADMIN, ROW),
    "invitation.create": (SIDES | ADMIN, ROW),
    "invitation.renew": (SIDES | ADMIN, ROW),
    "invitation.revoke": (SIDES | ADMIN, ROW),
    "invitation.join": (EVERYBODY, None),
    "account.profile": (EVERYBODY, None),
    "account.change_password": (EVERYBODY, None),
    "account.sign_out": (EVERYBODY, None),
    "account.people": (ADMIN, None),
    "account.new_person": (ADMIN, None),
    "account.create_person": (ADMIN, None),
    "account.person": (ADMIN, None),
    "account.edit_person": (ADMIN, None),
    "account.change_person": (ADMIN, None),
    "account.reset_password": (ADMIN, None),
    "account.unlock": (ADMIN, None),
    "account.deactivate": (ADMIN, None),
    "account.reactivate": (ADMIN, None),
    "authority.index": (REGULATORS, None),
    "authority.new": (CHIEFS | ADMIN, None),
    "authority.create": (CHIEFS | ADMIN, None),
    "authority.edit": (CHIEFS | ADMIN, ROW),
    "authority.change": (CHIEFS | ADMIN, ROW),
    "authority.certificates": (REGULATORS, None),
    "authority.new_certificate": (CHIEFS | ADMIN, None),
    "authority.record_certificate": (CHIEFS | ADMIN, None),
    "authority.renew": (CHIEFS | ADMIN, ROW),
    "authority.renew_now": (CHIEFS | ADMIN, ROW),
    "authority.revoke": (CHIEFS | ADMIN, ROW),
    "authority.revoke_now": (CHIEFS | ADMIN, ROW),
    "atlas.index": (PACKAGE_READERS, None),
    "atlas.data": (PACKAGE_READERS, None),
    "atlas.outline": (PACKAGE_READERS, None),
    "atlas.plan": (PACKAGE_READERS, ROW),
    "atlas.picture": (PACKAGE_READERS, ROW),
    "atlas.place_camera": (CAMERA_EDITORS, ROW),
    "atlas.take_off_camera": (CAMERA_EDITORS, ROW),
    "audit.index": ({"auditor", "administrator"}, None),
    "month.index": ({"auditor", "administrator"}, None),
    # Nobody sees a month that is not there.
    "month.detail": (ADMIN, set()),
    "month.ask": (ADMIN, set()),
    "month.withdraw": (ADMIN, set()),
    "month.archive": ({"auditor", "administrator"}, set()),
    "channel.index": (ADMIN, None),
    "channel.new": (ADMIN, None),
    "channel.create": (ADMIN, None),
    "channel.detail": (ADMIN, None),
    "channel.edit": (ADMIN, None),
    "channel.change": (ADMIN, None),
    "channel.test": (ADMIN, None),
    "channel.disable": (ADMIN, None),
    "channel.enable": (ADMIN, None),
    "channel.retry_all": (ADMIN, None),
    "delivery.index": (ADMIN, None),
    "chemical.index": (PACKAGE_READERS, None),
    "chemical.export": (PACKAGE_READERS, None),
    "chemical.standard": (PACKAGE_READERS, None),
    "chemical.correct": (CHIEFS | ADMIN, None),
    "chemical.correct_now": (CHIEFS | ADMIN, None),
    "chemical.ledger": (PACKAGE_READERS, ROW),
    "chemical.ledger_file": (PACKAGE_READERS, ROW),
    "chemical.unit": (PACKAGE_READERS, ROW),
    "chemical.explanation": (PACKAGE_READERS, ROW),
    "chemical.item": (PACKAGE_READERS, ROW),
    "chemical.sheet": (PACKAGE_READERS, ROW),
    "chemical.identification": (PACKAGE_READERS, ROW),
    "chemical.identification_paper": (PACKAGE_READERS, ROW),
    "chemical.source": (PACKAGE_READERS, ROW),
    "chemical.new_unit": (SIDES, ROW),
    "chemical.create_unit": (SIDES, ROW),
    "chemical.edit_unit": (SIDES, ROW),
    "chemical.change_unit": (SIDES, ROW),
    "chemical.retire_unit": (SIDES, ROW),
    "chemical.retire_unit_now": (SIDES, ROW),
    "chemical.new_item": (SIDES, ROW),
    "chemical.create_item": (SIDES, ROW),
    "chemical.edit_item": (SIDES, ROW),
    "chemical.change_item": (SIDES, ROW),
    "chemical.remove_item": (SIDES, ROW),
    "chemical.remove_item_now": (SIDES, ROW),
    "chemical.add_sheet": (SIDES, ROW),
    "chemical.identify": (SIDES, ROW),
    "chemical.submit": (SIDES, ROW),
    "chemical.request_cancel": (SIDES, ROW),
    "chemical.file": (OFFICERS, ROW),
    "chemical.send_back": (OFFICERS, ROW),
    "chemical.cancel": (OFFICERS, ROW),
    "chemical.keep": (OFFICERS, ROW),
    "commitment.index": (COMMITMENT_READERS, None),
    "commitment.export": (COMMITMENT_READERS, None),
    "commitment.months": (COMMITMENT_READERS, None),
    "commitment.export_months": (COMMITMENT_READERS, None),
    "commitment.of_enterprise": (COMMITMENT_READERS, ROW),
    "commitment.detail": (COMMITMENT_READERS, ROW),
    "commitment.signature": (COMMITMENT_READERS, ROW),
    "commitment.standard_index": (COMMITMENT_READERS, None),
    "commitment.standard": (COMMITMENT_READERS, None),
    "commitment.begin": (COMMITTERS, ROW),
    "commitment.edit": (COMMITTERS, ROW),
    "commitment.write": (COMMITTERS, ROW),
    "commitment.sign": (COMMITTERS, ROW),
    "commitment.correct": (COMMITTERS, ROW),
    "commitment.add_signer": (MANAGERS, ROW),
    "commitment.remove_signer": (MANAGERS, ROW),
    "commitment.renew_key": (PRINCIPALS, ROW),
    "commitment.new_standard": (CHIEFS | ADMIN, None),
    "commitment.create_standard": (CHIEFS | ADMIN, None),
    "commitment.choose": (CHIEFS | ADMIN, ROW),
    "commitment.choose_now": (CHIEFS | ADMIN, ROW),
    "delivery.retry": (ADMIN, None),
    "wishes.index": (EVERYBODY, None),
    "wishes.save": (EVERYBODY, None),
    "wishes.send_code": (EVERYBODY, None),
    "wishes.confirm": (EVERYBODY, None),
    "camera.index": (READERS, None),
    "camera.detail": (READERS, ROW),
    "camera.new": (CAMERA_EDITORS, ROW),
    "camera.create": (CAMERA_EDITORS, ROW),
    "camera.edit": (CAMERA_EDITORS, ROW),
    "camera.change": (CAMERA_EDITORS, ROW),
    "camera.try_out": (CAMERA_EDITORS, ROW),
    "camera_editor.edit": (CAMERA_EDITORS, ROW),
    "camera_editor.save": (CAMERA_EDITORS, ROW),
    "camera_editor.try_out": (CAMERA_EDITORS, ROW),
    "camera_trial.detail": (CAMERA_EDITORS, ROW),
    "camera_trial.state": (CAMERA_EDITORS, ROW),
    "camera_trial.save": (CAMERA_EDITORS, ROW),
    "camera_search.index": (CAMERA_EDITORS, None),
    "camera_search.new": (CAMERA_EDITORS, ROW),
    "camera_search.start": (CAMERA_EDITORS, ROW),
    "camera_search.detail": (CAMERA_EDITORS, ROW),
    "camera_search.state": (CAMERA_EDITORS, ROW),
    "camera_search.add": (CAMERA_EDITORS, ROW),
    "selfcheck.index": (PACKAGE_READERS | {"worker"}, None),
    "selfcheck.export": (PACKAGE_READERS | {"worker"}, None),
    "selfcheck.detail": (PACKAGE_READERS | {"worker"}, ROW),
    "selfcheck.photo": (PACKAGE_READERS | {"worker"}, ROW),
    "selfcheck.walk": (MANAGERS | {"worker"}, ROW),
    "selfcheck.walk_state": (MANAGERS | {"worker"}, ROW),
    "selfcheck.walk_sync": (MANAGERS | {"worker"}, ROW),
    "selfcheck.walk_photo": (MANAGERS | {"worker"}, ROW),
    "selfcheck.excuse": (MANAGERS, ROW),
    "selfcheck.zero": (MANAGERS | {"worker"}, ROW),
    "selfcheck.months_list": (PACKAGE_READERS | {"worker"}, None),
    "selfcheck.export_months": (PACKAGE_READERS | {"worker"}, None),
    "selfcheck.plans": (PACKAGE_READERS | {"worker"}, ROW),
    "selfcheck.adopt": (MANAGERS, ROW),
    "selfcheck.change": (MANAGERS, ROW),
    "selfcheck.end": (MANAGERS, ROW),
    "selfcheck.lists": (PACKAGE_READERS | {"worker"}, None),
    "selfcheck.checklist": (PACKAGE_READERS | {"worker"}, ROW),
    "selfcheck.new_list": (LAW_CHANGERS | MANAGERS, None),
    "selfcheck.create_list": (LAW_CHANGERS | MANAGERS, None),
    # The row is an enterprise's own: the authority reads it and does not change it.
    "selfcheck.new_version": (MANAGERS, ROW),
    "selfcheck.create_version": (MANAGERS, ROW),
    "selfcheck.discard_list": (MANAGERS, ROW),
    "selfcheck.new_item": (MANAGERS, ROW),
    "selfcheck.create_item": (MANAGERS, ROW),
    "selfcheck.edit_item": (MANAGERS, ROW),
    "selfcheck.change_item": (MANAGERS, ROW),
    "selfcheck.remove_item": (MANAGERS, ROW),
    "selfcheck.move_item": (MANAGERS, ROW),
    "selfcheck.assignments": (LAW_CHANGERS, None),
    "selfcheck.new_assignment": (LAW_CHANGERS, None),
    "selfcheck.assign": (LAW_CHANGERS, None),
    "selfcheck.assignment": (LAW_CHANGERS, LAW_CHANGERS),
    "selfcheck.assignment_state": (LAW_CHANGERS, LAW_CHANGERS),
    "selfcheck.cancel_assignment": (LAW_CHANGERS, LAW_CHANGERS),
    "selfcheck.take_back": (LAW_CHANGERS, LAW_CHANGERS),
    "score.index": (PACKAGE_READERS, None),
    "score.export": (PACKAGE_READERS, None),
    "score.of_enterprise": (PACKAGE_READERS, ROW),
    "score.new_fact": (OFFICERS, ROW),
    "score.create_fact": (OFFICERS, ROW),
    "score.fact": (PACKAGE_READERS, ROW),
    "score.void_fact": (OFFICERS, ROW),
    "score.fact_file": (PACKAGE_READERS, ROW),
    "score.table_index": (PACKAGE_READERS, None),
    "score.table": (PACKAGE_READERS, None),
    "score.new_table": (CAMERA_EDITORS, None),
    "score.save_table": (CAMERA_EDITORS, None),
    "returns.index": (PACKAGE_READERS, None),
    "returns.export": (PACKAGE_READERS, None),
    "returns.remind": (OFFICERS, None),
    "returns.detail": (PACKAGE_READERS, ROW),
    "returns.signature": (PACKAGE_READERS, ROW),
    "returns.as_paper": (PACKAGE_READERS, ROW),
    "returns.revision": (PACKAGE_READERS, ROW),
    "returns.revision_signature": (PACKAGE_READERS, ROW),
    "returns.revision_paper": (PACKAGE_READERS, ROW),
    "returns.as_book": (PACKAGE_READERS, ROW),
    "returns.recount": (MANAGERS, ROW),
    "returns.correct": (MANAGERS, ROW),
    "returns.sign": (MANAGERS - {"safety_manager"}, ROW),
    "returns.submit": (MANAGERS, ROW),
    "returns.revise": (MANAGERS, ROW),
    "returns.accept": (OFFICERS, ROW),
    "returns.give_back": (OFFICERS, ROW),
    "returns.layout_list": (LAW_CHANGERS, None),
    "returns.new_layout": (LAW_CHANGERS, None),
    "returns.add_layout": (LAW_CHANGERS, None),
    "gate.index": (READERS, None),
    "gate.of_camera": (READERS, ROW),
    "gate.new": (OFFICERS, ROW),
    "gate.create": (OFFICERS, ROW),
    "gate.detail": (READERS, ROW),
    "gate.edit": (OFFICERS, ROW),
    "gate.change": (OFFICERS, ROW),
    "gate.submit": (OFFICERS, ROW),
    "gate.give_back": (CHIEFS, ROW),
    "gate.approve": (CHIEFS, ROW),
    "gate.discard": (OFFICERS, ROW),
    "gate.withdraw": (CHIEFS, ROW),
    "gate.scan": (READERS, ROW),
    "proof.index": (READERS, None),
    "proof.detail": (READERS, ROW),
    "proof.clip": (READERS, ROW),
    "proof.accept": (SIDES, ROW),
    "proof.refuse": (SIDES, ROW),
    "penalty_mark.detail": (READERS, ROW),
    "penalty_mark.mark": (OFFICERS, ROW),
    "penalty_mark.withdraw": (OFFICERS, ROW),
    "camera_permit.index": (READERS, ROW),
    "camera_permit.add": (CAMERA_EDITORS, ROW),
    "camera_permit.remove": (CAMERA_EDITORS, ROW),
    "camera_ticket.index": (READERS, None),
    "camera_ticket.of_camera": (READERS, ROW),
    "camera_ticket.detail": (READERS, ROW),
    "camera_ticket.acknowledge": (SIDES | {"video_operator"}, ROW),
    "camera_ticket.finish": (SIDES | {"video_operator"}, ROW),
    "digest.index": (READERS, None),
    "digest.detail": (READERS, ROW),
    "casefile.index": (CASE_READERS, None),
    "casefile.export": (CASE_READERS, None),
    "casefile.detail": (CASE_READERS, ROW),
    "casefile.preview": (CASE_READERS, ROW),
    "casefile.paper": (CASE_READERS, ROW),
    "casefile.evidence_file": (CASE_READERS, ROW),
    "casefile.decision_paper": (PACKAGE_READERS, ROW),
    "casefile.new": (OFFICERS, ROW),
    "casefile.create": (OFFICERS, ROW),
    "casefile.edit": (OFFICERS, ROW),
    "casefile.change": (OFFICERS, ROW),
    "casefile.submit": (OFFICERS, ROW),
    "casefile.file_case": (CHIEFS, ROW),
    "casefile.send_back": (CHIEFS, ROW),
    "casefile.refuse": (CHIEFS, ROW),
    "casefile.withdraw": (OFFICERS, ROW),
    "casefile.add_evidence": (OFFICERS, ROW),
    "casefile.remove_evidence": (OFFICERS, ROW),
    "casefile.issue_evidence_list": (OFFICERS, ROW),
    "casefile.propose": (OFFICERS, ROW),
    "casefile.decide": (CHIEFS, ROW),
    "casefile.reject": (CHIEFS, ROW),
    "casefile.serve": (OFFICERS, ROW),
    "casefile.publish": (OFFICERS, ROW),
    "casefile.withdraw_publication": (OFFICERS, ROW),
    "casefile.annul": (CHIEFS, ROW),
    "casefile.execute": (OFFICERS, ROW),
    "casefile.ask_close": (OFFICERS, ROW),
    "casefile.drop": (OFFICERS, ROW),
    "casefile.close": (CHIEFS, ROW),
    "casefile.refuse_close": (CHIEFS, ROW),
    "enterprise.index": (READERS, None),
    "enterprise.export": (READERS, None),
    "enterprise.export_paper": (READERS, None),
    "enterprise.saved_filters": (READERS, None),
    "enterprise.save_filter": (READERS, None),
    "enterprise.set_default_filter": (READERS, {"district_officer"}),
    "enterprise.delete_filter": (READERS, {"district_officer"}),
    "enterprise.columns": (READERS, None),
    "enterprise.choose_columns": (READERS, None),
    # A change of many is its asker's; the administrator sees all.
    "assigning.choose": (CHIEFS | ADMIN, None),
    "assigning.assign": (CHIEFS | ADMIN, None),
    "assigning.detail": (CHIEFS | ADMIN, ADMIN),
    "assigning.state": (CHIEFS | ADMIN, ADMIN),
    "assigning.cancel": (CHIEFS | ADMIN, ADMIN),
    "assigning.undo": (CHIEFS | ADMIN, ADMIN),
    # A file is for who asked for it.
    "export.index": (EVERYBODY, None),
    "export.ask": (EVERYBODY, set()),
    "export.detail": (EVERYBODY, {"district_officer"}),
    "export.state": (EVERYBODY, {"district_officer"}),
    "export.file": (EVERYBODY, {"district_officer"}),
    "export.cancel": (EVERYBODY, {"district_officer"}),
    "enterprise.regions": (READERS, None),
    "enterprise.file": (READERS, ROW),
    "enterprise.tab": (READERS, ROW),
    "enterprise.timeline": (READERS, ROW),
    "dutylist.index": (PACKAGE_READERS, None),
    "dutylist.export_months": (PACKAGE_READERS, None),
    "dutylist.law_index": (PACKAGE_READERS, None),
    "dutylist.law_item": (PACKAGE_READERS, None),
    "dutylist.law_new": (MANAGERS | CHIEFS | ADMIN, REGULATORS),
    "dutylist.law_create": (MANAGERS | CHIEFS | ADMIN, REGULATORS),
    "dutylist.law_end": (MANAGERS | CHIEFS | ADMIN, REGULATORS),
    "dutylist.items": (PACKAGE_READERS, ROW),
    "dutylist.export": (PACKAGE_READERS, ROW),
    "dutylist.item": (PACKAGE_READERS, ROW),
    "dutylist.file": (PACKAGE_READERS, ROW),
    "dutylist.new": (MANAGERS | CHIEFS | ADMIN, ROW & MANAGERS),
    "dutylist.create": (MANAGERS | CHIEFS | ADMIN, ROW),
    "dutylist.adopt": (MANAGERS | CHIEFS | ADMIN, ROW),
    "dutylist.assign": (MANAGERS | CHIEFS | ADMIN, ROW),
    "dutylist.end": (MANAGERS | CHIEFS | ADMIN, ROW),
    "dutylist.complete": (SIDES, ROW),
    "dutylist.supervision": (PACKAGE_READERS, REGULATORS),
    "dutylist.supervision_export": (PACKAGE_READERS, REGULATORS),
    "dutylist.supervision_new": (MANAGERS | CHIEFS | ADMIN, REGULATORS),
    "dutylist.supervision_create": (MANAGERS | CHIEFS | ADMIN, REGULATORS),
    "dutylist.supervision_item": (PACKAGE_READERS, ROW & REGULATORS),
    "dutylist.supervision_complete": (SIDES, ROW & REGULATORS),
    "dutylist.supervision_change": (MANAGERS | CHIEFS | ADMIN, ROW & REGULATORS),
    "dutylist.supervision_end": (MANAGERS | CHIEFS | ADMIN, ROW & REGULATORS),
    "document.index": (PACKAGE_READERS, None),
    "document.export": (PACKAGE_READERS, None),
    "document.missing": (PACKAGE_READERS, None),
    "document.export_missing": (PACKAGE_READERS, None),
    "document.kind_list": (PACKAGE_READERS, None),
    "document.kind": (PACKAGE_READERS, None),
    "document.detail": (PACKAGE_READERS, ROW),
    "document.scan": (PACKAGE_READERS, ROW),
    "document.review_file": (PACKAGE_READERS, ROW),
    "document.new": (SIDES, ROW),
    "document.create": (SIDES, ROW),
    "document.edit": (SIDES, ROW),
    "document.change": (SIDES, ROW),
    "document.publish": (SIDES, ROW),
    "document.withdraw": (SIDES, ROW),
    "document.discard": (SIDES, ROW),
    "document.new_version": (SIDES, ROW),
    "document.submit_filing": (SIDES, ROW),
    "document.review": (SIDES, ROW),
    "document.remove_scan": (SIDES, ROW),
    "document.accept_filing": (OFFICERS, ROW),
    "document.return_filing": (OFFICERS, ROW),
    "document.new_kind": (LAW_CHANGERS, None),
    "document.create_kind": (LAW_CHANGERS, None),
    "dossier.new": (SIDES, ROW),
    "dossier.ask": (SIDES, ROW),
    # A dossier is its asker's alone.
    "dossier.detail": (SIDES, {"district_officer"}),
    "dossier.state": (SIDES, {"district_officer"}),
    "dossier.file": (SIDES, {"district_officer"}),
    "enterprise.new": (EDITORS, None),
    "enterprise.create": (EDITORS, None),
    "enterprise.edit": (EDITORS, ROW),
    "enterprise.reveal": (SIDES, ROW),
    "enterprise.change": (EDITORS, ROW),
    "enterprise.roll_status": (EDITORS, ROW),
    "enterprise.set_roll_status": (EDITORS, ROW),
    # An import is its asker's alone.
    "imports.index": (EDITORS, None),
    "imports.template": (EDITORS, None),
    "imports.upload": (EDITORS, None),
    "imports.detail": (EDITORS, {"district_officer"}),
    "imports.state": (EDITORS, {"district_officer"}),
    "imports.errors": (EDITORS, {"district_officer"}),
    "imports.set_columns": (EDITORS, {"district_officer"}),
    "imports.confirm": (EDITORS, {"district_officer"}),
    "imports.cancel": (EDITORS, {"district_officer"}),
    "registration.index": (OFFICERS, None),
    "registration.detail": (OFFICERS, ROW),
    "registration.accept": (OFFICERS, ROW),
    "registration.give_back": (OFFICERS, ROW),
    "registration.refuse": (OFFICERS, ROW),
    "registration.file": (OFFICERS, ROW),
    "registration.reveal_registration": (OFFICERS, ROW),
    "change_request.index": (READERS, None),
    "change_request.new": (MANAGERS, ROW),
    "change_request.create": (MANAGERS, ROW),
    "change_request.detail": (READERS, ROW),
    "change_request.approve": (OFFICERS, ROW),
    "change_request.refuse": (OFFICERS, ROW),
    "change_request.withdraw": (MANAGERS, ROW),
    "change_request.file": (READERS, ROW),
    "roll.gaps": (REGULATORS, None),
    "roll.pairs": (OFFICERS, None),
    "roll.pair": (OFFICERS, ROW),
    "roll.dismiss": (OFFICERS, ROW),
    "roll.restructurings": (OFFICERS, None),
    "roll.restructuring": (OFFICERS, ROW),
    "roll.merge": (OFFICERS, ROW),
    "roll.propose_merger": (OFFICERS, ROW),
    "roll.split": (OFFICERS, ROW),
    "roll.propose_split": (OFFICERS, ROW),
    "roll.approve": (CHIEFS, ROW),
    "roll.refuse": (CHIEFS, ROW),
    "roll.withdraw": (OFFICERS, ROW),
    "relation.links": (REGULATORS, None),
    "relation.link": (READERS, ROW),
    "relation.scan": (READERS, ROW),
    "relation.new_link": (SIDES, ROW),
    "relation.add_link": (SIDES, ROW),
    "relation.check_link": (SIDES, ROW),
    "relation.end_link": (SIDES, ROW),
    "relation.parks": (REGULATORS, None),
    "relation.park": (REGULATORS, ROW),
    "relation.new_park": (EDITORS, None),
    "relation.create_park": (EDITORS, None),
    "relation.edit_park": (EDITORS, ROW),
    "relation.change_park": (EDITORS, ROW),
    "relation.close_park": (EDITORS, ROW),
    "hazard.index": (READERS | {"worker"}, None),
    "hazard.export": (READERS | {"worker"}, None),
    "hazard.detail": (READERS | {"worker"}, ROW),
    "hazard.file": (READERS | {"worker"}, ROW),
    "hazard.report": (REPORTERS, ROW),
    "hazard.report_now": (REPORTERS, ROW),
    "hazard.grade": (SIDES, ROW),
    "hazard.assign": (SIDES, ROW),
    "hazard.rectify_at_once": (SIDES, ROW),
    "hazard.verify": (SIDES, ROW),
    "hazard.send_back": (SIDES, ROW),
    "hazard.invalidate": (SIDES, ROW),
    "hazard.criteria_page": (SIDES, ROW),
    "hazard.criteria_list": (SIDES, ROW),
    "hazard.transfer": (OFFICERS, ROW),
    "hazard.start": (MANAGERS | {"worker"}, ROW),
    "hazard.submit": (MANAGERS | {"worker"}, ROW),
    "hazard.file_plan": (MANAGERS | {"worker"}, ROW),
    "hazard.add_record": (MANAGERS | {"worker"}, ROW),
    "hazard.record_file": (READERS | {"worker"}, ROW),
    "hazard.request_regrade": (SIDES, ROW),
    "hazard.approve_regrade": ({"section_chief", "plant_manager", "other_plant"}, ROW),
    "hazard.refuse_regrade": ({"section_chief", "plant_manager", "other_plant"}, ROW),
    "hazard.request_extension": (MANAGERS | {"worker"}, ROW),
    "hazard.grant_extension": (SIDES, ROW),
    "hazard.refuse_extension": (SIDES, ROW),
    "hazard.propose_listing": (SIDES, ROW),
    "hazard.approve_listing": ({"section_chief"}, ROW),
    "hazard.refuse_listing": ({"section_chief"}, ROW),
    "hazard.withdraw_listing": (SIDES, ROW),
    "hazard.apply_listing": (MANAGERS | {"worker"}, ROW),
    "hazard.pass_listing": (SIDES, ROW),
    "hazard.fail_listing": (SIDES, ROW),
    "hazard.revoke_listing": ({"section_chief"}, ROW),
    "listing.index": (READERS | {"worker"}, None),
    "listing.export": (READERS | {"worker"}, None),
    "inspection.index": (PACKAGE_READERS, None),
    "inspection.site": (OFFICERS, ROW),
    "inspection.site_state": (OFFICERS, ROW),
    "inspection.sync": (OFFICERS, ROW),
    "inspection.site_photo": (OFFICERS, ROW),
    "inspection.site_signature": (OFFICERS, ROW),
    "enterprise_code.page": (READERS, ROW),
    "enterprise_code.picture": (READERS, ROW),
    "enterprise_code.issue": (OFFICERS, ROW),
    "enterprise_code.scan": (EVERYBODY, ROW),
    "inspection.export": (PACKAGE_READERS, None),
    "inspection.new": (OFFICERS, ROW),
    "inspection.create": (OFFICERS, ROW),
    "inspection.edit": (OFFICERS, ROW),
    "inspection.change": (OFFICERS, ROW),
    "inspection.detail": (PACKAGE_READERS, ROW),
    "inspection.file": (PACKAGE_READERS, ROW),
    "inspection.signature": (PACKAGE_READERS, ROW),
    "inspection.paper": (PACKAGE_READERS, ROW),
    "inspection.draft": (OFFICERS, ROW),
    "inspection.take_up": (OFFICERS, ROW),
    "inspection.submit": (OFFICERS, ROW),
    "inspection.approve": (CHIEFS, ROW),
    "inspection.reject": (CHIEFS, ROW),
    "inspection.notify": (OFFICERS, ROW),
    "inspection.start": (OFFICERS, ROW),
    "inspection.record": (OFFICERS, ROW),
    "inspection.cancel": (OFFICERS, ROW),
    "inspection.lists": (PACKAGE_READERS, None),
    "inspection.checklist": (PACKAGE_READERS, None),
    "inspection.checklist_file": (PACKAGE_READERS, None),
    "inspection.new_checklist": (CHIEFS | ADMIN, None),
    "inspection.create_checklist": (CHIEFS | ADMIN, None),
    "inspection.new_version": (CHIEFS | ADMIN, None),
    "inspection.create_version": (CHIEFS | ADMIN, None),
    "inspection.discard_checklist": (CHIEFS | ADMIN, None),
    "inspection.new_item": (CHIEFS | ADMIN, None),
    "inspection.create_item": (CHIEFS | ADMIN, None),
    "inspection.edit_item": (CHIEFS | ADMIN, None),
    "inspection.change_item": (CHIEFS | ADMIN, None),
    "inspection.remove_item": (CHIEFS | ADMIN, None),
    "inspection.move_item": (CHIEFS | ADMIN, None),
    "inbox.index": (EVERYBODY, None),
    "inbox.read_all": (EVERYBODY, None),
    "inbox.read": (EVERYBODY, {"district_officer"}),
    "inbox.open_item": (EVERYBODY, {"district_officer"}),
    "live.wall": (LIVE_LOOKERS, None),
    "live.single": (LIVE_LOOKERS, ROW),
    "live.states": (LIVE_LOOKERS, None),
    "live.health": (READERS, None),
    "live.export_health": (READERS, None),
    "live.figures": (READERS, None),
    "live.export_figures": (READERS, None),
    "live_picture.look": (LIVE_LOOKERS, None),
    "live_picture.picture": (LIVE_LOOKERS, ROW),
    "node.index": (ADMIN, None),
    "node.create": (ADMIN, None),
    "node.detail": (ADMIN, None),
    "node.new_token": (ADMIN, None),
    "node.parked": (ADMIN, None),
    "node.revoke_token": (ADMIN, None),
    "platform.index": (ADMIN, None),
    "platform.new": (ADMIN, None),
    "platform.create": (ADMIN, None),
    "platform.detail": (ADMIN, None),
    "platform.state": (ADMIN, None),
    "platform.edit": (ADMIN, None),
    "platform.change": (ADMIN, None),
    "platform.remove": (ADMIN, None),
    "platform.check": (ADMIN, None),
    "platform.bring_in": (ADMIN, None),
    "platform.choose": (ADMIN, None),
    "platform.assign": (ADMIN, None),
    "node.share": (ADMIN, None),
    "licence.index": (PACKAGE_READERS, None),
    "licence.export": (PACKAGE_READERS, None),
    "licence.missing": (PACKAGE_READERS, None),
    "licence.detail": (PACKAGE_READERS, ROW),
    "licence.file": (PACKAGE_READERS, ROW),
    "licence.new": (SIDES, ROW),
    "licence.create": (SIDES, ROW),
    "licence.edit": (SIDES, ROW),
    "licence.change": (SIDES, ROW),
    "licence.successor": (SIDES, ROW),
    "licence.succeed": (SIDES, ROW),
    "licence.discard": (SIDES, ROW),
    "licence.apply": (SIDES, ROW),
    "licence.verify": (OFFICERS, ROW),
    "licence.send_back": (OFFICERS, ROW),
    "licence.refuse": (OFFICERS, ROW),
    "licence.suspend": (OFFICERS, ROW),
    "licence.resume": (OFFICERS, ROW),
    "licence.revoke": (OFFICERS, ROW),
    "licence.surrender": (OFFICERS, ROW),
    "licence.kinds": (PACKAGE_READERS, None),
    "licence.kind": (PACKAGE_READERS, None),
    "licence.new_kind": (LAW_CHANGERS, None),
    "licence.add_kind": (LAW_CHANGERS, None),
    "licence.change_kind": (LAW_CHANGERS, None),
    "licence.end_kind": (LAW_CHANGERS, None),
    "order.index": (PACKAGE_READERS, None),
    "order.export": (PACKAGE_READERS, None),
    "order.detail": (PACKAGE_READERS, ROW),
    "order.paper": (PACKAGE_READERS, ROW),
    "order.recheck_file": (PACKAGE_READERS, ROW),
    "order.confirmations": (PACKAGE_READERS, ROW),
    "order.confirmation_file": (PACKAGE_READERS, ROW),
    "order.draft_paper": (OFFICERS, ROW),
    "order.new": (OFFICERS, ROW),
    "order.create": (OFFICERS, ROW),
    "order.edit": (OFFICERS, ROW),
    "order.change": (OFFICERS, ROW),
    "order.submit": (OFFICERS, ROW),
    "order.issue": (OFFICERS, ROW),
    "order.serve": (OFFICERS, ROW),
    "order.discard": (OFFICERS, ROW),
    "order.hand_over": (OFFICERS, ROW),
    "order.recheck_page": (OFFICERS, ROW),
    "order.recheck_now": (OFFICERS, ROW),
    "order.reply": (OFFICERS, ROW),
    "order.hand_letter": (OFFICERS, ROW),
    "order.new_letter": (OFFICERS, ROW),
    "order.make_letter": (OFFICERS, ROW),
    "order.letter": (OFFICERS, ROW),
    "order.confirm": (OFFICERS, ROW),
    "order.withdraw": (OFFICERS, ROW),
    "order.approve": ({"section_chief"}, ROW),
    "order.reject": ({"section_chief"}, ROW),
    "order.void": ({"section_chief"}, ROW),
    "order.apply": (MANAGERS, ROW),
    "order.extend": (MANAGERS, ROW),
    "plan.index": (REGULATORS, None),
    "plan.new": (CHIEFS, None),
    "plan.create": (CHIEFS, None),
    "plan.detail": (REGULATORS, ROW),
    "plan.paper": (REGULATORS, ROW),
    "plan.progress": (REGULATORS, ROW),
    "plan.lines": (REGULATORS, ROW),
    "plan.cap_usage": (REGULATORS, ROW),
    "plan.draws": (REGULATORS, ROW),
    "plan.draw": (REGULATORS, ROW),
    "plan.verify": (REGULATORS, ROW),
    "plan.pool_file": (REGULATORS, ROW),
    "plan.edit": (CHIEFS, ROW),
    "plan.change": (CHIEFS, ROW),
    "plan.submit": (CHIEFS, ROW),
    "plan.approve": (CHIEFS, ROW),
    "plan.reject": (CHIEFS, ROW),
    "plan.publish": (CHIEFS, ROW),
    "plan.withdraw": (CHIEFS, ROW),
    "plan.amend": (CHIEFS, ROW),
    "plan.new_item": (CHIEFS, ROW),
    "plan.add_item": (CHIEFS, ROW),
    "plan.edit_item": (CHIEFS, ROW),
    "plan.change_item": (CHIEFS, ROW),
    "plan.move_item": (CHIEFS, ROW),
    "plan.remove_item": (CHIEFS, ROW),
    "plan.name_officers": (CHIEFS, ROW),
    "plan.make_inspections": (CHIEFS, ROW),
    "plan.line": (CHIEFS, ROW),
    "plan.change_line": (CHIEFS, ROW),
    "plan.drop_line": (CHIEFS, ROW),
    "plan.make_pool": (CHIEFS, ROW),
    "plan.draw_now": (CHIEFS, ROW),
    "plan.caps": (REGULATORS, None),
    "plan.new_cap": (CHIEFS, None),
    "plan.create_cap": (CHIEFS, None),
    "plan.edit_cap": (CHIEFS, ROW),
    "plan.change_cap": (CHIEFS, ROW),
    "plan.remove_cap": (CHIEFS, ROW),
    "plan.publish_caps": (CHIEFS, None),
    "plan.copy_caps": (CHIEFS, None),
    "plan.exemptions": (REGULATORS, None),
    "plan.new_exemption": (CHIEFS, None),
    "plan.add_exemption": (CHIEFS, None),
    "plan.end_exemption": (CHIEFS, None),
    "plan.avoidances": (CHIEFS, None),
    "plan.new_avoidance": (CHIEFS, None),
    "plan.record_avoidance": (CHIEFS, None),
    "plan.end_avoidance": (CHIEFS, ROW),
    "risk.index": (PACKAGE_READERS, None),
    "risk.export": (PACKAGE_READERS, None),
    "risk.board": (PACKAGE_READERS, ROW),
    "risk.board_paper": (PACKAGE_READERS, ROW),
    "risk.card": (PACKAGE_READERS, ROW),
    "risk.detail": (PACKAGE_READERS, ROW),
    "risk.plans": (PACKAGE_READERS, ROW),
    "risk.plan": (PACKAGE_READERS, ROW),
    "risk.plan_picture": (PACKAGE_READERS, ROW),
    "risk.plan_paper": (PACKAGE_READERS, ROW),
    "risk.rule_tables": (PACKAGE_READERS, None),
    "risk.rule_table": (PACKAGE_READERS, None),
    "risk.preview_table": (LAW_CHANGERS, None),
    "risk.save_table": (LAW_CHANGERS, None),
    "risk.new": (SIDES, ROW),
    "risk.create": (SIDES, ROW),
    "risk.edit": (SIDES, ROW),
    "risk.change": (SIDES, ROW),
    "risk.assess": (SIDES, ROW),
    "risk.assess_now": (SIDES, ROW),
    "risk.add_control": (SIDES, ROW),
    "risk.remove_control": (SIDES, ROW),
    "risk.file": (SIDES, ROW),
    "risk.comment": (SIDES, ROW),
    "risk.retire": (SIDES, ROW),
    "risk.restore": (SIDES, ROW),
    "risk.ask_review": (SIDES, ROW),
    "risk.add_plan": (SIDES, ROW),
    "risk.rename_plan": (SIDES, ROW),
    "risk.replace_plan": (SIDES, ROW),
    "risk.retire_plan": (SIDES, ROW),
    "risk.draw": (SIDES, ROW),
    "risk.add_area": (SIDES, ROW),
    "risk.area": (SIDES, ROW),
    "risk.change_area": (SIDES, ROW),
    "risk.remove_area": (SIDES, ROW),
    "risk.confirm": (OFFICERS, ROW),
    "risk.send_back": (OFFICERS, ROW),
    "report.index": (PACKAGE_READERS, None),
    "report.detail": (PACKAGE_READERS, ROW),
    "report.file": (PACKAGE_READERS, ROW),
    "report.progress": (PACKAGE_READERS, ROW),
    "report.state": (PACKAGE_READERS, ROW),
    "report.make": (SIDES | ADMIN, None),
    "report.make_now": (SIDES | ADMIN, None),
    "escalation.index": (REGULATORS, None),
    "escalation.export": (REGULATORS, None),
    "escalation.ladder": (REGULATORS, None),
    "escalation.preview": (REGULATORS, None),
    "escalation.step": (REGULATORS, REGULATORS),
    "escalation.log": (REGULATORS, None),
    "escalation.export_log": (REGULATORS, None),
    "escalation.set_hours": (LAW_CHANGERS, None),
    "escalation.new": (LAW_CHANGERS, None),
    "escalation.new_now": (LAW_CHANGERS, None),
    "escalation.change": (LAW_CHANGERS, REGULATORS),
    "escalation.end": (LAW_CHANGERS, REGULATORS),
    "hazard.assignment_rules": (LAW_CHANGERS, None),
    "hazard.new_assignment_rule": (LAW_CHANGERS, None),
    "hazard.add_assignment_rule": (LAW_CHANGERS, None),
    "hazard.assignment_rule": (LAW_CHANGERS, ROW),
    "hazard.change_assignment_rule": (LAW_CHANGERS, ROW),
    "people.index": (PACKAGE_READERS, None),
    "people.export": (PACKAGE_READERS, None),
    "people.full_export": (SIDES, None),
    "people.full_export_now": (SIDES, None),
    "people.new": (SIDES, ROW),
    "people.create": (SIDES, ROW),
    "people.edit": (SIDES, ROW),
    "people.change": (SIDES, ROW),
    "people.detail": (PACKAGE_READERS, ROW),
    "people.reveal": (SIDES, ROW),
    "people.add_post": (SIDES, ROW),
    "people.end_post": (SIDES, ROW),
    "people.leave": (SIDES, ROW),
    "people.back": (SIDES, ROW),
    "people.own": (EVERYBODY, None),
    "people.training_record": (PACKAGE_READERS, ROW),
    # The record of the plant is linked to the worker's account.
    "people.own_training_record": (EVERYBODY, {"worker"}),
    "people.certificates": (PACKAGE_READERS, None),
    "people.certificate_export": (PACKAGE_READERS, None),
    "people.new_certificate": (SIDES, ROW),
    "people.create_certificate": (SIDES, ROW),
    "people.certificate": (PACKAGE_READERS, ROW),
    "people.edit_certificate": (SIDES, ROW),
    "people.change_certificate": (SIDES, ROW),
    "people.renew": (SIDES, ROW),
    "people.renew_now": (SIDES, ROW),
    "people.review": (SIDES, ROW),
    "people.revoke": (SIDES, ROW),
    "people.add_certificate_files": (SIDES, ROW),
    "people.certificate_file": (SIDES, ROW),
    "people.sessions": (PACKAGE_READERS, None),
    "people.session_export": (PACKAGE_READERS, None),
    "people.new_session": (SIDES, ROW),
    "people.create_session": (SIDES, ROW),
    "people.edit_session": (SIDES, ROW),
    "people.change_session": (SIDES, ROW),
    "people.session": (PACKAGE_READERS, ROW),
    "people.add_participants": (SIDES, ROW),
    "people.paste": (SIDES, ROW),
    "people.results": (SIDES, ROW),
    "people.remove_participant": (SIDES, ROW),
    "people.record_session": (SIDES, ROW),
    "people.void_session": (SIDES, ROW),
    "people.add_session_files": (SIDES, ROW),
    "people.session_file": (SIDES, ROW),
    "people.hours": (PACKAGE_READERS, None),
    "people.hours_export": (PACKAGE_READERS, None),
    "people.staffing": (PACKAGE_READERS, None),
    "people.staffing_export": (PACKAGE_READERS, None),
    "people.explain": (PACKAGE_READERS, ROW),
    "people.settle_sector": (SIDES, ROW),
    "people.rule_list": (PACKAGE_READERS, None),
    "people.rule": (PACKAGE_READERS, None),
    "people.new_rule": (CHIEFS | ADMIN, None),
    "people.create_rule": (CHIEFS | ADMIN, None),
    "people.new_rule_version": (CHIEFS | ADMIN, None),
    "people.create_rule_version": (CHIEFS | ADMIN, None),
    "people.discard_rule": (CHIEFS | ADMIN, None),
    "statute.index": (LAW_READERS, None),
    "statute.criteria": (LAW_READERS, None),
    "statute.history": (LAW_READERS, None),
    "statute.holidays": (LAW_READERS, None),
    "statute.year_file": (LAW_READERS, None),
    "statute.calculator": (LAW_READERS, None),
    "statute.changes": (LAW_READERS, None),
    "statute.change": (LAW_READERS, LAW_READERS),
    "statute.new": (LAW_CHANGERS, None),
    "statute.new_now": (LAW_CHANGERS, None),
    "statute.draft": (LAW_CHANGERS, None),
    "statute.draft_now": (LAW_CHANGERS, None),
    "statute.edit": (LAW_CHANGERS, LAW_READERS),
    "statute.edit_now": (LAW_CHANGERS, LAW_READERS),
    "statute.import_year": (LAW_CHANGERS, None),
    "statute.import_year_now": (LAW_CHANGERS, None),
    "statute.templates": (LAW_READERS, None),
    "statute.paper": (LAW_READERS, None),
    "statute.paper_preview": (LAW_READERS, None),
    # The change of the world is one of a time limit: it has no paper to show.
    "statute.change_preview": (LAW_READERS, set()),
    "statute.draft_paper": (LAW_CHANGERS, None),
    "statute.draft_paper_now": (LAW_CHANGERS, None),
    "statute.edit_paper": (LAW_CHANGERS, set()),
    "statute.edit_paper_now": (LAW_CHANGERS, set()),
    "statute.propose": (LAW_CHANGERS, LAW_READERS),
    "statute.withdraw": (LAW_CHANGERS, LAW_READERS),
    "statute.approve": (LAW_CHANGERS, LAW_READERS),
    "statute.reject": (LAW_CHANGERS, LAW_READERS),
    "desk.index": (REVIEWERS, None),
    "desk.show": (REVIEWERS, ROW),
    "desk.ahead": (REVIEWERS, None),
    "desk.viewing": (REVIEWERS, ROW),
    "desk.confirm": (REVIEWERS, ROW),
    "desk.reject": (REVIEWERS, ROW),
    "desk.originals": (REVIEWERS, ROW),
    "desk.duplicate": (REVIEWERS, ROW),
    "desk_grid.grid": (REVIEWERS, None),
    "desk_grid.bulk": (REVIEWERS, None),
    "opinion.new": (REVIEWERS, ROW),
    "opinion.ask": (REVIEWERS, ROW),
    "opinion.answer": (REVIEWERS, ROW - MANAGERS),
    "opinion.withdraw": (REVIEWERS, ROW - MANAGERS),
    "detector.index": (MODEL_READERS, None),
    "detector.new": (ADMIN, None),
    "detector.create": (ADMIN, None),
    "detector.detail": (MODEL_READERS, None),
    "detector.roll_back": (ADMIN, None),
    "detector.withdraw": (ADMIN, None),
    "detector.reconsider": (ADMIN, None),
    "dataset.index": (ADMIN, None),
    "dataset.new": (ADMIN, None),
    "dataset.create": (ADMIN, None),
    "dataset.detail": (ADMIN, None),
    "dataset.state": (ADMIN, None),
    "dataset.file": (ADMIN, None),
    "dataset.cancel": (ADMIN, None),
    "dataset.discard": (ADMIN, None),
    "canary.index": (MODEL_READERS, None),
    "canary.new": (ADMIN, None),
    "canary.create": (ADMIN, None),
    "canary.detail": (MODEL_READERS, None),
    "canary.promote": (ADMIN, None),
    "canary.roll_back": (ADMIN, None),
    "video_policy.index": (ADMIN, None),
    "video_policy.edit": (ADMIN, None),
    "video_policy.change": (ADMIN, None),
    "video_policy.remove": (ADMIN, None),
    "video.index": (READERS, None),
    "video.detail": (READERS, ROW),
    "media.file": (READERS, ROW),
    "media.copy": (REVIEWERS, ROW),
    # A copy is of who asked for it.
    "media.copy_page": (REVIEWERS, {"video_operator"}),
    "media.copy_state": (REVIEWERS, {"video_operator"}),
    "media.copy_file": (REVIEWERS, {"video_operator"}),
    "media.original": (OFFICERS, ROW),
    "evidence.detail": (READERS, ROW),
    "evidence.hold": (OFFICERS, ROW),
    "evidence.release": (OFFICERS, ROW),
    "evidence.holds_index": (READERS, None),
    "video.confirm": (SIDES | {"video_operator"}, ROW),
    "video.reject": (SIDES | {"video_operator"}, ROW),
    "video.duplicate": (SIDES | {"video_operator"}, ROW),
    "video.take_apart": (SIDES | {"video_operator"}, ROW),
}
PUBLIC = {
    "invitation.accept",
    "invitation.accept_now",
    "account.sign_in",
    "commitment.shown",
    "account.sign_in_now",
    "account.set_language",
    "home.healthz",
    "registration.regions",
    "registration.apply",
    "registration.apply_now",
    "registration.receipt",
    "registration.follow",
    "registration.follow_now",
    "registration.mend",
    "registration.mend_now",
    "inspection.site_worker",
    "selfcheck.walk_worker",
    "static",
}
MACHINE = {
    "vision_api.config",
    "vision_api.heartbeat",
    "vision_api.violations",
    "vision_api.several_violations",
    "vision_api.evidence",
    "vision_api.lease",
    "vision_models.file",
    "vision_jobs.work",
    "vision_jobs.source",
    "vision_jobs.file",
    "vision_jobs.result",
    "vision_jobs.live",
}
WORDS = {
    "key": {"enterprise.tab": "hazards"},
    "table": {
        **dict.fromkeys(("people.rule_list", "people.new_rule", "people.create_rule"), "post"),
        **dict.fromkeys(("month.detail", "month.ask"), "violation"),
    },
    "kind": {
        "casefile.paper": "pdf",
        "channel.new": "mail",
        "channel.create": "webhook",
        "enterprise_code.picture": "svg",
        "video_policy.edit": "helmet_missing",
        "video_policy.change": "helmet_missing",
        "report.file": "xlsx",
        "live.export_figures": "xlsx",
        "dossier.file": "pdf",
        **dict.fromkeys(
            (
                "statute.history",
                "statute.new",
                "statute.new_now",
                "statute.draft",
                "statute.draft_now",
            ),
            "rule",
        ),
    },
    "code": {
        **dict.fromkeys(("statute.history", "statute.draft", "statute.draft_now"), "RECHECK"),
        **dict.fromkeys(("document.kind", "document.new_kind", "document.create_kind"), "RULES"),
        **dict.fromkeys(("risk.rule_table", "risk.preview_table", "risk.save_table"), "ls"),
        **dict.fromkeys(
            ("statute.paper", "statute.draft_paper", "statute.draft_paper_now"), "RECTIFY_ORDER"
        ),
    },
    # Of nobody: a real one would let who asks into another enterprise.
    "token": {"invitation.join": "a" * 43},
    "template_id": 1,
    "province": 33,
    "year": 2026,
    "way": "up",
    "origin": "renewal",
    "word": "facts",
    "part": "legal",
    "ending": {
        "plan.paper": "xlsx",
        "statute.year_file": "xlsx",
        "inspection.checklist_file": "xlsx",
        "inspection.paper": "pdf",
        "order.paper": "pdf",
        "order.letter": "docx",
    },
    "event_id": "ev-1",
    "name": dict.fromkeys(("month.detail", "month.ask"), "0001"),
    "drop_id": "99999",
    "uid": dict.fromkeys(
        ("vision_jobs.source", "vision_jobs.file", "vision_jobs.result"), "a" * 32
    ),
    "camera_uid": "cam-1",
    "sha256": "a" * 64,
}


def test_no_endpoint_is_forgotten(app):
    known = set(MATRIX) | PUBLIC | MACHINE
    assert set(app.view_functions) == known, "a new endpoint needs its row in MATRIX"


@pytest.fixture
def far(world):
    return world.far


@pytest.fixture
def near(world):
    return world.near


# What an address answers nothing without.
QUERIES = {"enterprise.regions": "?parent=33", "atlas.data": WINDOW}


def address(rule, ids):
    """The rule's path with ids from ``ids`` and the words of :data:`WORDS`."""
    path = rule.rule
    for name in rule.arguments:
        word = WORDS.get(name)
        value = word.get(rule.endpoint) if isinstance(word, dict) else word
        own = ids.get(f"{rule.endpoint.partition('.')[0]}.{name}")
        path = re.sub(rf"<[^<>]*:{name}>", str(value or own or ids[name]), path)
    return path + QUERIES.get(rule.endpoint, "")


def send(client, rule, path, **kwargs):
    method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
    return client.open(path, method=method, **kwargs)


def outcome(answer):
    if answer.status_code in {301, 302} and "/account/sign-in" in answer.location:
        return "sign in"
    return {401: "sign in", 403: "forbidden", 404: "not found"}.get(answer.status_code, "in")


def expected(who, holders, seers):
    if who not in holders:
        return "forbidden"
    return "in" if seers is None or who in seers else "not found"


def readable(answer):
    """The bytes that a reader gets, a workbook's parts unpacked."""
    if "spreadsheetml" in answer.mimetype:
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return b"".join(book.read(name) for name in book.namelist())
    return answer.data


class Doors:
    """Clients signed in once each; a page that ends sessions makes everybody sign in again."""

    def __init__(self, pages):
        self.pages, self.known = pages, {}

    def ask(self, who, rule, path, **kwargs):
        if who not in self.known:
            self.known[who] = self.pages.as_(who).get_cookie("session").value
        client = self.pages.app.test_client()
        client.set_cookie("session", self.known[who])
        answer = send(client, rule, path, **kwargs)
        if rule.endpoint.startswith("account."):
            self.known.clear()
        db.session.rollback()
        return answer


def is_asked(who, rule):
    """Everybody is, on the first database.

    Who may do what is decided before the database is asked. On the second one it is enough that
    each page runs, for both sides where both get in, and once for a row that is not found.
    """
    if db.engine.dialect.name == "sqlite":
        return True
    holders, seers = MATRIX[rule.endpoint]
    kinds = {(expected(w, holders, seers), w in OFFICERS, w in MANAGERS): w for w in PEOPLE}
    return who in {w for (want, *_sides), w in kinds.items() if want != "forbidden"}


SECRETS = (b"secret-word", URL.encode(), b"$argon2", PASSWORD.encode())


# Inside, a guard may still say no in words (the other side's step, a settled state).
GUARDED = (
    "invitation.",
    "hazard.",
    "people.",
    "roll.",
    "account.",
    "statute.",
    "inspection.",
    "order.",
    "plan.",
    "casefile.",
    "licence.",
    "chemical.",
    "commitment.",
    "dutylist.",
    "detector.",
    "canary.",
)
# Ends sessions or the code's worth, takes a row away: the others come before.
LAST = {
    "enterprise.delete_filter": 1,
    "inspection.remove_item": 1,
    "selfcheck.remove_item": 1,
    "selfcheck.discard_list": 2,
    "inspection.discard_checklist": 2,
    "enterprise_code.issue": 3,
    "account.deactivate": 3,
    "account.reset_password": 4,
    "account.reactivate": 5,
}


@pytest.fixture
def addresses(app, cast, near, far, stage):
    """Each endpoint of the matrix with its address, in an order that leaves the next its rows."""

    def the_rest():
        return {
            "account_id": cast.accounts["worker"],
            "item_id": tell(cast, "district_officer"),
            "enterprise_code.token": gate_code(cast),
            "change_id": proposed_change(cast, "section_chief"),
            **make_channel(),
        }

    ids = near.ids | stage.play("world and the rest", the_rest, upon=World.SCENE)
    rules = [r for r in app.url_map.iter_rules() if r.endpoint in MATRIX]
    rules.sort(key=lambda r: LAST.get(r.endpoint, 0))
    return [(rule, address(rule, ids)) for rule in rules]


@pytest.mark.parametrize("by", ["nobody", "node"])
def test_whoever_is_not_signed_in_is_sent_there_from_everywhere(pages, near, addresses, by):
    token = {"headers": {"Authorization": f"Bearer {near.node.token}"}}
    doors, kwargs = Doors(pages), token if by == "node" else {}
    # No row is read for that: the second database is asked for a part of them.
    asked = addresses if db.engine.dialect.name == "sqlite" else addresses[::20]
    got = {rule.endpoint: outcome(doors.ask(None, rule, path, **kwargs)) for rule, path in asked}
    assert {endpoint: seen for endpoint, seen in got.items() if seen != "sign in"} == {}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_gets_in_where(pages, addresses, who):
    """Everybody goes through a world of their own: what gets in may change the row."""
    wrong, leaks, doors = [], [], Doors(pages)
    for rule, path in addresses:
        if not is_asked(who, rule):
            continue
        answer = doors.ask(who, rule, path)
        want = expected(who, *MATRIX[rule.endpoint])
        said_no = (
            answer.status_code == 403
            and "POST" in rule.methods
            and want == "in"
            and rule.endpoint.startswith(GUARDED)
        )
        # Signing out leads there too.
        want = "sign in" if rule.endpoint == "account.sign_out" else want
        if outcome(answer) != want and not said_no:
            wrong.append((rule.endpoint, answer.status_code, want))
        body = readable(answer)
        if FAR.encode() in body and who not in SEES_FAR:
            leaks.append((rule.endpoint, "the far plant"))
        leaks += [(rule.endpoint, s) for s in SECRETS if s in body]
    assert wrong == []
    assert leaks == []


@pytest.mark.parametrize("who", ["administrator", "district_officer", None])
def test_no_person_speaks_as_a_machine(app, pages, near, who):
    for rule in (r for r in app.url_map.iter_rules() if r.endpoint in MACHINE):
        answer = send(pages.as_(who), rule, address(rule, near.ids))
        assert answer.status_code == 401, rule.endpoint


def test_a_row_of_another_record_is_not_found_under_this_one(pages, cast, near, far):
    """Both are visible to the city's officer; the address must still fit together."""
    city = pages.as_("city_officer")
    crossed = f"/hazards/{near.hazard_id}/files/{far.file_id}"
    assert city.get(crossed).status_code == 404
    assert city.get(f"/hazards/{far.hazard_id}/files/{far.file_id}").status_code == 200
    for verb, data in (
        ("grant", {"granted_due_on": "2030-01-01", "note": "x"}),
        ("refuse", {"note": "x"}),
    ):
        answer = city.post(
            f"/hazards/{near.hazard_id}/extensions/{far.extension_id}/{verb}", data=data
        )
        assert answer.status_code == 404
    revoke = f"/video/nodes/{near.node.id}/tokens/{far.node.token_id}/revoke"
    assert pages.as_("administrator").post(revoke).status_code == 404
    assert far.node.call("GET", "/config").status_code == 200


def test_a_duplicate_cannot_point_to_what_one_does_not_see(pages, cast, near, far):
    answer = pages.as_("plant_manager").post(
        f"/video/{near.violation_id}/duplicate", data={"original": far.violation_id}
    )
    assert answer.status_code == 422
    assert FAR.encode() not in answer.data


def test_filters_by_ids_of_others_show_nothing_of_them(pages, cast, near, far):
    asked = {"enterprise": far.enterprise_id, "camera": far.camera_id, "region": "330113"}
    for who in ("district_officer", "plant_manager", "video_operator"):
        for url in (
            "/hazards/",
            "/listings/",
            "/video/",
            "/video/cameras/",
            "/reports/",
            "/hazards/export.xlsx",
        ):
            for name, value in asked.items():
                answer = pages.as_(who).get(url, query_string={name: value, "status": ""})
                assert FAR.encode() not in readable(answer), f"{who} {url} {name}"


def test_messages_of_refusal_do_not_tell_of_others(pages, cast, far):
    month = "2026-10"
    answer = pages.as_("district_officer").post(
        "/reports/make", data={"month": month, "enterprise": FAR}
    )
    assert answer.status_code == 422
    assert b"Works" not in answer.data
    answer = pages.as_("district_officer").post(
        f"/enterprises/{cast.plant_id}/edit",
        data={"officer_id": cast.accounts["other_district"], "row_version": 1},
    )
    assert answer.status_code == 422
    assert b"Other District" not in answer.data
