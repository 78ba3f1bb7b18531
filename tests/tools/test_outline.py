"""The client that checks every page it loads does find what no page may have."""

from __future__ import annotations

import pytest

from tests.pages import _Outline

GOOD = (
    '<!doctype html><html lang="en"><head><script src="/a.js"></script></head><body><!-- <h1> -->'
    '<h1 id="top">A &gt; B</h1><label for="q">Q</label><input id="q" name="q"><br>'
    "<label>In <select name='x'><option value=\"a > b\">a</option></select></label>"
    '<img src="/p.png" alt=""><svg><use href="#i"/></svg><input type="hidden" name="h">{}</body></html>'
)


def verdict(more: str, page: str = GOOD) -> list[str]:
    outline = _Outline()
    outline.feed(page.format(more))
    return outline.verdict()


def test_a_good_page_has_no_problem():
    assert verdict("") == []


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("<h1>Again</h1>", "2 first headings"),
        ('<p id="top"></p>', "ids twice: ['top']"),
        ("<script>alert('<h1>')</script>", "an inline script, which the content policy refuses"),
        ('<img src="/p.png">', "a picture without alt"),
        ('<a href="/" ONCLICK=go()>x</a>', "an inline handler onclick"),
        ('<a href="https://evil.example">x</a>', "href leaves the site: https://evil.example"),
        ("<a title='\">' href=//evil.example>x</a>", "href leaves the site: //evil.example"),
        ("</div>", "</div> without its beginning"),
        ("<div/></div>", "</div> without its beginning"),
        ('<textarea name="t"></textarea>', "textarea t has no label"),
        ('<input id="other" name="o"/>', "input o has no label"),
    ],
)
def test_a_problem_of_a_page_is_found(more, problem):
    assert verdict(more) == [problem]


def test_a_page_without_language_and_heading_is_told():
    assert verdict("", "<html><body></body></html>") == ["no language", "0 first headings"]
