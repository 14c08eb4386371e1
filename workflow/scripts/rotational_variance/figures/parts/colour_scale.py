"""The colours of M: the scale, and marks for values above it and for infinite values."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Patch

OVER_COLOR, OVER_LINES, OVER_HATCH = "#2ca25f", "#003c1c", "/////"  # M above the colour scale
NOT_FINITE_COLOR, NOT_FINITE_LINES, NOT_FINITE_HATCH = "#9ecae1", "#08306b", "\\\\\\\\\\"  # M infinite
COLORS_OF_M = mpl.colormaps["inferno"].with_extremes(over=OVER_COLOR, bad=NOT_FINITE_COLOR)
SCALE_LABEL = "M = transformation std / sample std\n(0: invariant; about 1 or more: not)"


def scale_top(values: np.ndarray) -> float:
    """Return the top of a colour scale: the median + 3 interquartile ranges of the finite values.

    The top is at most the highest of these values, but at least 1, so that "not invariant" always lies on the scale.
    Source: the published heatmaps; the two bounds are ours.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 1.0
    low, median, high = np.percentile(finite, [25, 50, 75])
    return float(max(1.0, min(median + 3 * (high - low), finite.max())))


def draw_colors(
    axes: Axes, values: np.ndarray, scale: Normalize, extent: tuple[float, float, float, float] | None = None
) -> AxesImage:
    """Draw M [row, column] as colours.

    extent  left, right, bottom and top of the image on the axes; without it, each number fills a cell of 1 x 1
    """
    return axes.imshow(
        np.ma.masked_invalid(values),
        cmap=COLORS_OF_M,
        norm=scale,
        aspect="auto",
        interpolation="nearest",
        extent=extent,
    )


def draw_scale(figure: Figure, image: AxesImage, values: np.ndarray, **place) -> None:
    """Draw the colour bar of a figure: beside the panels `ax`, or into the axes `cax`.

    values  M of everything that the figure shows
    """
    extend = "max" if is_over(values, image.norm).any() else "neither"
    bar = figure.colorbar(image, extend=extend, aspect=35, shrink=0.8, pad=0.012, **place)
    bar.set_label(SCALE_LABEL, fontsize=7)


def mark_handles(scale: Normalize, values: np.ndarray) -> list[Patch]:
    """Return legend handles for the marks that occur among `values`, the M of everything that a figure shows."""
    marks = []
    if is_over(values, scale).any():
        marks.append((f"above the scale (M > {scale.vmax:.2f})", OVER_COLOR, OVER_LINES, OVER_HATCH))
    if not np.isfinite(values).all():
        label = "infinite: changes with the angle, not the image"
        marks.append((label, NOT_FINITE_COLOR, NOT_FINITE_LINES, NOT_FINITE_HATCH))
    return [
        Patch(facecolor=color, edgecolor=lines, hatch=hatch, linewidth=0, label=label)
        for label, color, lines, hatch in marks
    ]


def is_over(values: np.ndarray, scale: Normalize) -> np.ndarray:
    """Tell of each value whether it is finite and lies above the colour scale."""
    return np.isfinite(values) & (values > scale.vmax)
