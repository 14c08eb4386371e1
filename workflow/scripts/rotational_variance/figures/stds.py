"""The transformation std and the sample std of each layer; M is their ratio in each unit."""

from matplotlib.figure import Figure

from rotational_variance.figures.parts.layer_axis import names_height
from rotational_variance.figures.parts.layer_lines import panels_over_layers, plot_layers
from rotational_variance.figures.parts.lines import line_handles
from rotational_variance.figures.parts.sheet import new_sheet
from rotational_variance.figures.parts.style import SAMPLE_SETS
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.figures.parts.value_axis import show_values
from rotational_variance.measures.sample_std import MEASURE as SAMPLE_STD
from rotational_variance.measures.transformation_std import MEASURE as TRANSFORMATION_STD
from rotational_variance.statistics.measurement import ALL


def stds(title: str, note: str, aggregation: str, results: Results) -> Figure:
    """Draw the transformation std and the sample std of each layer, over all samples, on one scale."""
    layers = any_measurement(results).layers
    figure = new_sheet(title, 3.6 + names_height(layers), note, results=results, legend=line_handles(results))
    panels = panels_over_layers(figure, layers)
    for axes, measure in zip(panels, (TRANSFORMATION_STD, SAMPLE_STD), strict=True):
        for result in results.values():
            plot_layers(axes, result.layer_values(measure, aggregation, ALL), result)
        axes.set_title(f"{measure.title}, {SAMPLE_SETS[ALL]}")
        axes.set_ylabel("mean over units\n(in units of the activation)")
    show_values(panels, SAMPLE_STD)  # one scale for both, which are compared
    return figure
