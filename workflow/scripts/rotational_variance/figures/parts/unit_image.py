"""A measure of every unit as an image: one column per layer."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from rotational_variance.figures.parts.colour_scale import BELOW_PRECISION, INFINITE, OVER, ColourScale

N_ROWS = 200  # rows of an image, over which the units of a layer are spread


def heatmap_image(layers: Sequence[np.ndarray], n_rows: int, *, sort_units: bool = True) -> np.ndarray:
    """Arrange values as an image [row, layer]: each column holds one layer's units, the lowest at the bottom.

    layers  one array [unit] per layer

    Every layer fills the whole height, whatever its number of units, so a sorted column reads like the layer's
    quantiles. Infinite values come last, and after them units below precision, which have no value (NaN). Row 0 is the
    top. Without sorting, the first unit is at the bottom.
    """
    position = (np.arange(n_rows) + 0.5) / n_rows
    columns = [np.sort(values) if sort_units else values for values in layers]
    return np.stack([column[(position * len(column)).astype(int)] for column in columns], axis=1)[::-1]


def draw_heatmap(
    axes: Axes,
    layers: Sequence[np.ndarray],
    scale: ColourScale,
    *,
    sort_units: bool,
    first: int = 0,
    bottom: float = 0,
    height: float = 100,
) -> AxesImage:
    """Draw the value of every unit; values that the colour scale does not show get colours and hatching of their own.

    layers          one array [unit] per layer
    first           the number of the first layer
    bottom, height  of the image on the y axis
    """
    image = heatmap_image(layers, N_ROWS, sort_units=sort_units)
    extent = (first - 0.5, first + image.shape[1] - 0.5, bottom, bottom + height)
    drawn = scale.draw(axes, image, extent)
    marks = _hatching(image, scale)
    if marks.any():
        axes.imshow(marks, aspect="auto", interpolation="nearest", extent=extent)
    return drawn


def _hatching(image: np.ndarray, scale: ColourScale) -> np.ndarray:
    """Return lines [row, column, RGBA] over the cells that the colour scale does not show, for readers without colour.

    Lines rise over values above the scale, fall over infinite values, and are level over units below precision.
    """
    width = 1200  # pixels, whatever the number of layers
    cells = image[:, np.arange(width) * image.shape[1] // width]
    row, column = np.indices(cells.shape)
    lines = {
        OVER: (column + 4 * row) % 24 < 5,
        INFINITE: (column - 4 * row) % 24 < 5,
        BELOW_PRECISION: row % 15 < 4,  # thick enough to be in every figure, however low it is drawn
    }
    marks = np.zeros((*cells.shape, 4), dtype=np.uint8)
    for mark, found in scale.find_marks(cells).items():
        marks[found & lines[mark]] = _bytes(mark.lines)
    return marks


def _bytes(color: str) -> list[int]:
    return [round(255 * part) for part in mpl.colors.to_rgba(color)]
