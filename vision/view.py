"""Whether a camera still shows what it is there to show, and what stands in its zones.

Fed with the luma thumbnail of every decoded frame (key frames alone while idle), in frame time.
Frozen: the very same picture over and over, though its times go on; a living sensor is never still.
Black and covered: no light, no detail. Moved: the edges are elsewhere than those learnt.
A state is spoken of only after it has lasted; :class:`Watcher` does not forget a learnt view
because it is gone, so a turned camera stays "moved" until it looks back or a person says
that the new view is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.contract import Point, ViewState
from vision.reference import (
    HEIGHT,
    WIDTH,
    Floats,
    Luma,
    Reference,
    edges_of,
    load,
    save,
    smooth_of,
)

# How long a suspicion must last before it is said, in seconds.
LASTING_S = {
    ViewState.FROZEN: 30.0,
    ViewState.BLACK: 2.0,
    ViewState.COVERED: 5.0,
    ViewState.MOVED: 10.0,
}
WELL_S = 2.0  # and how long all must be well again
DARK = 40  # the brightest hundredth of a black picture stays under this
BLANK_SPREAD = 8.0  # standard deviation of a picture without any detail
FADED = 0.3  # share of the learnt edges under which the lens is covered
BLOCKS = (5, 8)  # rows and columns in which edges are compared
STRUCTURE = 12.0  # mean edge strength from which a block has something to recognise
ALIKE = 0.35  # correlation from which a block looks as it did
MOVED_SHARE = 0.7  # of the blocks with structure
UNLIKE = 25.0  # grey levels between a pixel and its empty self, after light is evened out
STANDS_SHARE = 0.15  # of a zone, from which the zone is not learnt as empty
SAVE_S = 600.0
LONGEST_STEP_S = 5.0  # what a pause (idle, reconnect) may weigh in learning
UNKNOWN = -1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """``changed`` is, for each zone, the share that is unlike the empty one.

    :data:`UNKNOWN` where nothing is known yet or the view is not OK.
    """

    view: ViewState
    changed: tuple[float, ...] = ()


@dataclass(slots=True)
class _Suspicion:
    """Which state the last frames speak for, and since when."""

    state: ViewState = ViewState.OK
    since: float = 0.0
    said: ViewState = ViewState.OK

    def settle(self, state: ViewState, t: float) -> ViewState:
        if state is not self.state:
            # From one fault to another the picture is no better: the older time counts.
            if ViewState.OK in (state, self.state):
                self.since = t
            self.state = state
        lasting = WELL_S if state is ViewState.OK else LASTING_S[state]
        if state is ViewState.FROZEN or t - self.since >= lasting:
            self.said = state
        return self.said


@dataclass(slots=True)
class Watcher:
    """One camera's view. ``zones`` are normalised polygons whose emptiness is of interest.

    ``path`` is where the learnt view is kept over restarts; ``valid_from`` (UTC seconds) makes
    void what was learnt before.
    """

    zones: Sequence[Sequence[Point]] = ()
    path: Path | None = None
    valid_from: float | None = None
    _reference: Reference | None = None
    _suspicion: _Suspicion = field(default_factory=_Suspicion)
    _masks: list[NDArray[np.bool_]] = field(default_factory=list)
    _last: Luma | None = None
    _same_since: float = 0.0
    _t: float | None = None
    _saved_at: float = 0.0

    def __post_init__(self) -> None:
        self._masks = [_mask(zone) for zone in self.zones]
        if self.path is not None:
            self._reference = load(self.path, self.valid_from)

    def look(self, luma: Luma, t: float) -> Seen:
        """Judge one thumbnail, uint8 (:data:`HEIGHT`, :data:`WIDTH`), of frame time ``t``."""
        step_s = 0.0 if self._t is None else min(max(0.0, t - self._t), LONGEST_STEP_S)
        self._t = t
        smooth = smooth_of(luma)
        edges = edges_of(smooth)
        said = self._suspicion.settle(self._judge(luma, edges, t), t)
        if said is not ViewState.OK or self._suspicion.state is not ViewState.OK:
            return Seen(said, (UNKNOWN,) * len(self._masks))
        if self._reference is None:
            self._reference = Reference.of(smooth)
        return Seen(said, self._compare(self._reference, smooth, edges, step_s))

    def close(self) -> None:
        """Keep what was learnt."""
        if self.path is not None and self._reference is not None and self._reference.is_ready:
            save(self._reference, self.path, self._t or 0.0)

    def _judge(self, luma: Luma, edges: Floats, t: float) -> ViewState:
        is_frozen = self._is_frozen(luma, t)
        counts = np.bincount(luma.ravel(), minlength=256)
        if _level(counts, 0.99) < DARK:
            return ViewState.BLACK
        learnt = self._reference if self._reference and self._reference.is_ready else None
        if (learnt and edges.mean() < FADED * learnt.edges.mean()) or luma.std() < BLANK_SPREAD:
            return ViewState.COVERED
        if is_frozen:
            return ViewState.FROZEN
        if learnt and _is_elsewhere(learnt.edges, edges):
            return ViewState.MOVED
        return ViewState.OK

    def _is_frozen(self, luma: Luma, t: float) -> bool:
        if self._last is None or not np.array_equal(luma, self._last):
            self._last, self._same_since = luma.copy(), t
        return t - self._same_since >= LASTING_S[ViewState.FROZEN]

    def _compare(
        self, reference: Reference, smooth: Luma, edges: Floats, step_s: float
    ) -> tuple[float, ...]:
        shares = [UNKNOWN] * len(self._masks)
        where = np.ones(smooth.shape, dtype=bool)
        if reference.is_ready and self._masks:
            unlike = _unlike(reference.picture, smooth)
            for index, mask in enumerate(self._masks):
                shares[index] = float(unlike[mask].mean()) if mask.any() else 0.0
                # What stands there must not slowly become part of the empty zone.
                if shares[index] >= STANDS_SHARE:
                    where &= ~mask
        reference.learn(smooth, edges, step_s, where)
        self._save_at_times()
        return tuple(shares)

    def _save_at_times(self) -> None:
        if self._t is not None and self._t - self._saved_at >= SAVE_S:
            if self._saved_at:
                self.close()
            self._saved_at = self._t


def _mask(zone: Sequence[Point]) -> NDArray[np.bool_]:
    corners = np.array([[x * WIDTH, y * HEIGHT] for x, y in zone]).round().astype(np.int32)
    drawn = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    cv2.fillPoly(drawn, [corners], 1)
    return drawn.astype(bool)


def _is_elsewhere(learnt: Floats, now: Floats) -> bool:
    """Whether most blocks that had structure have lost it."""
    before, after = _blocks(learnt), _blocks(now)
    has = before.mean(axis=1) >= STRUCTURE
    if has.sum() < BLOCKS[0] * BLOCKS[1] // 5:
        return False  # too plain a view to tell
    a = before[has] - before[has].mean(axis=1, keepdims=True)
    b = after[has] - after[has].mean(axis=1, keepdims=True)
    norm = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    alike = (a * b).sum(axis=1) / np.maximum(norm, 1e-6)
    return float((alike < ALIKE).mean()) >= MOVED_SHARE


def _blocks(edges: Floats) -> Floats:
    rows, columns = BLOCKS
    cut = edges.reshape(rows, HEIGHT // rows, columns, WIDTH // columns)
    return cut.transpose(0, 2, 1, 3).reshape(rows * columns, -1)


def _unlike(empty: Floats, smooth: Luma) -> NDArray[np.bool_]:
    """Pixels that differ from the empty picture by more than a change of light explains."""
    # Light falls on all alike: gain and offset by the quartiles, which a few objects do not move.
    before = np.bincount(empty.astype(np.uint8).ravel(), minlength=256)
    after = np.bincount(smooth.ravel(), minlength=256)
    low, middle, high = (_level(before, share) for share in (0.25, 0.5, 0.75))
    low_now, middle_now, high_now = (_level(after, share) for share in (0.25, 0.5, 0.75))
    gain = np.float32(min(2.0, max(0.5, (high - low) / max(high_now - low_now, 1))))
    evened = (smooth - np.float32(middle_now)) * gain + np.float32(middle)
    found: NDArray[np.bool_] = np.abs(evened - empty) > UNLIKE
    return found


def _level(counts: NDArray[np.intp], share: float) -> int:
    """The grey level under which ``share`` of the pixels lie."""
    return int(np.searchsorted(counts.cumsum(), share * counts.sum()))
