"""Dead and infinite units of all models, layer by layer."""

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
from rotational_variance.measures.measurement import ALL


def dead_units(title: str, note: str, aggregation: str, results: Mapping[str, Results]) -> Figure:
    """Draw the share of each layer's units that is dead or has an infinite M, one panel per model (the first seed)."""
    first_model = next(iter(results.values()))
    figure = new_sheet(title, 0.5 + 1.75 * len(results), note, results=first_model, seeds=FIRST_SEED)
    panels = figure.subplots(len(results), 1, squeeze=False)[:, 0]
    for axes, (model, of_model) in zip(panels, results.items(), strict=True):
        totals = [_draw_dead(axes, training, aggregation, of_model) for training in of_model]
        axes.set_title(f"{model}: {'; '.join(totals)}")
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
    handles.append(Patch(facecolor="w", edgecolor="k", hatch="xxxxx", linewidth=0.5, label="infinite M, on top"))
    legend_below(figure, handles)
    return figure


def _draw_dead(axes: Axes, training: str, aggregation: str, of_model: Results) -> str:
    """Draw a training's bars beside those of the other training, and return its totals in words."""
    measurement = of_model[training].measurements[0]
    dead = measurement.dead(aggregation, ALL)
    infinite = [np.isinf(values) for values in measurement.normalized(aggregation, ALL)]
    shares = [np.array([100 * units.mean() for units in of_kind]) for of_kind in (dead, infinite)]
    bars, x = plot_bars(axes, list(of_model), training, shares[0][None])
    bars.set_label(f"dead, {training} training")
    axes.bar(
        x, shares[1], bars[0].get_width(), bottom=shares[0], facecolor="w", edgecolor=COLORS[training], hatch="xxxxx",
        linewidth=0.5, label=f"infinite, {training} training",
    )  # fmt: skip
    n_units = sum(len(units) for units in dead)
    n_dead, n_infinite = (sum(int(units.sum()) for units in of_kind) for of_kind in (dead, infinite))
    return f"{training} {n_dead:,} dead and {n_infinite:,} infinite of {n_units:,}"
