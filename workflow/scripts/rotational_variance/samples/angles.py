"""The angles at which samples are shown: a number over the full circle, an arc, or a list. No torch."""

import math

FULL_CIRCLE = 360


def angle_grid(angles: int | dict | list[float]) -> list[float]:
    """Return the angles in degrees.

    angles  a number: that many angles, evenly over the full circle, -180 included and 180 not (Quiroga et al. 2019: 16)
            {"from": ..., "to": ..., "number": ...}: evenly from one to the other, both included, in degrees
            a list: these angles, in degrees

    Raises ValueError for fewer than two angles, for the same direction twice, and for arcs of 360 degrees or more.
    """
    if isinstance(angles, dict):
        grid = _arc(angles["from"], angles["to"], angles["number"])
    elif isinstance(angles, list):
        grid = [float(angle) for angle in angles]
    else:
        grid = [-180 + FULL_CIRCLE * i / angles for i in range(angles)]
    if len(grid) < 2:
        raise ValueError(f"got {len(grid)}, expected 2 or more: one angle has no spread")
    seen: dict[float, float] = {}
    for angle in grid:
        if not math.isfinite(angle):
            raise ValueError(f"got {angle:g}, expected a finite number of degrees")
        direction = round(angle % FULL_CIRCLE, 9) % FULL_CIRCLE  # 9 digits: -359.9 and 0.1 are the same
        if direction in seen:
            raise ValueError(f"got {seen[direction]:g} and {angle:g} degrees, which is the same; give each angle once")
        seen[direction] = angle
    return grid


def _arc(start: float, stop: float, number: int) -> list[float]:
    if not 0 < stop - start < FULL_CIRCLE:
        raise ValueError(
            f"got an arc from {start:g} to {stop:g} degrees, expected `to` above `from` by less than 360; "
            "for the full circle give only a number"
        )
    return [start + (stop - start) * i / max(1, number - 1) for i in range(number)]
