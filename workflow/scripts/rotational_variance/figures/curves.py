"""M against the layer: over all samples and stratified, by kind of layer, by class; and the two stds on their own."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rotational_variance.figures.layer_axis import draw_kinds, kind_handles, names_height
from rotational_variance.figures.lines import MOST_MARKERS, plot_mean, training_look
from rotational_variance.figures.results import Results, any_tensor
from rotational_variance.figures.sheet import legend_below, new_sheet, small_panels
from rotational_variance.figures.style import MEASURE, NUMBER_OF_LAYER, SAMPLE_SETS, log_scale, shorten, show_m
from rotational_variance.layers import KINDS
from rotational_variance.normalized import ALL, Layer

STDS = ("transformation_std", "sample_std")


def curves(title: str, note: str, aggregation: str, results: Results) -> Figure:
    """Draw M of each layer, over all samples and stratified."""
    figure = new_sheet(title, 3.6 + names_height(any_tensor(results).layers), note, results=results, legend=True)
    panels = _panels_over_layers(figure, any_tensor(results).layers)
    for axes, (sample_set, name) in zip(panels, SAMPLE_SETS.items(), strict=True):
        for training, result in results.items():
            _plot(axes, result.layer_values(aggregation, sample_set), training)
        axes.set_title(name)
        axes.set_ylabel(f"{MEASURE},\nmean over units")
    show_m(panels)
    return figure


def kinds(title: str, note: str, aggregation: str, results: Results) -> Figure:
    """Draw M of each layer, a panel a kind of layer: convolutions with convolutions, activations with activations."""
    layers = any_tensor(results).layers
    of_kind = {kind: [i for i, layer in enumerate(layers) if layer.kind == kind] for kind in KINDS}
    of_kind = {kind: chosen for kind, chosen in of_kind.items() if chosen}
    figure = new_sheet(title, 0.5 + 1.5 * -(-len(of_kind) // 4), note, results=results, legend=True)
    panels = small_panels(figure, len(of_kind), most_columns=4)
    values = {training: result.layer_values(aggregation, ALL) for training, result in results.items()}
    for axes, (kind, chosen) in zip(panels, of_kind.items(), strict=True):
        for training, of_training in values.items():
            _plot(axes, of_training[:, chosen], training, x=np.array(chosen) + 1)
        axes.set_title(f"{kind} ({len(chosen)} layer{'s' if len(chosen) > 1 else ''})")
        axes.set_xlim(0, len(layers) + 1)
    show_m(panels)
    figure.supylabel(f"{MEASURE},\nall samples, mean over units")
    figure.supxlabel(NUMBER_OF_LAYER)
    return figure


def curves_classes(title: str, note: str, aggregation: str, results: Results) -> Figure:
    """Draw M of each layer over the samples of one class, a panel a class."""
    names = any_tensor(results).class_names
    figure = new_sheet(title, 0.5 + 1.3 * -(-len(names) // 5), note, results=results, legend=True)
    panels = small_panels(figure, len(names), most_columns=5)
    for axes, name in zip(panels, names, strict=True):
        for training, result in results.items():
            values = result.layer_values(aggregation, name)
            plot_mean(axes, np.arange(values.shape[1]) + 1, values, **training_look(training))
        axes.set_title(shorten(name, 18))
    show_m(panels)
    figure.supylabel(f"{MEASURE},\nmean over units")
    figure.supxlabel(NUMBER_OF_LAYER)
    return figure


def stds(title: str, note: str, aggregation: str, results: Results) -> Figure:
    """Draw what M is the ratio of: the transformation std and the sample std of each layer, mean over units."""
    tensor = any_tensor(results)
    row = tensor.aggregations.index(aggregation)
    figure = new_sheet(title, 3.6 + names_height(tensor.layers), note, results=results, legend=True)
    panels = _panels_over_layers(figure, tensor.layers)
    for axes, name in zip(panels, STDS, strict=True):
        for training, result in results.items():
            values = np.array([[getattr(layer, name)[row, 0].mean() for layer in one.layers] for one in result.tensors])
            _plot(axes, np.where(values > 0, values, np.nan), training)  # a log scale has no place for 0
        axes.set_title(f"{name.replace('_', ' ')}, all samples")
        axes.set_ylabel("mean over units\n(in units of the activation)")
    log_scale(panels)
    return figure


def _plot(axes: Axes, values: np.ndarray, training: str, x: np.ndarray | None = None) -> None:
    """Plot a training's `values` [seed, layer] at `x`, which counts the layers from 0 if it is not given."""
    dots = {"marker": "o", "markersize": 2.2} if values.shape[1] <= MOST_MARKERS else {}
    plot_mean(axes, np.arange(values.shape[1]) if x is None else x, values, **dots, **training_look(training))


def _panels_over_layers(figure: Figure, layers: list[Layer]) -> list[Axes]:
    """Return two panels above an axis with the names and kinds of the layers."""
    *panels, strip = figure.subplots(3, 1, sharex=True, height_ratios=[1, 1, 0.05])
    draw_kinds(strip, layers, width=6.3, below=panels)
    legend_below(figure, kind_handles(layers))
    return panels
