"""The colours of M: the scale, and marks for the values that it does not show."""

from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Patch


@dataclass(frozen=True)
class Mark:
    """The look of a cell whose M the colour scale does not show: its colour, and lines for readers without colour."""

    color: str
    lines: str
    hatch: str


OVER = Mark("#2ca25f", "#003c1c", "/////")
INFINITE = Mark("#9ecae1", "#08306b", "\\\\\\\\\\")
BELOW_PRECISION = Mark("#d9d9d9", "#525252", "-----")  # M is NaN
# No M lies under the scale, so this colour is free for units without M.
COLORS_OF_M = mpl.colormaps["inferno"].with_extremes(under=BELOW_PRECISION.color, over=OVER.color, bad=INFINITE.color)
UNDER = -1.0
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
        place_on_scale(values),
        cmap=COLORS_OF_M,
        norm=scale,
        aspect="auto",
        interpolation="nearest",
        extent=extent,
    )


def place_on_scale(values: np.ndarray) -> np.ma.MaskedArray:
    """Return M as the colours of M take it: infinite values are masked, NaN lies under the scale."""
    return np.ma.masked_invalid(np.where(np.isnan(values), UNDER, values))


def draw_scale(figure: Figure, image: AxesImage, values: np.ndarray, **place) -> None:
    """Draw the colour bar of a figure: beside the panels `ax`, or into the axes `cax`.

    values  M of everything that the figure shows
    """
    extend = "max" if find_marks(values, image.norm)[OVER].any() else "neither"
    bar = figure.colorbar(image, extend=extend, aspect=35, shrink=0.8, pad=0.012, **place)
    bar.set_label(SCALE_LABEL, fontsize=7)


def mark_handles(scale: Normalize, values: np.ndarray) -> list[Patch]:
    """Return legend handles for the marks that occur among `values`, the M of everything that a figure shows."""
    labels = {
        OVER: f"above the scale (M > {scale.vmax:.2f})",
        INFINITE: "infinite: changes with the angle, not the image",
        BELOW_PRECISION: "below precision: changes by rounding errors only",
    }
    return [
        Patch(facecolor=mark.color, edgecolor=mark.lines, hatch=mark.hatch, linewidth=0, label=labels[mark])
        for mark, found in find_marks(values, scale).items()
        if found.any()
    ]


def find_marks(values: np.ndarray, scale: Normalize) -> dict[Mark, np.ndarray]:
    """Tell for each mark which of the values get it: {mark: array of bool}."""
    finite = np.isfinite(values)
    return {OVER: finite & (values > scale.vmax), INFINITE: np.isinf(values), BELOW_PRECISION: np.isnan(values)}
