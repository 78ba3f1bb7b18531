"""No package that shadows ours or needs a window system."""

import pytest

from tools import forbidden, pins


@pytest.mark.parametrize(
    "line",
    ["supervision", "Supervision>=0.25", "opencv_python==5.0", "rfdetr[onnx]", "ultralytics ~= 8"],
)
def test_a_forbidden_package_is_recognised_however_it_is_written(line):
    assert list(forbidden.breaches("here", [line]))


@pytest.mark.parametrize(
    "line",
    [
        "opencv-python-headless==5.0.0.93",
        "ultralytics-opencv-headless==8.4.190",
        "# supervision",
        "",
        "anqi",
    ],
)
def test_what_only_looks_like_one_is_allowed(line):
    assert not list(forbidden.breaches("here", [line]))


def test_this_checkout_asks_for_nothing_forbidden():
    asked = [(p, w) for p, w in forbidden.places(forbidden.ROOT) if p != "this environment"]
    assert [line for place, wanted in asked for line in forbidden.breaches(place, wanted)] == []


def test_pins_hold_names_and_versions_only():
    report = {
        "install": [
            {
                "metadata": {"name": "Flask_Login", "version": "0.6.3"},
                "download_info": {"url": "x"},
            },
            {"metadata": {"name": "torch", "version": "2.14.1+cpu"}},
            {"metadata": {"name": "anqi", "version": "0.1.0"}},
        ]
    }
    assert pins.lines(report) == ["flask-login==0.6.3", "torch==2.14.1"]


def test_the_pinned_versions_hold_no_address_and_no_path():
    lines = (pins.ROOT / "constraints.txt").read_text("utf-8").splitlines()
    held = [line for line in lines if not line.startswith("#")]
    assert held
    assert all(line.count("==") == 1 and "/" not in line and "@" not in line for line in held)
