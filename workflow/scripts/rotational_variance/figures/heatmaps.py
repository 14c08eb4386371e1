"""M of every unit as heatmaps: one column per layer, all panels on one colour scale."""

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from rotational_variance.figures.parts.colour_scale import draw_scale, mark_handles, scale_top
from rotational_variance.figures.parts.layer_axis import draw_kinds, kind_handles, names_height
from rotational_variance.figures.parts.sheet import FIRST_SEED, legend_below, new_sheet
from rotational_variance.figures.parts.style import SAMPLE_SETS
from rotational_variance.figures.parts.training_results import Results, any_measurement, training_label
from rotational_variance.figures.parts.unit_image import draw_heatmap


def heatmaps(title: str, note: str, aggregation: str, results: Results, *, sort_units: bool) -> Figure:
    """Draw M of every unit, over all samples and stratified, for each training (its first seed)."""
    shown = [
        (f"{name}, {training_label(training, result.first_seed)}",
         result.measurements[0].normalized(aggregation, sample_set))
        for sample_set, name in SAMPLE_SETS.items()
        for training, result in results.items()
    ]  # fmt: skip
    layers = any_measurement(results).layers
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
