"""Fine-line security backgrounds as SVG, drawn from sines. Pure and deterministic: equal arguments, equal text.

Light tints only: what is printed over them must stay readable by eye and by OCR. No randomness, no personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from math import cos, pi, sin, tau

GREEN, GOLD, ROSE = "#1f6b4a", "#b08d3c", "#a04a52"
Point = tuple[float, float]


@lru_cache(maxsize=8)
def certificate_background(width_mm: float, height_mm: float, margin_mm: float) -> str:
    """Background of a whole sheet: a waved ground, a rosette behind the text, an interlaced frame in the margin."""
    centre = (width_mm / 2, height_mm * 0.47)
    inset = margin_mm * 0.55
    return _svg(
        width_mm,
        height_mm,
        [
            *_ground(width_mm, height_mm, rows=46, amplitude=2.6, wave=58, inset=inset, tint=GREEN, opacity=0.10),
            *_rosette(centre, 62, 7, 12, 10, tint=GOLD, opacity=0.16),
            *_rosette(centre, 36, 8, 9, 8, tint=GREEN, opacity=0.15),
            *_rosette(centre, 15, 5, 8, 6, tint=ROSE, opacity=0.15),
            *_frame(width_mm, height_mm, inset, amplitude=1.5, strands=4),
        ],
    )


@lru_cache(maxsize=8)
def data_page_background(width_mm: float, height_mm: float, clear_below_mm: float) -> str:
    """Background of a data page; the zone below `clear_below_mm` (the MRZ) keeps only the palest ground."""
    centre, share = (width_mm * 0.64, clear_below_mm * 0.55), min(1.0, clear_below_mm / 64)  # less room, a smaller rose
    return _svg(
        width_mm,
        height_mm,
        [
            *_ground(width_mm, clear_below_mm, rows=24, amplitude=1.7, wave=31, inset=0, tint=GREEN, opacity=0.16),
            *_rosette(centre, 21 * share, 5 * share, 12, 9, tint=GOLD, opacity=0.22),
            *_rosette(centre, 10 * share, 3.4 * share, 9, 7, tint=ROSE, opacity=0.18),
            f'<path d="M0 {clear_below_mm}H{width_mm}" stroke="{GREEN}" stroke-opacity="0.35" stroke-width="0.15"/>',
        ],
    )


@lru_cache(maxsize=8)
def emblem(size_mm: float) -> str:
    """The star and crescent of the cover inside a small rosette."""
    centre = (size_mm / 2, size_mm / 2)
    unit = size_mm / 20
    star = " ".join(
        f"{centre[0] + unit * 2.7 + r * sin(k * pi / 5 + pi / 2):.3f},{centre[1] - r * cos(k * pi / 5 + pi / 2):.3f}"
        for k in range(10)
        for r in (unit * (2.3 if k % 2 == 0 else 0.9),)
    )
    crescent = (
        f'<path fill="{GREEN}" d="M{centre[0] + unit * 1.9:.3f} {centre[1] - unit * 3.7:.3f}'
        f"A{unit * 4.6:.3f} {unit * 4.6:.3f} 0 1 0 {centre[0] + unit * 1.9:.3f} {centre[1] + unit * 3.7:.3f}"
        f'A{unit * 3.75:.3f} {unit * 3.75:.3f} 0 1 1 {centre[0] + unit * 1.9:.3f} {centre[1] - unit * 3.7:.3f}Z"/>'
    )
    return _svg(
        size_mm,
        size_mm,
        [
            *_rosette(centre, size_mm * 0.43, size_mm * 0.055, 18, 3, tint=GREEN, opacity=0.75, stroke=size_mm * 0.009),
            crescent,
            f'<polygon fill="{GREEN}" points="{star}"/>',
        ],
    )


def _ground(
    width: float, height: float, *, rows: int, amplitude: float, wave: float, inset: float, tint: str, opacity: float
) -> Iterable[str]:
    """Waves whose phase drifts from row to row, so that they crowd and part."""
    step = (height - 2 * inset) / rows
    for row in range(1, rows):
        y0, phase = inset + row * step, row * tau / 17

        def at(t: float, y0: float = y0, phase: float = phase) -> Point:
            x = inset + t * (width - 2 * inset)
            return x, y0 + amplitude * sin(tau * x / wave + phase) * cos(phase / 2)

        yield _stroke(at, max(12, int(width / wave * 6)), tint, opacity, 0.14)


def _rosette(
    centre: Point,
    radius: float,
    depth: float,
    petals: int,
    strands: int,
    *,
    tint: str,
    opacity: float,
    stroke: float = 0.16,
) -> Iterable[str]:
    """Interlaced closed curves between `radius - depth` and `radius + depth`."""
    for strand in range(strands):
        phase = tau * strand / strands

        def at(t: float, phase: float = phase) -> Point:
            angle = tau * t
            r = radius + depth * sin(petals * angle + phase) + depth * 0.35 * sin(2 * petals * angle - phase)
            return centre[0] + r * cos(angle), centre[1] + r * sin(angle)

        yield _stroke(at, petals * 9, tint, opacity, stroke)


def _frame(width: float, height: float, inset: float, *, amplitude: float, strands: int) -> Iterable[str]:
    """Four interlaced borders; whole waves on each side, so that strands meet at the corners."""
    sides: list[tuple[Point, Point]] = [
        ((inset, inset), (width - inset, inset)),
        ((width - inset, inset), (width - inset, height - inset)),
        ((width - inset, height - inset), (inset, height - inset)),
        ((inset, height - inset), (inset, inset)),
    ]
    for start, end in sides:
        waves = round((abs(end[0] - start[0]) + abs(end[1] - start[1])) / 9)
        for strand in range(strands):
            at = _swinging(start, end, waves, amplitude, pi * strand / strands)
            yield _stroke(at, waves * 4, (GREEN, GOLD)[strand % 2], 0.55, 0.18)


def _swinging(start: Point, end: Point, waves: int, amplitude: float, phase: float) -> Callable[[float], Point]:
    """A point that goes from start to end and swings across the way `waves` times."""
    along = (end[0] - start[0], end[1] - start[1])
    length = abs(along[0]) + abs(along[1])

    def at(t: float) -> Point:
        swing = amplitude * sin(tau * waves * t + phase) / length
        return start[0] + along[0] * t - along[1] * swing, start[1] + along[1] * t + along[0] * swing

    return at


def _stroke(at: Callable[[float], Point], pieces: int, tint: str, opacity: float, width: float) -> str:
    """A smooth path through `pieces` + 1 points of `at` on [0, 1] (cubic pieces, tangents by central difference)."""
    tiny = 1e-4

    def slope(t: float) -> Point:
        (ax, ay), (bx, by) = at(t - tiny), at(t + tiny)
        return (bx - ax) / (2 * tiny) / pieces / 3, (by - ay) / (2 * tiny) / pieces / 3

    x, y = at(0)
    path = [f"M{x:.2f} {y:.2f}"]
    dx, dy = slope(0)
    for n in range(1, pieces + 1):
        nx, ny = at(n / pieces)
        ndx, ndy = slope(n / pieces)
        path.append(f"C{x + dx:.2f} {y + dy:.2f} {nx - ndx:.2f} {ny - ndy:.2f} {nx:.2f} {ny:.2f}")
        x, y, dx, dy = nx, ny, ndx, ndy
    style = f'stroke="{tint}" stroke-opacity="{opacity:g}" stroke-width="{width:.3g}"'
    return f'<path d="{"".join(path)}" {style} fill="none"/>'


def _svg(width: float, height: float, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}" fill="none">{"".join(parts)}</svg>'
    )
