"""From the model's answers for a strip to the characters of a line. Pure; knows lengths of lines, no check digit.

The model answers every 4 pixels which character stands there, or that none does. A line of a zone has a known number of
characters at an even pitch: when what is read has nearly as many, the best line of just that many is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from issuance.border.reading.strip import ALPHABET, GAP, PITCH_PX, STRIDE_PX

Scores = NDArray[np.float32]
PITCH: Final = PITCH_PX / STRIDE_PX  # answers a character
_UNEVEN: Final = 0.35  # what it costs to stand a whole answer off the pitch
_INK: Final = 0.8  # chance from which a character is there
_NEAR: Final = 7  # characters too many or too few that may still be a line of that length


@dataclass(frozen=True, slots=True)
class Spelled:
    """text: the line; sure: chance of each character, 0 to 1, as the model has it; places: where each stands, in pixels
    of the strip."""

    text: str
    sure: NDArray[np.float32]
    places: NDArray[np.float64]

    @property
    def trust(self) -> float:
        return float(self.sure.mean()) if len(self.sure) else 0.0


def chances(scores: Scores) -> Scores:
    """Scores (classes, answers) as probabilities (answers, classes)."""
    powers = np.exp(scores - scores.max(0, keepdims=True))
    return np.asarray((powers / powers.sum(0, keepdims=True)).T, np.float32)


def freely(chance: Scores) -> Spelled:
    """The characters as they come: an unbroken run of answers that a character stands there is one character."""
    best = chance.argmax(1)
    edges = np.flatnonzero(np.diff(np.concatenate([[GAP], best, [GAP]])))
    runs = [(a, b) for a, b in pairwise(edges.tolist()) if best[a] != GAP]
    merged: list[tuple[int, int]] = []
    for a, b in runs:  # two kinds in one place: the longer is meant
        if merged and a == merged[-1][1] and b - merged[-1][0] <= PITCH - 0.5:
            merged[-1] = (merged[-1][0], b)
        else:
            merged.append((a, b))
    return _spelled(chance, [(a + b - 1) / 2 for a, b in merged], [(a, b) for a, b in merged])


def of_length(chance: Scores, count: int, pitch: float) -> Spelled | None:
    """The best `count` characters about `pitch` answers apart; None when the strip has no room for them."""
    ink = 1 - chance[:, GAP]
    worth = np.convolve(ink, [0.25, 0.5, 0.25], "same")
    between = np.concatenate([[0.0], (chance[:-1, GAP] + chance[1:, GAP]) / 2])
    steps = range(max(2, int(np.floor(pitch * 0.72))), int(np.ceil(pitch * 1.3)) + 1)
    size = len(worth)
    if size < count * steps[0]:
        return None
    total = np.array(worth, np.float64)
    back = np.zeros((count, size), np.int8)
    for n in range(1, count):
        best = np.full(size, -np.inf)
        for step in steps:
            half = step // 2
            gained = np.full(size, -np.inf)
            gap = np.maximum(between[half : size - step + half], between[half + 1 : size - step + half + 1])
            gained[step:] = (
                total[:-step] + 0.5 * gap[: size - step] - _UNEVEN * ((step - pitch) / pitch * PITCH) ** 2 / 4
            )
            better = gained > best
            best[better] = gained[better]
            back[n, better] = step
        total = best + worth
    last = int(total.argmax())
    if not np.isfinite(total[last]):
        return None
    middles = [last]
    for n in range(count - 1, 0, -1):
        middles.append(middles[-1] - int(back[n, middles[-1]]))
    middles.reverse()
    return _spelled(chance, [float(m) for m in middles], [(max(0, m - 1), m + 2) for m in middles])


def _spelled(chance: Scores, middles: list[float], spans: list[tuple[int, int]]) -> Spelled:
    votes = np.array([chance[a:b, :GAP].sum(0) for a, b in spans], np.float32).reshape(-1, GAP)
    best = votes.argmax(1)
    sure = votes.max(1) / np.maximum(votes.sum(1), 1e-6) * np.array([1 - chance[a:b, GAP].min() for a, b in spans] or 0)
    places = np.array(middles) * STRIDE_PX + (STRIDE_PX - 1) / 2
    return Spelled("".join(ALPHABET[n] for n in best), np.asarray(sure, np.float32).reshape(len(best)), places)


def goes_on(chance: Scores) -> bool:
    """Whether a character stands in the margin of the strip: the line is longer than what was cut out."""
    edge = round(1.5 * PITCH)
    ink = chance[:, :GAP].max(1)
    return max(float(ink[:edge].max()), float(ink[-edge:].max())) > _INK


def spell(chance: list[Scores], lengths: tuple[int, ...]) -> list[Spelled]:
    """The lines of one zone, all of the same length of `lengths` when what is read is near to it, else as read."""
    free = [freely(one) for one in chance]
    counts = [len(line.text) for line in free]
    length = min(lengths, key=lambda n: sum(abs(count - n) for count in counts))
    done = []
    for one, line, count in zip(chance, free, counts, strict=True):
        fitted = None
        if count != length and abs(count - length) <= _NEAR:
            gaps = np.diff(line.places) / STRIDE_PX
            usual = gaps[(gaps > 0.6 * PITCH) & (gaps < 1.5 * PITCH)]
            fitted = of_length(one, length, float(np.mean(usual)) if len(usual) > 8 else PITCH)
        done.append(fitted or line)
    return done
