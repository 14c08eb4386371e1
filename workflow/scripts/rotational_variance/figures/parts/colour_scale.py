"""The colours of a measure: the scale, and marks for the values that it does not show."""

from collections.abc import Iterable
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Patch

from rotational_variance.figures.parts.text_size import wrap
from rotational_variance.statistics.definition import Measure

LABEL_ROOM = 2.4  # inches: the length of the shortest colour bars


@dataclass(frozen=True)
class Mark:
    """The look of a cell whose value is not on the colour scale: its colour, and lines for readers without colour."""

    color: str
    lines: str
    hatch: str


OVER = Mark("#2ca25f", "#003c1c", "/////")
INFINITE = Mark("#9ecae1", "#08306b", "\\\\\\\\\\")
BELOW_PRECISION = Mark("#d9d9d9", "#525252", "-----")  # without a value (NaN)


class ColourScale:
    """The colours of a measure in a figure: dark is invariant. Its bounds are the measure's, the same in all figures.

    measure  what the colours show
    shown    all values that the figure shows
    """

    def __init__(self, measure: Measure, shown: Iterable[np.ndarray]) -> None:
        self.measure = measure
        self.norm = (LogNorm if measure.is_logarithmic else Normalize)(*measure.scale)
        # Values under the scale get its lowest colour, which leaves the colour for them to units without a value.
        self.colors = mpl.colormaps["inferno_r" if measure.more_invariant == "higher" else "inferno"].with_extremes(
            under=BELOW_PRECISION.color, over=OVER.color, bad=INFINITE.color
        )
        values = np.concatenate([np.ravel(part) for part in shown])
        self._marks = [mark for mark, found in self.find_marks(values).items() if found.any()]
        self._has_lower = bool((values < self.norm.vmin).any())

    def draw(
        self, axes: Axes, values: np.ndarray, extent: tuple[float, float, float, float] | None = None
    ) -> AxesImage:
        """Draw values [row, column] as colours.

        extent  left, right, bottom and top of the image on the axes; without it, each number fills a cell of 1 x 1
        """
        placed, look = self._place(values), {"aspect": "auto", "interpolation": "nearest"}
        return axes.imshow(placed, cmap=self.colors, norm=self.norm, extent=extent, **look)

    def color_values(self, values: np.ndarray) -> np.ndarray:
        """Return the colours of values: [..., RGBA]."""
        return self.colors(self.norm(self._place(values)))

    def _place(self, values: np.ndarray) -> np.ma.MaskedArray:
        """Return values as the colours take them: infinite ones are masked, NaN lies under the scale."""
        low = self.norm.vmin
        under = low / 2 if self.measure.is_logarithmic else low - 1
        return np.ma.masked_where(np.isinf(values), np.where(np.isnan(values), under, np.maximum(values, low)))

    def find_marks(self, values: np.ndarray) -> dict[Mark, np.ndarray]:
        """Tell for each mark which of the values get it: {mark: array of bool}."""
        finite = np.isfinite(values)
        over = finite & (values > self.norm.vmax)
        return {OVER: over, INFINITE: np.isinf(values), BELOW_PRECISION: np.isnan(values)}

    def draw_bar(self, figure: Figure, image: AxesImage, **place) -> None:
        """Draw the colour bar: beside the panels `ax`, or into the axes `cax`; with a line at the reference value."""
        extend = "max" if OVER in self._marks else "neither"
        ticks = self._ticks()
        bar = figure.colorbar(image, extend=extend, aspect=35, shrink=0.8, pad=0.012, ticks=ticks, **place)
        bar.ax.minorticks_off()
        bar.ax.set_yticklabels(["≤ " * (self._has_lower and i == 0) + f"{tick:.3g}" for i, tick in enumerate(ticks)])
        if self.measure.reference is not None:
            bar.ax.axhline(self.measure.reference, color="w", linewidth=2.6)
            bar.ax.axhline(self.measure.reference, color="k", linewidth=1)
        bar.set_label(self._label(), fontsize=7)

    def _ticks(self) -> np.ndarray:
        low, high = self.measure.scale
        if not self.measure.is_logarithmic:
            return np.linspace(low, high, 5)
        powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)))
        return np.array([low, *powers[(powers > low) & (powers < high)], high])

    def _label(self) -> str:
        """Return how the measure is made, and what 0 and 1 mean, if that is known."""
        equation = wrap(self.measure.equation, LABEL_ROOM, 7)
        return equation + (f"\n({wrap(self.measure.meanings, LABEL_ROOM, 7)})" if self.measure.meanings else "")

    def mark_handles(self) -> list[Patch]:
        """Return legend handles for the marks that occur in the figure."""
        symbol = self.measure.symbol
        labels = {
            OVER: f"above the scale ({symbol} > {self.norm.vmax:g})",
            INFINITE: f"infinite {symbol}",
            BELOW_PRECISION: f"below precision (no {symbol}): changes by rounding errors only",
        }
        return [
            Patch(facecolor=mark.color, edgecolor=mark.lines, hatch=mark.hatch, linewidth=0, label=labels[mark])
            for mark in self._marks
        ]
