"""Dead and infinite units of all models, and those below precision, layer by layer."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from rotational_variance.figures.parts.bars import plot_bars
from rotational_variance.figures.parts.layer_axis import label_layers
from rotational_variance.figures.parts.sheet import FIRST_SEED, legend_below, new_sheet
from rotational_variance.figures.parts.style import COLORS, HATCHES
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.measures.measurement import ALL, Measurement

HATCHES_ON_TOP = {"infinite": "xxxxx", "below precision": "-----"}
MAX_TITLE_CHARS = 105  # longer titles of panels get a line for each training


def dead_units(title: str, note: str, aggregation: str, results: Mapping[str, Results]) -> Figure:
    """Draw the share of each layer's units that is dead or has an infinite M, one panel per model (the first seed).

    Units below precision are drawn as a third kind, if there are any.
    """
    first_model = next(iter(results.values()))
    figure = new_sheet(title, 0.5 + 1.75 * len(results), note, results=first_model, seeds=FIRST_SEED)
    panels = figure.subplots(len(results), 1, squeeze=False)[:, 0]
    for axes, (model, of_model) in zip(panels, results.items(), strict=True):
        totals = [_draw_dead(axes, training, aggregation, of_model) for training in of_model]
        separator = "; " if len(f"{model}: {'; '.join(totals)}") <= MAX_TITLE_CHARS else ";\n"
        axes.set_title(f"{model}: {separator.join(totals)}")
        axes.set_ylabel("units of\nthe layer (%)")
        if axes.dataLim.y1 == 0:
            axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", color="0.35")
        axes.set_ylim(0, max(5.0, 1.1 * axes.dataLim.y1))
        label_layers(axes, [layer.name for layer in any_measurement(of_model).layers], width=6.3)
        axes.set_xlabel("")
    panels[-1].set_xlabel("layer, from the input to the output; where names are left out, first layers of blocks")
    handles = [
        Patch(facecolor=COLORS[t], edgecolor="w", hatch=HATCHES[t], label=f"dead, {t} training") for t in first_model
    ]
    labels = {"infinite": "infinite M, on top"}
    if any("below precision" in axes.get_title(loc="left") for axes in panels):
        labels["below precision"] = "below precision (no M), on top"
    handles += [
        Patch(facecolor="w", edgecolor="k", hatch=HATCHES_ON_TOP[kind], linewidth=0.5, label=label)
        for kind, label in labels.items()
    ]
    legend_below(figure, handles)
    return figure


def _draw_dead(axes: Axes, training: str, aggregation: str, of_model: Results) -> str:
    """Draw a training's bars beside those of the other training, and return its totals in words."""
    first = of_model[training].first_seed
    special = _special_units(first.measurements[0], aggregation)
    shares = {kind: np.array([100 * units.mean() for units in layers]) for kind, layers in special.items()}
    bars, x = plot_bars(axes, list(of_model), training, shares["dead"][None])
    bars.set_label(f"dead, {training} training")
    bottom = shares.pop("dead")
    for kind, share in shares.items():
        axes.bar(
            x, share, bars[0].get_width(), bottom=bottom, facecolor="w", edgecolor=COLORS[training],
            hatch=HATCHES_ON_TOP[kind], linewidth=0.5, label=f"{kind}, {training} training",
        )  # fmt: skip
        bottom = bottom + share
    *others, last = (f"{sum(int(units.sum()) for units in layers):,} {kind}" for kind, layers in special.items())
    n_units = sum(layer.n_units for layer in first.measurements[0].layers)
    name = f"{training} ({first.at_chance})" if first.at_chance else training
    return f"{name} {', '.join(others)} and {last} of {n_units:,}"


def _special_units(measurement: Measurement, aggregation: str) -> dict[str, list[np.ndarray]]:
    """Tell which units are of a kind: {kind: one array [unit] per layer}; "below precision" only if any unit is."""
    infinite = [np.isinf(values) for values in measurement.normalized(aggregation, ALL)]
    below = measurement.below_precision(aggregation, ALL)
    found = {"dead": measurement.dead(aggregation, ALL), "infinite": infinite}
    return found | ({"below precision": below} if any(units.any() for units in below) else {})
