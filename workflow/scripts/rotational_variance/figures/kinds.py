"""A measure of each layer, by kind of layer."""

import numpy as np
from matplotlib.figure import Figure

from rotational_variance.figures.parts.layer_lines import plot_layers
from rotational_variance.figures.parts.lines import line_handles
from rotational_variance.figures.parts.sheet import new_sheet, small_panels
from rotational_variance.figures.parts.style import NUMBER_OF_LAYER, SAMPLE_SETS
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.figures.parts.value_axis import show_values, value_label
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.layer_selection import KINDS
from rotational_variance.statistics.measurement import ALL


def kinds(title: str, note: str, measure: Measure, aggregation: str, results: Results) -> Figure:
    """Draw a measure of each layer, one panel per kind: convolutions in one, activations in another, and so on."""
    layers = any_measurement(results).layers
    of_kind = {kind: [i for i, layer in enumerate(layers) if layer.kind == kind] for kind in KINDS}
    of_kind = {kind: chosen for kind, chosen in of_kind.items() if chosen}
    height = 0.5 + 1.5 * -(-len(of_kind) // 4)
    figure = new_sheet(title, height, f"{note}; {SAMPLE_SETS[ALL]}", results=results, legend=line_handles(results))
    panels = small_panels(figure, len(of_kind), max_columns=4)
    values = {training: result.layer_values(measure, aggregation, ALL) for training, result in results.items()}
    for axes, (kind, chosen) in zip(panels, of_kind.items(), strict=True):
        for training, of_training in values.items():
            plot_layers(axes, of_training[:, chosen], results[training], x=np.array(chosen) + 1)
        axes.set_title(f"{kind} ({len(chosen)} layer{'s' if len(chosen) > 1 else ''})")
        axes.set_xlim(0, len(layers) + 1)
    show_values(panels, measure)
    figure.supylabel(value_label(measure))
    figure.supxlabel(NUMBER_OF_LAYER)
    return figure
