"""Drawings in place of photos: made here, plainly no photographs, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw, ImageFont

SIZE = (640, 480)
Draw = ImageDraw.ImageDraw

_WALLS = ("#dfe5ea", "#e6e1d6", "#d8e2dc", "#e4dfe6")
_FLOORS = ("#9aa3ab", "#a89f90", "#8f9d94", "#9c95a3")
WARN, GOOD, STEEL, DARK = "#e0662f", "#2f9e5b", "#6b7885", "#27313b"


@lru_cache(maxsize=256)
def drawing(category: str, variant: int, *, mended: bool) -> bytes:
    """A JPEG of 640x480: a workplace with what is wrong in it, or put right."""
    chance = Random(f"{category}/{variant}")
    image = Image.new("RGB", SIZE, _WALLS[variant % len(_WALLS)])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 330, *SIZE), fill=_FLOORS[variant % len(_FLOORS)])
    _windows(draw, chance)
    SCENES.get(category, _papers)(draw, chance, mended)
    _stamp(draw, mended)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def _windows(draw: Draw, chance: Random) -> None:
    left = chance.randint(20, 80)
    for place in range(3):
        x = left + place * 200
        draw.rectangle((x, 50, x + 120, 150), fill="#c4d8e6", outline=STEEL, width=4)
        draw.line((x + 60, 50, x + 60, 150), fill=STEEL, width=3)


def _stamp(draw: Draw, mended: bool) -> None:
    font = ImageFont.load_default(20)
    draw.rectangle((0, 452, 640, 480), fill=DARK)
    text = "ANQI DEMO DRAWING - after" if mended else "ANQI DEMO DRAWING - before"
    draw.text((12, 454), text, fill="white", font=font)
    colour = GOOD if mended else WARN
    draw.ellipse((580, 16, 624, 60), fill=colour)
    if mended:
        draw.line((590, 38, 600, 49, 615, 27), fill="white", width=6)
    else:
        draw.line((602, 25, 602, 42), fill="white", width=6)
        draw.ellipse((598, 47, 606, 55), fill="white")


def _person(draw: Draw, chance: Random, mended: bool) -> None:
    for place in range(2):
        x = chance.randint(120, 260) + place * 230
        draw.rectangle((x - 38, 230, x + 38, 350), fill="#f2c230" if mended else "#4a6fa5")
        if mended:
            draw.rectangle((x - 38, 270, x + 38, 284), fill="#dfe6ea")
        draw.rectangle((x - 32, 350, x - 4, 430), fill=DARK)
        draw.rectangle((x + 4, 350, x + 32, 430), fill=DARK)
        draw.ellipse((x - 27, 170, x + 27, 228), fill="#e3b48e")
        if mended:
            draw.pieslice((x - 34, 156, x + 34, 226), 180, 360, fill="#f5c518")
        else:
            draw.pieslice((x - 28, 166, x + 28, 216), 180, 360, fill="#3a2c22")


def _passage(draw: Draw, chance: Random, mended: bool) -> None:
    draw.rectangle((250, 130, 390, 360), fill="#7d8f7a", outline=DARK, width=5)
    draw.rectangle((275, 100, 365, 126), fill=GOOD)
    draw.rectangle((500, 240, 530, 330), fill="#c62828")
    draw.rectangle((508, 222, 522, 240), fill=DARK)
    if mended:
        draw.polygon(((200, 450), (260, 362), (380, 362), (450, 450)), outline="#f2c230", width=8)
        return
    for _ in range(7):
        x, y = chance.randint(190, 400), chance.randint(250, 380)
        draw.rectangle((x, y, x + 80, y + 62), fill="#b98d5a", outline="#7d5b33", width=3)


def _switchboard(draw: Draw, chance: Random, mended: bool) -> None:
    draw.rectangle((220, 120, 420, 390), fill="#aab4bd", outline=DARK, width=5)
    if mended:
        draw.rectangle((232, 132, 408, 378), fill="#c3ccd3", outline=STEEL, width=3)
        draw.polygon(((320, 190), (275, 270), (365, 270)), fill="#f5c518", outline=DARK)
        draw.line((325, 208, 308, 238, 330, 236, 314, 262), fill=DARK, width=5)
        return
    for row in range(3):
        for column in range(4):
            x, y = 240 + column * 42, 140 + row * 50
            draw.rectangle((x, y, x + 28, y + 36), fill=DARK)
    for colour in ("#c62828", "#1f6fb2", "#f2c230", "#2e7d32"):
        points = [(chance.randint(240, 400), 300 + i * 30) for i in range(5)]
        draw.line(points, fill=colour, width=5)


def _machine(draw: Draw, chance: Random, mended: bool) -> None:
    draw.rectangle((140, 190, 480, 400), fill="#5d7f8c", outline=DARK, width=5)
    centre = chance.randint(270, 340)
    draw.ellipse((centre - 60, 230, centre + 60, 350), fill="#cfd6db", outline=DARK, width=5)
    for dx, dy in ((0, -50), (43, 25), (-43, 25)):
        draw.line((centre, 290, centre + dx, 290 + dy), fill=DARK, width=9)
    draw.ellipse((430, 210, 462, 242), fill="#c62828")
    if mended:
        for x in range(centre - 80, centre + 90, 16):
            draw.line((x, 212, x, 366), fill="#f2c230", width=4)
        draw.rectangle((centre - 84, 208, centre + 84, 370), outline="#f2c230", width=6)


def _drums(draw: Draw, chance: Random, mended: bool) -> None:
    for place in range(4):
        x = 110 + place * 112 + (0 if mended else chance.randint(-14, 14))
        colour = ("#1f6fb2", "#c62828")[place // 2 if mended else place % 2]
        draw.rectangle((x, 240, x + 84, 380), fill=colour)
        draw.ellipse((x, 226, x + 84, 254), fill="#dde3e8", outline=DARK, width=3)
        draw.ellipse((x, 366, x + 84, 394), fill=colour)
    if mended:
        draw.rectangle((90, 396, 320, 420), fill="#f2c230", outline=DARK, width=3)
        draw.rectangle((330, 396, 550, 420), fill="#f2c230", outline=DARK, width=3)
    else:
        draw.ellipse((200, 392, 430, 440), fill="#4d3f2f")


def _heights(draw: Draw, chance: Random, mended: bool) -> None:
    top = chance.randint(210, 240)
    draw.rectangle((60, top, 580, top + 22), fill=STEEL)
    for x in (90, 320, 540):
        draw.rectangle((x, top, x + 16, 440), fill=STEEL)
    missing = () if mended else (3, 4, 5)
    for post in range(9):
        if post in missing:
            continue
        x = 70 + post * 62
        draw.line((x, top, x, top - 90), fill="#f2c230", width=7)
    for rail in (top - 88, top - 46):
        if mended:
            draw.line((70, rail, 566, rail), fill="#f2c230", width=7)
        else:
            draw.line((70, rail, 194, rail), fill="#f2c230", width=7)
            draw.line((442, rail, 566, rail), fill="#f2c230", width=7)


def _manhole(draw: Draw, chance: Random, mended: bool) -> None:
    shift = chance.randint(-40, 40)
    draw.ellipse((210 + shift, 340, 430 + shift, 430), fill="#11161b", outline=STEEL, width=9)
    if mended:
        for x in (190, 440):
            draw.line((x + shift, 260, x + shift, 420), fill="#f2c230", width=8)
        draw.line((190 + shift, 280, 440 + shift, 280), fill="#c62828", width=10)
        draw.polygon(((320, 190), (280, 258), (360, 258)), fill="#f5c518", outline=DARK)


def _dust(draw: Draw, chance: Random, mended: bool) -> None:
    draw.rectangle((120, 180, 300, 330), fill="#7c8b96", outline=DARK, width=4)
    draw.polygon(((120, 330), (300, 330), (230, 400), (190, 400)), fill="#6b7885")
    draw.line((300, 210, 560, 210), fill=STEEL, width=26)
    for _ in range(0 if mended else 420):
        x, y = chance.randint(60, 600), chance.randint(300, 445)
        size = chance.randint(3, 12)
        draw.ellipse((x, y, x + size * 2, y + size), fill="#c9a46a")


def _papers(draw: Draw, chance: Random, mended: bool) -> None:
    for place in range(3):
        x, y = 90 + place * 165, 190 + chance.randint(-14, 14)
        draw.rectangle((x, y, x + 130, y + 180), fill="white", outline=STEEL, width=3)
        lines = 8 if mended else chance.randint(1, 3)
        for line in range(lines):
            draw.line(
                (x + 16, y + 26 + line * 18, x + 112, y + 26 + line * 18), fill=STEEL, width=4
            )
        if mended:
            draw.ellipse((x + 80, y + 130, x + 120, y + 170), outline="#c62828", width=5)


SCENES: dict[str, Callable[[Draw, Random, bool], None]] = {
    "protective_equipment": _person,
    "fire_protection": _passage,
    "electricity": _switchboard,
    "equipment": _machine,
    "hazchem": _drums,
    "special_operation": _heights,
    "confined_space": _manhole,
    "dust": _dust,
    "site": _heights,
    "emergency": _passage,
}
