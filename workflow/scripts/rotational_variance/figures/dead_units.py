"""Dead units of all models, and units without a finite value of a measure, layer by layer."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from rotational_variance.figures.parts.bars import bar_look, plot_bars
from rotational_variance.figures.parts.layer_axis import label_layers
from rotational_variance.figures.parts.sheet import FIRST_SEED, join_notes, legend_below, new_sheet
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.measurement import ALL, Measurement
from rotational_variance.statistics.units import unit_values

DEAD, INFINITE, BELOW_PRECISION = "dead", "infinite", "below precision"
HATCHES_ON_TOP = {INFINITE: "xxxxx", BELOW_PRECISION: "-----"}
TITLE_LINE = 0.14  # inches

Special = dict[str, list[np.ndarray]]  # kind of unit: one array [unit] of bool per layer


def dead_units(title: str, note: str, measure: Measure, aggregation: str, results: Mapping[str, Results]) -> Figure:
    """Draw the share of each layer's units that are dead or have no finite value, by model (the first seed).

    A model without such units has no panel; a line names it.
    """
    first_model = next(iter(results.values()))
    special = {
        model: {
            training: _special_units(result.measurements[0], measure, aggregation)
            for training, result in of_model.items()
        }
        for model, of_model in results.items()
    }
    shown = [model for model, of_model in special.items() if any(map(_occurs, of_model.values()))]
    none = ", ".join(f"{model} ({_n_units(results[model]):,} units)" for model in results if model not in shown)
    note = join_notes(note, f"none of any training in {none}" if none else "")
    height = 0.5 + (1.6 + TITLE_LINE * len(first_model)) * len(shown)
    figure = new_sheet(title, height, note, results=first_model, seeds=FIRST_SEED)
    if not shown:
        figure.set_layout_engine("none")  # which wants panels
        return figure
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    handles = {}
    for axes, model in zip(panels, shown, strict=True):
        of_model = results[model]
        for training, units in special[model].items():
            handles |= _draw_special(axes, of_model, training, units, measure)
        axes.set_title(_panel_title(model, of_model, special[model]))
        axes.set_ylabel("units of\nthe layer (%)")
        axes.set_ylim(0, max(5.0, 1.1 * axes.dataLim.y1))
        label_layers(axes, [layer.name for layer in any_measurement(of_model).layers], width=6.3)
        axes.set_xlabel("")
    panels[-1].set_xlabel("layer, from the input to the output; where names are left out, first layers of blocks")
    legend_below(figure, [handles[key] for key in sorted(handles, key=lambda key: list(first_model).index(key[0]))])
    return figure


def _occurs(special: Special) -> bool:
    return any(units.any() for layers in special.values() for units in layers)


def _n_units(of_model: Results) -> int:
    return sum(layer.n_units for layer in any_measurement(of_model).layers)


def _special_units(measurement: Measurement, measure: Measure, aggregation: str) -> Special:
    """Tell which units are of a kind; a unit is of one kind at most. Only relative measures ask for precision."""
    dead = measurement.dead(aggregation, ALL)
    infinite = [np.isinf(values) for values in unit_values(measurement, measure, aggregation, ALL)]
    found = {DEAD: dead, INFINITE: [inf & ~never for inf, never in zip(infinite, dead, strict=True)]}
    return found | ({BELOW_PRECISION: measurement.below_precision(aggregation, ALL)} if measure.is_relative else {})


def _draw_special(
    axes: Axes, of_model: Results, training: str, special: Special, measure: Measure
) -> dict[tuple[str, str], Patch]:
    """Draw a training's bars beside those of the others; return legend handles for the kinds that occur among them."""
    result = of_model[training]
    shares = {kind: np.array([100 * units.mean() for units in layers]) for kind, layers in special.items()}
    looks = {DEAD: bar_look(result) | {"label": f"dead, {result.training.label}"}}
    bars, x = plot_bars(axes, of_model, training, shares[DEAD][None])
    bottom = shares[DEAD]
    names = {INFINITE: f"infinite {measure.symbol}", BELOW_PRECISION: f"below precision (no {measure.symbol})"}
    for kind, hatch in HATCHES_ON_TOP.items():
        if kind in shares and shares[kind].any():
            looks[kind] = {"facecolor": "w", "edgecolor": result.look.color, "hatch": hatch, "linewidth": 0.5}
            looks[kind]["label"] = f"{names[kind]}, {result.training.label}"
            axes.bar(x, shares[kind], bars[0].get_width(), bottom=bottom, **looks[kind])
            bottom = bottom + shares[kind]
    return {(training, kind): Patch(**look) for kind, look in looks.items() if shares[kind].any()}


def _panel_title(model: str, of_model: Results, special: Mapping[str, Special]) -> str:
    """Name the model, and each training with the number of its units of each kind that occurs."""
    head = f"{model}, {_n_units(of_model):,} units"
    totals = {}
    for training, units in special.items():
        counts = {kind: sum(int(of_layer.sum()) for of_layer in layers) for kind, layers in units.items()}
        totals[training] = ", ".join(f"{n:,} {kind}" for kind, n in counts.items() if n)
    return "\n".join([head, *(f"{of_model[name].first_seed.label()}: {totals[name] or 'none'}" for name in totals)])
