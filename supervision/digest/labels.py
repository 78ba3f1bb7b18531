"""Names of the codes of this slice."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from supervision.digest.rules import SpanKind

SPAN_LABELS = {SpanKind.SHIFT: _l("Shift"), SpanKind.DAY: _l("Whole day")}
