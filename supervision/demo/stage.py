"""Who and what the regulator's loop is played with: people, enterprises, pictures, signatures."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw

from supervision.core import attachments
from supervision.core.actor import Actor
from supervision.core.attachments import Attachment
from supervision.demo import people
from supervision.demo.pictures import drawing
from supervision.enterprise.models import Enterprise

SIGNATURE = (360, 130)
SIGNATURE_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Stage:
    """``actors`` by user name, ``enterprises`` in the order of their table."""

    enterprises: Sequence[Enterprise]
    actors: Mapping[str, Actor]

    def is_own(self, place: int) -> bool:
        """Whether it lies in the district of the demonstration's plan."""
        return self.enterprises[place].region_code.startswith(people.DISTRICT)

    def pair(self, place: int) -> tuple[Actor, Actor]:
        """The two officers who inspect an enterprise; the first does the writing."""
        names = ("inspector", "inspector3") if self.is_own(place) else ("inspector2", "inspector4")
        return self.actors[names[0]], self.actors[names[1]]

    def pair_ids(self, place: int) -> list[int]:
        return [actor.id for actor in self.pair(place)]

    def chief(self, place: int) -> Actor:
        return self.actors["chief" if self.is_own(place) else "chief2"]

    def person(self, place: int, post: str) -> Actor:
        """Somebody of the enterprise: ``principal`` or ``safety``."""
        return self.actors[f"e{place + 1:02d}.{post}" if place else post]


def photo(actor: Actor, category: str, variant: int, *, mended: bool = False) -> Attachment:
    """A drawing in place of a photo."""
    data = drawing(category, variant % 5, mended=mended)
    return attachments.store_photo(actor, io.BytesIO(data), "demo.jpg", field="photos")


def signature(actor: Actor, name: str) -> Attachment:
    """Strokes in place of a signature, the same for the same name."""
    return attachments.store_file(
        actor, io.BytesIO(strokes(name)), "signature.png", "image/png", limit=SIGNATURE_LIMIT
    )


@lru_cache(maxsize=128)
def strokes(name: str) -> bytes:
    """A PNG of 360x130 as a screen gives it: dark curves on white, plainly nobody's hand."""
    chance = Random(name)
    width, height = SIGNATURE
    image = Image.new("RGB", SIGNATURE, "white")
    draw = ImageDraw.Draw(image)
    for place in range(len(name)):
        left = 20 + place * (width - 40) // max(len(name), 1)
        points = [
            (left + step * 7 + chance.randint(-6, 6), chance.randint(25, height - 25))
            for step in range(13)
        ]
        draw.line(_smooth(points), fill="#1d2733", width=4, joint="curve")
    draw.line((20, height - 18, width - 30, height - 26), fill="#1d2733", width=3)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _smooth(points: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Quadratic curves through the middles of the lines between ``points``."""
    found: list[tuple[float, float]] = []
    for (ax, ay), (bx, by), (cx, cy) in zip(points, points[1:], points[2:], strict=False):
        start, end = ((ax + bx) / 2, (ay + by) / 2), ((bx + cx) / 2, (by + cy) / 2)
        for step in range(8):
            t = step / 8
            u = 1 - t
            found.append(
                (
                    u * u * start[0] + 2 * u * t * bx + t * t * end[0],
                    u * u * start[1] + 2 * u * t * by + t * t * end[1],
                )
            )
    return found
