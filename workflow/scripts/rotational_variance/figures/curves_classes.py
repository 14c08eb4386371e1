"""A measure of each layer, class by class."""

import numpy as np
from matplotlib.figure import Figure

from rotational_variance.figures.parts.lines import line_handles, line_look, plot_mean
from rotational_variance.figures.parts.sheet import join_notes, new_sheet, small_panels
from rotational_variance.figures.parts.shown_classes import PANELS_PER_ROW, choice_note, choose_classes, label_panel
from rotational_variance.figures.parts.style import NUMBER_OF_LAYER
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.figures.parts.value_axis import show_values, value_label
from rotational_variance.statistics.definition import Measure


def curves_classes(title: str, note: str, measure: Measure, aggregation: str, results: Results) -> Figure:
    """Draw a measure of each layer over the samples of one class, one panel per class; of very many, of some."""
    all_names = any_measurement(results).class_names
    names = choose_classes(all_names)
    note = join_notes(note, choice_note(len(names), len(all_names)))
    height = 0.5 + 1.3 * -(-len(names) // PANELS_PER_ROW)
    figure = new_sheet(title, height, note, results=results, legend=line_handles(results))
    panels = small_panels(figure, len(names), max_columns=PANELS_PER_ROW)
    for axes, name in zip(panels, names, strict=True):
        for result in results.values():
            values = result.layer_values(measure, aggregation, name)
            plot_mean(axes, np.arange(values.shape[1]) + 1, values, **line_look(result))
        axes.set_title(label_panel(name))
    n_layers = len(any_measurement(results).layers)
    panels[0].set_xticks(sorted({1, n_layers}))  # and so of all panels, which are too narrow for more
    show_values(panels, measure)
    figure.supylabel(value_label(measure))
    figure.supxlabel(NUMBER_OF_LAYER)
    return figure
