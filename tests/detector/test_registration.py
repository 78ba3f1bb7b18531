"""What is taken into the registry, and what is refused before a byte of it is kept."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from dataclasses import replace

import pytest

from supervision.core import attachments, clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.detector import keeping, queries, registration, service, shipped
from supervision.detector.onnx_file import check_onnx
from supervision.detector.workflow import DetectorState
from tests.factories.models import (
    CLASSES,
    _part,
    a_candidate,
    a_card,
    card_file,
    model,
    onnx_bytes,
    promoted,
    seeded,
)
from vision import contract
from vision.models import DEFAULT_MODEL, check

S = DetectorState


def _zip() -> bytes:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as made:
        made.writestr("archive/data.pkl", b"\x80\x02}.")
    return book.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (_zip(), "PyTorch"),
        (pickle.dumps({"model": 1}), "PyTorch"),
        (b"", "no ONNX"),
        (b"<html>not found</html>", "no ONNX"),
        (onnx_bytes()[:-3], "no ONNX"),
        (b"\x08\x08", "no ONNX"),
        (onnx_bytes(external=True), "another file"),
    ],
)
def test_only_onnx_in_one_piece_is_read_as_weights(data, words):
    with pytest.raises(InvalidInput, match=words) as refused:
        check_onnx(io.BytesIO(data))
    assert refused.value.field == "weights"


def test_the_class_names_are_read_from_the_file_itself():
    assert check_onnx(io.BytesIO(onnx_bytes())) == CLASSES
    assert check_onnx(io.BytesIO(onnx_bytes(names=None))) == ()


@pytest.mark.parametrize("told", ["{[]: 1}", "{0: 'a', (): 'b'}", "-" * 90_000 + "1", "[1, 2"])
def test_class_names_that_nobody_can_read_are_none(told):
    graph = _part(7, _part(2, b"graph"))
    entry = _part(14, _part(1, b"names") + _part(2, told.encode()))
    assert check_onnx(io.BytesIO(b"\x08\x08" + graph + entry)) == ()


def test_weights_become_a_candidate_with_their_bytes_under_their_hash(app):
    found = model(a_candidate())
    assert (found.status, found.label) == (S.CANDIDATE, "site-safety 2")
    with attachments.storage().open(found.sha256) as kept:
        assert kept.read() == onnx_bytes("2")
    assert found.model_card.metrics[0].per_class[0].false_alarms == 4
    assert [step.action for step in queries.steps_of(found)] == ["register"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"sha256": "b" * 64}, "weights", "b" * 64),
        ({"size": 5}, "weights", "says 5"),
        ({"classes": ("person",)}, "card", "helmet"),
    ],
)
def test_a_card_that_says_something_else_than_the_file_is_refused_with_both(
    app, changes, field, words
):
    data = onnx_bytes("never kept")
    own = a_card(data)
    with pytest.raises(InvalidInput, match=words) as refused, transaction():
        registration.register(SYSTEM, a_card(data, **changes), io.BytesIO(data))
    assert refused.value.field == field
    if "sha256" in changes:
        assert own.sha256 in str(refused.value)
    assert not attachments.storage().exists(own.sha256)
    assert queries.by_sha256(own.sha256) is None


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"licence": " "}, "licence"),
        ({"training_data": ""}, "training_data"),
        ({"classes": []}, ""),
    ],
)
def test_a_card_that_leaves_out_what_people_must_know_is_refused(changes, place):
    plain = contract.to_json(a_card(onnx_bytes())) | changes
    with pytest.raises(InvalidInput, match=place or "classes"):
        registration.read_card(card_file(plain))
    with pytest.raises(InvalidInput, match="JSON"):
        registration.read_card(io.BytesIO(b"{"))


def test_the_same_weights_or_the_same_name_are_not_registered_twice(app):
    a_candidate("2", "one")
    with pytest.raises(InvalidInput, match="registered already"):
        a_candidate("3", "one")
    with pytest.raises(InvalidInput, match="exists already with other weights"):
        a_candidate("2", "other")


def test_whoever_may_not_administer_models_registers_none(app, cast):
    data = onnx_bytes()
    with pytest.raises(Forbidden), transaction():
        registration.register(cast["section_chief"], a_card(data), io.BytesIO(data))


def test_the_weights_of_the_workers_are_the_first_default_and_stay_what_they_are(app):
    first = model(seeded())
    assert (first.status, first.is_built_in, first.told_sha256) == (S.ACTIVE, True, "")
    assert first.size == DEFAULT_MODEL.stat().st_size
    later = promoted()
    seeded()
    assert queries.active().id == later, "loading the reference data again rolls nothing back"


def older(status: S) -> int:
    """The row of an installation that had the weights before."""
    with transaction():
        row = registration.row_of(replace(shipped.card(), version="0.9", sha256="0" * 64))
        row.is_built_in, row.status = True, status
        row.activated_at = row.uploaded_at = clock.now()
        row.uploaded_by_id, row.uploaded_by = SYSTEM.id, SYSTEM.name
        db.session.add(row)
        db.session.flush()
        return row.id


def test_newer_weights_of_the_workers_take_the_place_of_the_older(app):
    before, now = older(S.ACTIVE), seeded()
    assert [model(i).status for i in (before, now)] == [S.RETIRED, S.ACTIVE]
    assert model(now).previous_id is None, "no roll back leads to a file that no worker has"
    assert model(now).sha256 == check(DEFAULT_MODEL).ref.sha256
    assert seeded() == now


def test_newer_weights_of_the_workers_leave_what_was_promoted(app):
    older(S.RETIRED)
    chosen = promoted()
    seeded()
    assert queries.active().id == chosen
    assert queries.by_sha256(shipped.card().sha256).status is S.RETIRED


def test_a_promotion_keeps_what_was_there_and_a_roll_back_brings_it_back(app):
    built_in, second = seeded(), promoted("2")
    third = promoted("3")
    assert [model(i).status for i in (built_in, second, third)] == [S.RETIRED, S.RETIRED, S.ACTIVE]
    with transaction():
        service.roll_back(model(third), SYSTEM, note="too many false alarms")
    assert queries.active().id == second
    with transaction():
        service.roll_back(model(second), SYSTEM)
    assert queries.active().id == built_in, "further back, not forward to what was just left"
    with pytest.raises(Conflict), transaction():
        service.roll_back(model(built_in), SYSTEM)


def test_what_was_taken_up_again_is_no_hole_in_the_way_back(app):
    seeded()
    second, third, fourth = (promoted(str(n)) for n in (2, 3, 4))
    with pytest.raises(Conflict, match="roll back instead"), transaction():
        service.reconsider(model(third), SYSTEM)
    with transaction():
        service.reconsider(model(second), SYSTEM)
    for ident, leads_to in ((fourth, third), (third, second)):
        with transaction():
            service.roll_back(model(ident), SYSTEM)
        assert queries.active().id == leads_to


def test_who_promotes_after_another_did_is_told_so(app):
    first = seeded()
    second = a_candidate("2")
    third = a_candidate("3")
    for one in (second, third):
        with transaction():
            service.begin_trial(model(one), SYSTEM, note="")
    with transaction():
        service.promote(model(second), SYSTEM, seen_active_id=first)
    with pytest.raises(Conflict, match="meanwhile"), transaction():
        service.promote(model(third), SYSTEM, seen_active_id=first)
    assert queries.active().id == second


def test_what_is_withdrawn_says_why_and_may_be_reconsidered(app):
    ident = a_candidate()
    with pytest.raises(InvalidInput), transaction():
        service.withdraw(model(ident), SYSTEM, reason="")
    with transaction():
        service.withdraw(model(ident), SYSTEM, reason="trained on the test set")
    assert model(ident).withdrawn_reason == "trained on the test set"
    with transaction():
        service.reconsider(model(ident), SYSTEM)
    assert model(ident).status is S.CANDIDATE


def test_damaged_bytes_are_noticed_and_the_same_file_mends_them(app):
    ident = a_candidate()
    found = model(ident)
    assert keeping.is_as_registered(found)
    attachments.storage().path(found.sha256).write_bytes(b"other bytes")
    assert not keeping.is_as_registered(found)
    with transaction():
        service.tell_of_damage(model(ident))
    with pytest.raises(Forbidden, match="Register the same file"), transaction():
        service.begin_trial(model(ident), SYSTEM, note="")
    assert a_candidate() == ident
    assert keeping.is_as_registered(model(ident))
    assert model(ident).damaged_at is None


def test_the_command_line_registers_a_folder_and_says_what_it_refuses(app, tmp_path):
    data = onnx_bytes()
    (tmp_path / "model.onnx").write_bytes(data)
    plain = contract.to_json(a_card(data))
    (tmp_path / "card.json").write_text(json.dumps(plain | {"sha256": "c" * 64}))
    run = app.test_cli_runner().invoke(args=["detector", "register", str(tmp_path)])
    assert (run.exit_code, "weights: " in run.output, "c" * 64 in run.output) == (1, True, True)
    (tmp_path / "card.json").write_text(json.dumps(plain))
    run = app.test_cli_runner().invoke(args=["detector", "register", str(tmp_path)])
    assert run.exit_code == 0, run.output
    found = queries.by_sha256(plain["sha256"])
    assert found.status is S.CANDIDATE
    path = attachments.storage().path(found.sha256)
    db.session.rollback()
    assert app.test_cli_runner().invoke(args=["detector", "verify"]).exit_code == 0
    path.write_bytes(b"other")
    run = app.test_cli_runner().invoke(args=["detector", "verify"])
    assert (run.exit_code, plain["sha256"] in run.output) == (1, True)
    assert queries.by_sha256(plain["sha256"]).damaged_at is not None
    db.session.rollback()
