"""M of every unit as heatmaps, class by class."""

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from rotational_variance.figures.parts.colour_scale import draw_scale, mark_handles, scale_top
from rotational_variance.figures.parts.sheet import FIRST_SEED, legend_below, new_sheet
from rotational_variance.figures.parts.style import NUMBER_OF_LAYER, shorten, whole_numbers
from rotational_variance.figures.parts.training_results import Results, any_measurement, training_label
from rotational_variance.figures.parts.unit_image import draw_heatmap


def heatmaps_classes(title: str, note: str, aggregation: str, results: Results, *, sort_units: bool) -> Figure:
    """Draw M of every unit over the samples of each class: one band per class, one panel per training (first seed)."""
    measurement = any_measurement(results)
    names = measurement.class_names
    shown = {
        training: [result.measurements[0].normalized(aggregation, name) for name in names]
        for training, result in results.items()
    }
    everything = np.concatenate([layer for of_training in shown.values() for values in of_training for layer in values])
    figure = new_sheet(title, 0.9 + 0.6 * len(names), note, results=results, seeds=FIRST_SEED)
    panels = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
    scale = Normalize(0, scale_top(everything))
    for axes, (training, of_training) in zip(panels, shown.items(), strict=True):
        for band, values in enumerate(of_training):
            image = draw_heatmap(axes, values, scale, sort_units=sort_units, first=1, bottom=-band, height=0.88)
        axes.set_title(training_label(training, results[training].first_seed))
        axes.set_xlim(0.5, len(measurement.layers) + 0.5)
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
