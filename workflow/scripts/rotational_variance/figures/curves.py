"""A measure of each layer, over all samples and stratified."""

from matplotlib.figure import Figure

from rotational_variance.figures.parts.layer_axis import names_height
from rotational_variance.figures.parts.layer_lines import panels_over_layers, plot_layers
from rotational_variance.figures.parts.lines import line_handles
from rotational_variance.figures.parts.sheet import new_sheet
from rotational_variance.figures.parts.style import SAMPLE_SETS
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.figures.parts.value_axis import show_values, value_label
from rotational_variance.statistics.definition import Measure


def curves(title: str, note: str, measure: Measure, aggregation: str, results: Results) -> Figure:
    """Draw a measure of each layer, over all samples and stratified."""
    layers = any_measurement(results).layers
    figure = new_sheet(title, 3.6 + names_height(layers), note, results=results, legend=line_handles(results))
    panels = panels_over_layers(figure, layers)
    for axes, (sample_set, name) in zip(panels, SAMPLE_SETS.items(), strict=True):
        for result in results.values():
            plot_layers(axes, result.layer_values(measure, aggregation, sample_set), result)
        axes.set_title(name)
        axes.set_ylabel(value_label(measure))
    show_values(panels, measure)
    return figure
