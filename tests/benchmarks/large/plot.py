"""A small plot as SVG: latency against the size of the archive, both axes logarithmic."""

import math
from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _MARGIN = 560, 320, 50
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd")
_TICKS = [digit * 10**power for power in range(-1, 7) for digit in (1, 2, 5)]


def plotted(title: str, sizes: Sequence[int], lines: Mapping[str, Sequence[float]]) -> str:
    """The plot of each line's milliseconds, one a size."""
    values = [value for line in lines.values() for value in line]
    low, high = min(values) / 1.5, max(values) * 1.5
    left, right = math.log(min(sizes)), math.log(max(*sizes, min(sizes) * 2))

    def x(size: float) -> float:
        return _MARGIN + (math.log(size) - left) / (right - left) * (_WIDTH - 3 * _MARGIN)

    def y(value: float) -> float:
        return _HEIGHT - _MARGIN - (math.log(value / low) / math.log(high / low)) * (_HEIGHT - 2 * _MARGIN)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="11"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_MARGIN}" y="24" font-size="13">{title}</text>',
    ]
    for size in sizes:
        parts.append(f'<text x="{x(size):.0f}" y="{_HEIGHT - 28}" text-anchor="middle">{size:,}</text>')
    for tick in (one for one in _TICKS if low <= one <= high):
        parts.append(
            f'<path d="M{_MARGIN} {y(tick):.1f}H{_WIDTH - 2 * _MARGIN}" stroke="#ddd"/>'
            f'<text x="{_MARGIN - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        )
    for (name, line), colour in zip(lines.items(), _COLOURS, strict=False):
        points = [(x(size), y(value)) for size, value in zip(sizes, line, strict=True)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
        a, b = points[-1]
        parts.append(f'<text x="{a + 8:.1f}" y="{b + 4:.1f}" fill="{colour}">{name}</text>')
    parts.append(f'<text x="{_WIDTH / 2 - _MARGIN:.0f}" y="{_HEIGHT - 8}" text-anchor="middle">passages</text>')
    parts.append(f'<text x="14" y="{_HEIGHT / 2:.0f}" transform="rotate(-90 14 {_HEIGHT / 2:.0f})">ms</text></svg>')
    return "\n".join(parts) + "\n"
