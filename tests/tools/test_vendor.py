"""The step that puts the front-end files in place."""

import json
import re
from pathlib import Path

import pytest

from tools import vendor

ROOT = Path(__file__).resolve().parents[2]
ICON_CALL = re.compile(r"""\bicon\(\s*["']([a-z0-9-]+)["']""")
SHIPPED = vendor.icon_names((ROOT / "tools/icons.txt").read_text("utf-8"))


def test_the_lock_holds_no_download_address():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: row for name, row in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in row for row in packages.values())
    assert all(row["integrity"].startswith("sha512-") for row in packages.values())


def test_every_wanted_package_is_pinned_exactly():
    asked = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    assert all(re.fullmatch(r"(npm:[a-z]+@)?\d+\.\d+\.\d+", version) for version in asked.values())
    assert {want.package for want in vendor.WANTED} | {vendor.ICONS} == set(asked)


def test_a_sprite_keeps_the_drawing_and_drops_the_invisible_square():
    drawing = (
        '<svg class="icon">\n  <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n'
        '  <path d="M5 12l14 0" />\n</svg>'
    )
    made = vendor.sprite({"minus": drawing})
    assert '<symbol id="minus" viewBox="0 0 24 24"' in made
    assert '<path d="M5 12l14 0" />' in made
    assert "M0 0h24v24H0z" not in made


def test_something_that_is_no_svg_does_not_become_an_icon():
    with pytest.raises(vendor.VendorError, match="oops"):
        vendor.sprite({"oops": "404: Not Found"})


def test_comments_and_doubles_in_the_icon_list_are_left_out():
    assert vendor.icon_names("# a note\nuser\n\nbell\nuser\n") == ["bell", "user"]


def test_every_icon_that_a_template_draws_is_in_the_sprite():
    drawn = {
        name
        for page in (ROOT / "templates").rglob("*.html")
        for name in ICON_CALL.findall(page.read_text("utf-8"))
    }
    assert drawn
    assert drawn <= set(SHIPPED)


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose vendored files are in place and current."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/icons.txt").write_text("bell\n")
    (tmp_path / "package-lock.json").write_text("{}")
    built = tmp_path / "static/vendor"
    built.mkdir(parents=True)
    (built / "a.css").write_text("a{}")
    manifest = {"key": vendor.input_key(tmp_path), "files": {"a.css": {"path": "vendor/a.css"}}}
    (built / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def is_current(root):
    return vendor.is_current(root, root / "static/vendor/manifest.json")


def test_an_unchanged_checkout_is_not_built_again(checkout):
    assert is_current(checkout)


@pytest.mark.parametrize("changed", ["package-lock.json", "tools/icons.txt"])
def test_a_changed_input_asks_for_a_new_build(checkout, changed):
    with (checkout / changed).open("a") as file:
        file.write("\nmore")
    assert not is_current(checkout)


def test_a_lost_file_asks_for_a_new_build(checkout):
    (checkout / "static/vendor/a.css").unlink()
    assert not is_current(checkout)


@pytest.mark.parametrize("broken", ["", "[]", "not json", '{"files": []}'])
def test_a_damaged_manifest_asks_for_a_new_build(checkout, broken):
    (checkout / "static/vendor/manifest.json").write_text(broken)
    assert not is_current(checkout)
