"""The axis of the values of a measure: its label, its ends, its scale, and the line at the reference value."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from rotational_variance.figures.parts.text_size import wrap
from rotational_variance.statistics.definition import Measure

MARGIN = 0.05  # of the range of values, beyond it
COMMON = 95  # % of the values: an axis that ended far beyond them would show nothing of them
RARE = 10  # times the highest of these: values beyond that are left out
LOG_MARGIN = 0.08  # of the same, if the axis is logarithmic
REFERENCE_COLOR = "0.75"  # that of no training
LABEL_ROOM = 1.4  # inches: the height of the lowest panels that have a label of their own


def value_label(measure: Measure, averaged: str = "mean over units") -> str:
    """Return the label of an axis of values, and below it over what they are averaged."""
    return f"{wrap(measure.axis_label, LABEL_ROOM, 7.5)},\n{averaged}"


def show_values(panels: Sequence[Axes], measure: Measure) -> None:
    """Give all panels one range of values, with a line at the reference value.

    The axis ends at the bounds of the measure, where it has any, and otherwise just beyond what the panels show. Where
    there are lines only, and few of their values are many times higher than all others, it ends below these, and their
    panels say so.
    """
    if not measure.is_logarithmic:
        low, high = _ends(panels, measure)
        for axes in _one_of_each_axis(panels):
            axes.set_ylim(low, high)
        for axes in panels:
            if (_values_of(axes.get_lines()) > high).any():
                _remark(axes, "values above the axis", y=0.98, va="top")
    if measure.reference is not None:
        for axes in panels:
            axes.axhline(measure.reference, color=REFERENCE_COLOR, linewidth=0.7, zorder=0)
    if measure.is_logarithmic:
        log_scale(panels)


def _one_of_each_axis(panels: Sequence[Axes]) -> list[Axes]:
    """Return one of the panels that share a y axis, for each such axis.

    What is set for one holds for all that share its axis; to set it for each again takes as many steps each time.
    """
    found = []
    for axes in reversed(panels):
        if not any(axes.get_shared_y_axes().joined(axes, other) for other in found):
            found.append(axes)
    return found


def _ends(panels: Sequence[Axes], measure: Measure) -> tuple[float, float]:
    """Return the ends of a linear axis: a bound, or a margin beyond what the panels show and the reference value."""
    bounds, reference = measure.bounds, measure.reference
    always = [*(bound for bound in bounds if np.isfinite(bound)), *([] if reference is None else [reference])]
    shown = np.array([axes.dataLim.intervaly for axes in panels]).ravel()
    shown = [*shown[np.isfinite(shown)], *always]
    low, high = min(shown, default=0), max(shown, default=1)
    common = _common(panels)
    if high > RARE * common > 0 and not _has_areas(panels):
        high = max(2 * common, *always)
    margin = MARGIN * (high - low) or 1
    return low if np.isfinite(bounds[0]) else low - margin, high + margin


def _common(panels: Sequence[Axes]) -> float:
    """Return what all but rare values of lines do not exceed, nor half of the values of any line; 0 without values."""
    lines = [_values_of([line]) for axes in panels for line in axes.get_lines()]
    lines = [values for values in lines if len(values)]
    if not lines:
        return 0
    return max(np.percentile(np.concatenate(lines), COMMON), *(np.median(values) for values in lines))


def _has_areas(panels: Sequence[Axes]) -> bool:
    """Say whether there are bars, or bands around lines, which would be cut where they say something else."""
    return any(axes.patches or axes.collections for axes in panels)


def _values_of(lines: Sequence[Line2D]) -> np.ndarray:
    values = np.concatenate([np.ravel(np.ma.filled(line.get_ydata(), np.nan)) for line in lines] or [[]])
    return values[np.isfinite(values.astype(float))]


def _remark(axes: Axes, text: str, *, y: float, **look) -> None:
    axes.text(0.99, y, text, transform=axes.transAxes, ha="right", fontsize=7, color="0.35", **look)


def log_scale(panels: Sequence[Axes]) -> None:
    """Give panels one logarithmic scale whose labels are plain numbers: exponents would be too small to read."""
    shown = [(axes.dataLim.minposy, axes.dataLim.y1) for axes in panels if axes.dataLim.y1 > 0]
    if not shown:
        return  # no positive value to show
    low, high = min(low for low, _ in shown), max(high for _, high in shown)
    margin = max(1.2, (high / low) ** LOG_MARGIN)
    for axes in _one_of_each_axis(panels):
        axes.set_yscale("log")
        axes.set_ylim(low / margin, high * margin)
        axes.yaxis.set_major_locator(LogLocator(subs=(1,) if high > 100 * low else (1, 2, 5)))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("e-0", "e-"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    for axes in panels:
        if any((np.asarray(line.get_ydata()) <= 0).any() for line in axes.get_lines()):
            _remark(axes, "0 lies below the axis", y=0.02)
