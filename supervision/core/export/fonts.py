"""The Chinese font of papers: embedded, so that they read the same everywhere for years.

Reportlab embeds TrueType only, and its built-in Chinese names embed nothing;
the vendor step therefore brings Noto Sans SC as TTF.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

STATIC = Path(__file__).resolve().parents[3] / "static"
REGULAR, BOLD = "AnqiSans", "AnqiSans-Bold"


class FontMissingError(RuntimeError):
    """The vendor step has not been run, or was run for another version."""


class Weight(StrEnum):
    REGULAR = "fonts/NotoSansSC-Regular.ttf"
    BOLD = "fonts/NotoSansSC-Bold.ttf"


def font_path(weight: Weight, static: Path = STATIC) -> Path:
    """File of a weight, found through ``static/vendor/manifest.json``.

    Raises FontMissingError, which says how to mend it, when the manifest or the
    file is not there.
    """
    try:
        manifest = json.loads((static / "vendor" / "manifest.json").read_text("utf-8"))
        path = static / str(manifest["files"][weight]["path"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FontMissingError(_advice(weight)) from error
    if not path.is_file():
        raise FontMissingError(_advice(weight))
    return path


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make both weights known to reportlab, once a process (each file takes about half a second)."""
    pdfmetrics.registerFont(TTFont(REGULAR, str(font_path(Weight.REGULAR))))
    pdfmetrics.registerFont(TTFont(BOLD, str(font_path(Weight.BOLD))))
    for italic in (0, 1):  # Chinese has no italics
        addMapping(REGULAR, 0, italic, REGULAR)
        addMapping(REGULAR, 1, italic, BOLD)
    # A drawing begins with this font before its first text; Helvetica is embedded by nobody.
    STATE_DEFAULTS["fontName"] = REGULAR


def _advice(weight: Weight) -> str:
    return f"the font {weight} for PDF files is not in static/vendor; run `make vendor` first"
