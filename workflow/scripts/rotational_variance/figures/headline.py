"""The digest of one model on one dataset: a measure by layer and by unit, and the accuracies."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rotational_variance.figures.parts.bars import bar_handles, draw_accuracies
from rotational_variance.figures.parts.colour_scale import ColourScale
from rotational_variance.figures.parts.layer_axis import draw_kinds, kind_handles, names_height
from rotational_variance.figures.parts.lines import MAX_MARKED_POINTS, line_handles, line_look, plot_mean
from rotational_variance.figures.parts.sheet import MEAN_AND_RANGE, legend_below, new_sheet
from rotational_variance.figures.parts.style import SAMPLE_SETS
from rotational_variance.figures.parts.text_size import wrap
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.figures.parts.unit_image import draw_heatmap
from rotational_variance.figures.parts.value_axis import show_values, value_label
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.measurement import ALL, STRATIFIED
from rotational_variance.statistics.units import unit_values

LINE_WIDTHS = {ALL: 1.8, STRATIFIED: 0.9}
MAP_WIDTH = 4.5  # inches


def headline(
    title: str, note: str, measure: Measure, aggregation: str, results: Results, *, sort_units: bool
) -> Figure:
    """Draw a measure of each layer, the same of every unit as colours, and the accuracies.

    Curves and bars show the mean over seeds, and the range if there are several seeds; heatmaps show the first seed.
    """
    layers = any_measurement(results).layers
    shown = {
        training: unit_values(result.measurements[0], measure, aggregation, ALL) for training, result in results.items()
    }
    scale = ColourScale(measure, [layer for values in shown.values() for layer in values])
    figure = new_sheet(
        title,
        2.2 + names_height(layers) + 1.3 * len(shown),
        note,
        results=results,
        seeds=f"{MEAN_AND_RANGE}, heatmaps: the first",
        legend=list(zip(line_handles(results), bar_handles(results), strict=True)),
    )
    left, right = figure.subfigures(1, 2, width_ratios=[2.75, 1])
    heights = [1.3, *[1] * len(shown), 0.08]
    curves, *maps, strip = left.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    accuracies, beside = right.subplots(2, 1, height_ratios=[1.45, len(shown) + 0.6])
    _draw_curves(curves, measure, results, aggregation)
    draw_accuracies(accuracies, results, turned=len(results) > 1)
    for axes, (training, values) in zip(maps, shown.items(), strict=True):
        image = draw_heatmap(axes, values, scale, sort_units=sort_units)
        words = f"{measure.symbol} of every unit", results[training].first_seed.label(), SAMPLE_SETS[ALL]
        axes.set_title(wrap(", ".join(words), MAP_WIDTH, 8))
        axes.set_ylabel(f"units, {'sorted' if sort_units else 'in order'} (%)")
        axes.set_yticks([0, 50, 100])
    draw_kinds(strip, layers, width=MAP_WIDTH, below=[curves, *maps])
    beside.axis("off")
    scale.draw_bar(figure, image, cax=beside.inset_axes((0.1, 0.1, 0.09, 0.9)))
    legend_below(figure, [*kind_handles(layers), *scale.mark_handles()])
    return figure


def _draw_curves(axes: Axes, measure: Measure, results: Results, aggregation: str) -> None:
    looks = {}
    for sample_set, name in SAMPLE_SETS.items():
        for result in results.values():
            values = result.layer_values(measure, aggregation, sample_set)
            marker = "o" if sample_set == STRATIFIED and values.shape[1] <= MAX_MARKED_POINTS else None
            looks[name] = {"linewidth": LINE_WIDTHS[sample_set], "marker": marker, "markersize": 2}
            plot_mean(axes, range(values.shape[1]), values, **line_look(result) | looks[name])
    show_values([axes], measure)
    axes.set_ylabel(value_label(measure))
    axes.set_title(f"{measure.symbol} of each layer")
    handles = [Line2D([], [], color="0.3", label=name, **look) for name, look in looks.items()]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=len(handles), borderaxespad=0)
