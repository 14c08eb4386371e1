"""A measure of every unit as heatmaps: one column per layer, all panels on one colour scale."""

from matplotlib.figure import Figure

from rotational_variance.figures.parts.colour_scale import ColourScale
from rotational_variance.figures.parts.layer_axis import draw_kinds, kind_handles, names_height
from rotational_variance.figures.parts.sheet import FIRST_SEED, legend_below, new_sheet
from rotational_variance.figures.parts.style import SAMPLE_SETS
from rotational_variance.figures.parts.text_size import wrap_parts
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.figures.parts.unit_image import draw_heatmap
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.units import unit_values

MAX_STACKED = 2  # trainings; the panels of more stand in two columns, so that they fit on a page
ROOM = 5.6  # inches: the width of all panels in a row


def heatmaps(
    title: str, note: str, measure: Measure, aggregation: str, results: Results, *, sort_units: bool
) -> Figure:
    """Draw a measure of every unit, over all samples and stratified, for each training (its first seed)."""
    shown = [
        ((name, result.first_seed.label()),
         unit_values(result.measurements[0], measure, aggregation, sample_set))
        for sample_set, name in SAMPLE_SETS.items()
        for result in results.values()
    ]  # fmt: skip
    scale = ColourScale(measure, [layer for _, values in shown for layer in values])
    layers = any_measurement(results).layers
    n_columns = 1 if len(results) <= MAX_STACKED else len(SAMPLE_SETS)
    n_rows = len(shown) // n_columns
    figure = new_sheet(title, 0.8 + names_height(layers) + 1.15 * n_rows, note, results=results, seeds=FIRST_SEED)
    grid = figure.subplots(n_rows + 1, n_columns, sharex=True, squeeze=False, height_ratios=[*[1] * n_rows, 0.08])
    panels, strips = list(grid[:-1].T.flat), grid[-1]
    width = ROOM / n_columns
    for axes, (names, values) in zip(panels, shown, strict=True):
        image = draw_heatmap(axes, values, scale, sort_units=sort_units)
        axes.set_title(wrap_parts(*names, width=width - 0.2, size=8))
        axes.set_yticks([0, 50, 100])
    figure.supylabel(f"units of the layer, {f'sorted by {measure.symbol}' if sort_units else 'in their order'} (%)")
    for strip in strips:
        draw_kinds(strip, layers, width=width, below=panels)
    scale.draw_bar(figure, image, ax=list(grid.flat))
    legend_below(figure, [*kind_handles(layers), *scale.mark_handles()])
    return figure
