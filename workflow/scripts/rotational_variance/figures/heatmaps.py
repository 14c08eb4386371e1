"""M of every unit as heatmaps: a column a layer, all panels of a figure on one colour scale."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Patch

from rotational_variance.figures.layer_axis import draw_kinds, kind_handles, names_height
from rotational_variance.figures.results import Results, any_tensor
from rotational_variance.figures.sheet import FIRST_SEED, legend_below, new_sheet
from rotational_variance.figures.style import NUMBER_OF_LAYER, SAMPLE_SETS, shorten, whole_numbers

N_ROWS = 200  # of an image, over which the units of a layer are spread
OVER_COLOR, OVER_LINES, OVER_HATCH = "#2ca25f", "#003c1c", "/////"  # M above the colour scale
NOT_FINITE_COLOR, NOT_FINITE_LINES, NOT_FINITE_HATCH = "#9ecae1", "#08306b", "\\\\\\\\\\"  # M infinite
COLORS_OF_M = mpl.colormaps["inferno"].with_extremes(over=OVER_COLOR, bad=NOT_FINITE_COLOR)
SCALE_LABEL = "M = transformation std / sample std\n(0: invariant; about 1 or more: not)"


def heatmaps(title: str, note: str, aggregation: str, results: Results, *, sort_units: bool) -> Figure:
    """Draw M of every unit, over all samples and stratified, for each training (its first seed)."""
    shown = [
        (f"{name}, {training} training",
         result.tensors[0].normalized(aggregation, sample_set))
        for sample_set, name in SAMPLE_SETS.items()
        for training, result in results.items()
    ]  # fmt: skip
    layers = any_tensor(results).layers
    figure = new_sheet(title, 0.8 + names_height(layers) + 1.15 * len(shown), note, results=results, seeds=FIRST_SEED)
    *panels, strip = figure.subplots(len(shown) + 1, 1, sharex=True, height_ratios=[*[1] * len(shown), 0.08])
    everything = np.concatenate([layer for _, values in shown for layer in values])
    scale = Normalize(0, scale_top(everything))
    for axes, (name, values) in zip(panels, shown, strict=True):
        image = draw_heatmap(axes, values, scale, sort_units=sort_units)
        axes.set_title(name)
        axes.set_yticks([0, 50, 100])
    figure.supylabel(f"units of the layer, {'sorted by M' if sort_units else 'in their order'} (%)")
    draw_kinds(strip, layers, width=5.6, below=panels)
    draw_scale(figure, image, everything, ax=panels)
    legend_below(figure, [*kind_handles(layers), *mark_handles(scale, everything)])
    return figure


def heatmaps_classes(title: str, note: str, aggregation: str, results: Results, *, sort_units: bool) -> Figure:
    """Draw M of every unit over the samples of each class: a band a class, a panel a training (its first seed)."""
    tensor = any_tensor(results)
    names = tensor.class_names
    shown = {
        training: [result.tensors[0].normalized(aggregation, name) for name in names]
        for training, result in results.items()
    }
    everything = np.concatenate([layer for of_training in shown.values() for values in of_training for layer in values])
    figure = new_sheet(title, 0.9 + 0.6 * len(names), note, results=results, seeds=FIRST_SEED)
    panels = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
    scale = Normalize(0, scale_top(everything))
    for axes, (training, of_training) in zip(panels, shown.items(), strict=True):
        for band, values in enumerate(of_training):
            image = draw_heatmap(axes, values, scale, sort_units=sort_units, first=1, bottom=-band, height=0.88)
        axes.set_title(f"{training} training")
        axes.set_xlim(0.5, len(tensor.layers) + 0.5)
        axes.set_ylim(1 - len(names), 0.88)
        axes.set_xlabel(NUMBER_OF_LAYER)
        whole_numbers(axes)
        axes.spines[:].set_visible(False)
        axes.tick_params(axis="y", length=0)
    panels[0].set_ylabel("class of the samples")
    panels[0].set_yticks([0.44 - band for band in range(len(names))], [shorten(name, 18) for name in names])
    draw_scale(figure, image, everything, ax=list(panels))
    legend_below(figure, mark_handles(scale, everything))
    return figure


def scale_top(values: np.ndarray) -> float:
    """Return the top of a colour scale: the median + 3 interquartile ranges of the finite values.

    But no higher than the highest of them, and at least 1, so that "not invariant" always lies on the scale. Source:
    the published heatmaps; the two bounds are ours.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 1.0
    low, median, high = np.percentile(finite, [25, 50, 75])
    return float(max(1.0, min(median + 3 * (high - low), finite.max())))


