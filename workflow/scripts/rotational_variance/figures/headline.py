"""The digest of one model on one dataset: M by layer and by unit, and the accuracies."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from rotational_variance.figures.parts.bars import draw_accuracies
from rotational_variance.figures.parts.colour_scale import draw_scale, mark_handles, scale_top
from rotational_variance.figures.parts.layer_axis import draw_kinds, kind_handles, names_height
from rotational_variance.figures.parts.lines import MAX_MARKED_POINTS, plot_mean, training_look
from rotational_variance.figures.parts.sheet import MEAN_AND_RANGE, legend_below, new_sheet
from rotational_variance.figures.parts.style import MEASURE, SAMPLE_SETS, show_m
from rotational_variance.figures.parts.training_results import Results, any_measurement, training_label
from rotational_variance.figures.parts.unit_image import draw_heatmap
from rotational_variance.measures.measurement import ALL, STRATIFIED


def headline(title: str, note: str, aggregation: str, results: Results, *, sort_units: bool) -> Figure:
    """Draw M of each layer, M of every unit on one colour scale, and the accuracies.

    Curves and bars show the mean over seeds, and the range if there are several seeds; heatmaps show the first seed.
    """
    layers = any_measurement(results).layers
    shown = {training: result.measurements[0].normalized(aggregation, ALL) for training, result in results.items()}
    figure = new_sheet(
        title,
        2.4 + names_height(layers) + 1.3 * len(shown),
        note,
        results=results,
        seeds=f"{MEAN_AND_RANGE}, heatmaps: the first",
    )
    left, right = figure.subfigures(1, 2, width_ratios=[2.95, 1])
    heights = [1.45, *[1] * len(shown), 0.08]
    curves, *maps, strip = left.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    accuracies, beside = right.subplots(2, 1, height_ratios=[1.45, len(shown) + 0.6])
    _draw_curves(curves, results, aggregation)
    draw_accuracies(accuracies, results)
    everything = np.concatenate([layer for values in shown.values() for layer in values])
    scale = Normalize(0, scale_top(everything))
    for axes, (training, values) in zip(maps, shown.items(), strict=True):
        image = draw_heatmap(axes, values, scale, sort_units=sort_units)
        axes.set_title(f"M of every unit, {training_label(training, results[training].first_seed)}, all samples")
        axes.set_ylabel(f"units, {'sorted' if sort_units else 'in order'} (%)")
        axes.set_yticks([0, 50, 100])
    draw_kinds(strip, layers, width=4.5, below=[curves, *maps])
    beside.axis("off")
    draw_scale(figure, image, everything, cax=beside.inset_axes((0.1, 0.1, 0.09, 0.9)))
    legend_below(figure, [*kind_handles(layers), *mark_handles(scale, everything)])
    return figure


def _draw_curves(axes: Axes, results: Results, aggregation: str) -> None:
    for training, result in results.items():
        for (sample_set, name), width in zip(SAMPLE_SETS.items(), (1.8, 0.9), strict=True):
            values = result.layer_values(aggregation, sample_set)
            marker = "o" if sample_set == STRATIFIED and values.shape[1] <= MAX_MARKED_POINTS else None
            label = f"{training} training, {name}" + (f"\n({result.at_chance})" if result.at_chance else "")
            look = training_look(training) | {"label": label, "linewidth": width}
            plot_mean(axes, range(values.shape[1]), values, marker=marker, markersize=2, **look)
    show_m([axes])
    axes.set_ylabel(f"{MEASURE},\nmean over units")
    n_lines = 4 if any(result.at_chance for result in results.values()) else 2  # of the legend below the title
    axes.set_title("M of each layer", pad=9 + 9 * n_lines)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2, columnspacing=1.2)
