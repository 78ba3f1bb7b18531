"""The catalogue tool, on a small project of its own."""

import json

import pytest
from babel.messages.mofile import write_mo
from babel.support import Translations

from tools import catalogue

VIEW = """
from flask_babel import gettext as _, lazy_gettext, ngettext

TITLE = lazy_gettext("Hazards")
def page(n): return _("%(name)s closed it.", name="x"), ngettext("%(num)s day", "%(num)s days", n)
"""
COMPLETE = {
    "Hazards": "隐患",
    "%(name)s closed it.": "%(name)s已销号。",
    "%(num)s day": "%(num)s 天",
    "Photo": "照片",
}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "supervision").mkdir()
    (tmp_path / "supervision/views.py").write_text(VIEW)
    (tmp_path / "templates/_components").mkdir(parents=True)
    (tmp_path / "templates/_components/photo.html").write_text('{{ _("Photo") }}')
    return tmp_path


@pytest.fixture
def run(project):
    def run(*arguments):
        return catalogue.main([str(a) for a in arguments], root=project)

    return run


@pytest.fixture
def translate(project, run):
    def translate(texts):
        file = project / "zh.json"
        file.write_text(json.dumps(texts))
        return run("fill", file)

    return translate


def held(project):
    return catalogue.load(project / catalogue.CATALOGUE)


def test_texts_are_found_in_code_and_in_components(project, run):
    assert run("extract") == 0
    assert set(catalogue.untranslated(held(project))) == set(COMPLETE)


def test_a_text_without_a_translation_is_named_and_fails(run, translate, capsys):
    translate({k: v for k, v in COMPLETE.items() if k != "Photo"})
    assert run("missing") == 1
    assert "no translation: 'Photo'" in capsys.readouterr().out


def test_a_complete_catalogue_passes_and_speaks_chinese(project, run, translate):
    translate(COMPLETE)
    assert run("missing") == 0
    mo = project / "messages.mo"
    with mo.open("wb") as file:
        write_mo(file, held(project))
    with mo.open("rb") as file:
        spoken = Translations(file)
    assert spoken.gettext("Hazards") == "隐患"
    assert spoken.ngettext("%(num)s day", "%(num)s days", 1) % {"num": 1} == "1 天"
    assert spoken.ngettext("%(num)s day", "%(num)s days", 5) % {"num": 5} == "5 天"


def test_a_new_text_in_the_source_is_missed_even_before_it_is_extracted(project, run, translate):
    translate(COMPLETE)
    (project / "templates/new.html").write_text('{{ _("Deadline") }}')
    assert run("missing") == 1


def test_a_translation_that_lost_its_placeholder_fails(run, translate, capsys):
    translate({**COMPLETE, "%(name)s closed it.": "%(who)s已销号。"})
    assert run("missing") == 1
    assert "wrong placeholder" in capsys.readouterr().out


def test_extracting_twice_changes_no_byte(project, run, translate):
    translate(COMPLETE)
    before = (project / catalogue.CATALOGUE).read_bytes()
    run("extract")
    assert (project / catalogue.CATALOGUE).read_bytes() == before
    assert b".py:" not in before


def test_a_text_that_vanishes_and_comes_back_keeps_its_translation(project, run, translate):
    translate(COMPLETE)
    (project / "supervision/views.py").write_text("")
    run("extract")
    assert held(project).get("Hazards") is None
    (project / "supervision/views.py").write_text(VIEW)
    run("extract")
    assert run("missing") == 0


def test_tidying_drops_what_nobody_asks_for(project, run, translate):
    translate(COMPLETE)
    (project / "supervision/views.py").write_text("")
    run("extract", "--tidy")
    assert "隐患" not in (project / catalogue.CATALOGUE).read_text("utf-8")


def test_a_translation_of_an_unknown_text_is_reported_and_left_out(project, translate, capsys):
    translate({**COMPLETE, "Hazrads": "隐患"})
    assert "'Hazrads'" in capsys.readouterr().out
    assert held(project).get("Hazrads") is None


@pytest.mark.parametrize("wrong", ["[]", '{"Photo": ""}', '{"Photo": 3}', "{"])
def test_a_broken_translations_file_is_refused_in_words(project, run, wrong, capsys):
    (project / "zh.json").write_text(wrong)
    assert run("fill", project / "zh.json") == 2
    assert capsys.readouterr().err
