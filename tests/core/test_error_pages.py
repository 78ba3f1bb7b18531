"""Each error says what happened and what to do next, in the reader's language."""

import re

import pytest
from flask import g, render_template, session

from supervision.factory import create_app, throwaway_settings
from tests.pages import error_text

PAGES = ["403", "404", "409", "413", "422", "429", "500", "csrf"]


@pytest.fixture(scope="module")
def strict_app(tmp_path_factory):
    """The application as in production: forms need their token."""
    folder = tmp_path_factory.mktemp("strict")
    return create_app(
        throwaway_settings(database_url=f"sqlite:///{folder}/t.db", storage_dir=folder / "storage")
    )


def show(app, page, language, **context):
    with app.test_request_context("/somewhere"):
        session["language"], g.actor = language, None
        return render_template(f"errors/{page}.html", **context)


@pytest.mark.parametrize("page", PAGES)
def test_an_error_page_has_a_heading_a_next_step_and_a_way_out(strict_app, page):
    text = show(strict_app, page, "en", message=None)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert heading
    assert heading[1].strip()
    assert re.search(r'<ul class="next">\s*<li>', text)
    assert 'href="/"' in text


@pytest.mark.parametrize("page", PAGES)
def test_an_error_page_speaks_chinese(strict_app, page):
    page_text = show(strict_app, page, "zh_Hans_CN", message=None)
    main = re.search(r"<main[^>]*>(.*)</main>", page_text, re.DOTALL)[1]
    words = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", main, flags=re.DOTALL)
    assert not re.search(r"[A-Za-z]{3,}", words), words


def test_what_the_slice_says_replaces_the_general_reason(strict_app):
    text = show(strict_app, "409", "en", message="The ticket is closed <b>already</b>.")
    assert "The ticket is closed &lt;b&gt;already&lt;/b&gt;." in text
    assert "was changed after you opened it" not in text


def test_a_form_without_its_token_is_told_to_reload(strict_app):
    answer = strict_app.test_client().post("/account/sign-in", data={"username": "x"})
    assert answer.status_code == 400
    assert "<li>" in answer.text
    assert "csrf" not in error_text(answer).lower()


def test_a_page_has_no_inline_script_and_names_its_files_by_content(strict_app):
    text = show(strict_app, "404", "en", message=None)
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert not re.search(r"\son[a-z]+=", text)
    assert re.search(r"css/app\.css\?v=[0-9a-f]{12}", text)
