"""M of each layer, class by class."""

import numpy as np
from matplotlib.figure import Figure

from rotational_variance.figures.parts.lines import plot_mean, training_look
from rotational_variance.figures.parts.sheet import new_sheet, small_panels
from rotational_variance.figures.parts.style import MEASURE, NUMBER_OF_LAYER, shorten, show_m
from rotational_variance.figures.parts.training_results import Results, any_measurement


def curves_classes(title: str, note: str, aggregation: str, results: Results) -> Figure:
    """Draw M of each layer over the samples of one class, one panel per class."""
    names = any_measurement(results).class_names
    figure = new_sheet(title, 0.5 + 1.3 * -(-len(names) // 5), note, results=results, legend=True)
    panels = small_panels(figure, len(names), max_columns=5)
    for axes, name in zip(panels, names, strict=True):
        for training, result in results.items():
            values = result.layer_values(aggregation, name)
            plot_mean(axes, np.arange(values.shape[1]) + 1, values, **training_look(training))
        axes.set_title(shorten(name, 18))
    show_m(panels)
    figure.supylabel(f"{MEASURE},\nmean over units")
    figure.supxlabel(NUMBER_OF_LAYER)
    return figure
