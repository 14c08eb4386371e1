"""M of each layer, over all samples and stratified."""

from matplotlib.figure import Figure

from rotational_variance.figures.parts.layer_axis import names_height
from rotational_variance.figures.parts.layer_lines import panels_over_layers, plot_layers
from rotational_variance.figures.parts.sheet import new_sheet
from rotational_variance.figures.parts.style import MEASURE, SAMPLE_SETS, show_m
from rotational_variance.figures.parts.training_results import Results, any_measurement


def curves(title: str, note: str, aggregation: str, results: Results) -> Figure:
    """Draw M of each layer, over all samples and stratified."""
    figure = new_sheet(title, 3.6 + names_height(any_measurement(results).layers), note, results=results, legend=True)
    panels = panels_over_layers(figure, any_measurement(results).layers)
    for axes, (sample_set, name) in zip(panels, SAMPLE_SETS.items(), strict=True):
        for training, result in results.items():
            plot_layers(axes, result.layer_values(aggregation, sample_set), training)
        axes.set_title(name)
        axes.set_ylabel(f"{MEASURE},\nmean over units")
    show_m(panels)
    return figure
