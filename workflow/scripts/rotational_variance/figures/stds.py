"""The transformation std and the sample std of each layer; M is their ratio in each unit."""

import numpy as np
from matplotlib.figure import Figure

from rotational_variance.figures.parts.layer_axis import names_height
from rotational_variance.figures.parts.layer_lines import panels_over_layers, plot_layers
from rotational_variance.figures.parts.sheet import new_sheet
from rotational_variance.figures.parts.style import log_scale
from rotational_variance.figures.parts.training_results import Results, any_measurement

STDS = ("transformation_std", "sample_std")


def stds(title: str, note: str, aggregation: str, results: Results) -> Figure:
    """Draw the transformation std and the sample std of each layer, over all samples, mean over units."""
    measurement = any_measurement(results)
    row = measurement.aggregations.index(aggregation)
    figure = new_sheet(title, 3.6 + names_height(measurement.layers), note, results=results, legend=True)
    panels = panels_over_layers(figure, measurement.layers)
    for axes, name in zip(panels, STDS, strict=True):
        for training, result in results.items():
            values = np.array(
                [[getattr(layer, name)[row, 0].mean() for layer in one.layers] for one in result.measurements]
            )
            plot_layers(axes, np.where(values > 0, values, np.nan), training)  # a log scale cannot show 0
        axes.set_title(f"{name.replace('_', ' ')}, all samples")
        axes.set_ylabel("mean over units\n(in units of the activation)")
    log_scale(panels)
    return figure