def heatmap_image(normalized: Sequence[np.ndarray], n_rows: int, *, sort_units: bool = True) -> np.ndarray:
    """Arrange M as an image [row, layer]: each column holds one layer's units, the lowest M at the bottom.

    Every layer fills the whole height, whatever its number of units, so a sorted column reads like the layer's
    quantiles. Values that are not finite come last; row 0 is the top. Not sorted, the first unit is at the bottom.
    """
    position = (np.arange(n_rows) + 0.5) / n_rows
    columns = [np.sort(values) if sort_units else values for values in normalized]
    return np.stack([column[(position * len(column)).astype(int)] for column in columns], axis=1)[::-1]


def draw_heatmap(
    axes: Axes,
    normalized: Sequence[np.ndarray],
    scale: Normalize,
    *,
    sort_units: bool,
    first: int = 0,
    bottom: float = 0,
    height: float = 100,
) -> AxesImage:
    """Draw M of every unit; what is above the scale or infinite gets a colour of its own, and hatching over it.

    normalized      one array [unit] a layer
    first           the number of the first layer
    bottom, height  where on the y axis
    """
    image = heatmap_image(normalized, N_ROWS, sort_units=sort_units)
    extent = (first - 0.5, first + image.shape[1] - 0.5, bottom, bottom + height)
    drawn = draw_colors(axes, image, scale, extent)
    marks = _hatching(image, scale)
    if marks.any():
        axes.imshow(marks, aspect="auto", interpolation="nearest", extent=extent)
    return drawn


def draw_colors(
    axes: Axes, values: np.ndarray, scale: Normalize, extent: tuple[float, float, float, float] | None = None
) -> AxesImage:
    """Draw M [row, column] as colours, over `extent` (left, right, bottom, top) of the axes or one cell a number."""
    return axes.imshow(
        np.ma.masked_invalid(values),
        cmap=COLORS_OF_M,
        norm=scale,
        aspect="auto",
        interpolation="nearest",
        extent=extent,
    )


def _hatching(image: np.ndarray, scale: Normalize) -> np.ndarray:
    """Return lines [row, column, RGBA] over the cells that the colour scale does not show, for readers without colour.

    Lines rise over what is above the scale and fall over what is infinite.
    """
    width = 1200  # pixels, whatever the number of layers
    cells = image[:, np.arange(width) * image.shape[1] // width]
    row, column = np.indices(cells.shape)
    marks = np.zeros((*cells.shape, 4), dtype=np.uint8)
    marks[_is_over(cells, scale) & ((column + 4 * row) % 24 < 5)] = _bytes(OVER_LINES)
    marks[~np.isfinite(cells) & ((column - 4 * row) % 24 < 5)] = _bytes(NOT_FINITE_LINES)
    return marks


def _bytes(color: str) -> list[int]:
    return [round(255 * part) for part in mpl.colors.to_rgba(color)]


def draw_scale(figure: Figure, image: AxesImage, values: np.ndarray, **place) -> None:
    """Draw the colour bar of all that a figure shows: beside the panels `ax`, or into the axes `cax`."""
    extend = "max" if _is_over(values, image.norm).any() else "neither"
    bar = figure.colorbar(image, extend=extend, aspect=35, shrink=0.8, pad=0.012, **place)
    bar.set_label(SCALE_LABEL, fontsize=7)


def mark_handles(scale: Normalize, values: np.ndarray) -> list[Patch]:
    """Return what a legend needs to explain the marks that there are in all that a figure shows."""
    marks = []
    if _is_over(values, scale).any():
        marks.append((f"above the scale (M > {scale.vmax:.2f})", OVER_COLOR, OVER_LINES, OVER_HATCH))
    if not np.isfinite(values).all():
        label = "infinite: changes with the angle, not the image"
        marks.append((label, NOT_FINITE_COLOR, NOT_FINITE_LINES, NOT_FINITE_HATCH))
    return [
        Patch(facecolor=color, edgecolor=lines, hatch=hatch, linewidth=0, label=label)
        for label, color, lines, hatch in marks
    ]


def _is_over(values: np.ndarray, scale: Normalize) -> np.ndarray:
    return np.isfinite(values) & (values > scale.vmax)
