"""All models on one dataset, side by side."""

from collections.abc import Iterable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rotational_variance.figures.layer_axis import label_layers
from rotational_variance.figures.lines import plot_mean
from rotational_variance.figures.results import Results, any_tensor, in_order
from rotational_variance.figures.sheet import legend_below, new_sheet
from rotational_variance.figures.style import COLORS, HATCHES, MEASURE, model_looks, show_m
from rotational_variance.normalized import ALL, STRATIFIED, dead_units, global_variance

SAMPLE_SETS = {ALL: "all samples", STRATIFIED: "stratified by class"}


def depth(title: str, note: str, aggregation: str, results: Mapping[str, Results]) -> Figure:
    """Draw M of each layer of all models on one axis: 0 % is the first layer, 100 % the last.

    results  by model, then by training
    """
    looks = model_looks(list(results))
    trainings = [training for training in COLORS if any(training in of_model for of_model in results.values())]
    figure = new_sheet(title, 4.2, note)
    panels = figure.subplots(len(SAMPLE_SETS), len(trainings), sharex=True, sharey=True, squeeze=False)
    for row, (sample_set, name) in zip(panels, SAMPLE_SETS.items(), strict=True):
        for axes, training in zip(row, trainings, strict=True):
            for model, of_model in results.items():
                values = of_model[training].layer_values(aggregation, sample_set)
                color, marker = looks[model]
                x = np.linspace(0, 100, values.shape[1])
                every = max(1, values.shape[1] // 16)  # markers, so that lines of many layers stay lines
                plot_mean(axes, x, values, color=color, marker=marker, markersize=3, markevery=every, linewidth=1)
            axes.set_title(f"{training} training, {name}")
        row[0].set_ylabel(f"{MEASURE},\nmean over units")
    show_m(list(panels.flat))
    for axes in panels[-1]:
        axes.set_xlabel("relative depth (%): 0 the first layer, 100 the last")
    handles = [
        Line2D([], [], color=color, marker=marker, markersize=3, label=f"{model} ({_n_layers(results[model])} layers)")
        for model, (color, marker) in looks.items()
    ]
    legend_below(figure, handles, n_columns=4)
    return figure


def global_bars(
    title: str, aggregations: Iterable[str], results: Mapping[str, Results], published: Mapping[tuple, float]
) -> Figure:
    """Draw global M, the mean over all units of all layers, of each model and training, beside what was published.

    published  values by (model, training, aggregation, sample set)
    """
    aggregations = list(aggregations)
    trainings = [training for training in COLORS if any(training in of_model for of_model in results.values())]
    figure = new_sheet(title, 0.6 + 1.8 * len(aggregations))
    panels = figure.subplots(len(aggregations), len(SAMPLE_SETS), sharex=True, sharey=True, squeeze=False)
    for row, aggregation in zip(panels, aggregations, strict=True):
        for axes, (sample_set, name) in zip(row, SAMPLE_SETS.items(), strict=True):
            for i, training in enumerate(trainings):
                offset = (i - (len(trainings) - 1) / 2) * 0.4
                _draw_bars(axes, results, training, aggregation, sample_set, offset)
                theirs = [published.get((model, training, aggregation, sample_set), np.nan) for model in results]
                axes.plot(np.arange(len(results)) + offset, theirs, "D", color="w", markeredgecolor="k", markersize=4)
            axes.set_title(f"{aggregation} of each feature map, {name}")
            axes.set_xticks(range(len(results)), [model.replace("_", "_\n") for model in results])
        row[0].set_ylabel(f"global {MEASURE},\nmean over all units")
    show_m(list(panels.flat))
    handles = [Patch(facecolor=COLORS[t], edgecolor="w", hatch=HATCHES[t], label=f"{t} training") for t in trainings]
    handles.append(Line2D([], [], color="k", linewidth=1.2, label="without dead units"))
    if published:
        marker = {"marker": "D", "linestyle": "", "color": "w", "markeredgecolor": "k", "markersize": 4}
        handles.append(Line2D([], [], **marker, label="published (Quiroga et al. 2019)"))
    legend_below(figure, handles, n_columns=4)
    return figure


def _draw_bars(
    axes: Axes, results: Mapping[str, Results], training: str, aggregation: str, sample_set: str, offset: float
) -> None:
    for x, of_model in enumerate(results.values()):
        found = [global_variance(tensor, aggregation, sample_set) for tensor in of_model[training].tensors]
        values = np.array([one.value for one in found])
        spread = [[values.mean() - values.min()], [values.max() - values.mean()]] if len(values) > 1 else None
        axes.bar(
            x + offset, values.mean(), 0.36, yerr=spread, color=COLORS[training], hatch=HATCHES[training],
            edgecolor="w", linewidth=0, label=f"{training} training",
        )  # fmt: skip
        without_dead = np.mean([one.value_without_dead for one in found])
        axes.hlines(without_dead, x + offset - 0.18, x + offset + 0.18, color="k", linewidth=1.2)


def dead_units_by_layer(title: str, note: str, aggregation: str, results: Mapping[str, Results]) -> Figure:
    """Draw which share of each layer's units is dead or has an infinite M, a panel a model (the first seed)."""
    figure = new_sheet(title, 0.5 + 1.75 * len(results), note)
    panels = figure.subplots(len(results), 1, squeeze=False)[:, 0]
    for axes, (model, of_model) in zip(panels, results.items(), strict=True):
        totals = [_draw_dead(axes, training, aggregation, of_model) for training, _ in in_order(of_model)]
        axes.set_title(f"{model}: {'; '.join(totals)}")
        axes.set_ylabel("units of\nthe layer (%)")
        axes.set_ylim(0, max(5.0, 1.1 * axes.dataLim.y1))
        label_layers(axes, [layer.name for layer in any_tensor(of_model).layers], width=6.3)
        axes.set_xlabel("")
    panels[-1].set_xlabel("layer, from the input to the output; where names are left out, first layers of blocks")
    handles = [
        Patch(color=COLORS[t], label=f"dead, {t} training") for t in COLORS if any(t in r for r in results.values())
    ]
    handles.append(Patch(facecolor="w", edgecolor="k", hatch="xxxxx", linewidth=0.5, label="infinite M, on top"))
    legend_below(figure, handles)
    return figure


def _draw_dead(axes: Axes, training: str, aggregation: str, of_model: Results) -> str:
    """Draw a training's bars beside those of the other, and return the totals in words."""
    tensor = of_model[training].tensors[0]
    dead = dead_units(tensor, aggregation, ALL)
    infinite = [np.isinf(values) for values in tensor.normalized(aggregation, ALL)]
    shares = [np.array([100 * units.mean() for units in of_kind]) for of_kind in (dead, infinite)]
    trainings = [name for name, _ in in_order(of_model)]
    width = 0.8 / len(trainings)
    x = np.arange(len(dead)) + (trainings.index(training) - (len(trainings) - 1) / 2) * width
    axes.bar(
        x, shares[0], width, color=COLORS[training], hatch=HATCHES[training], edgecolor="w", linewidth=0,
        label=f"dead, {training} training",
    )  # fmt: skip
    axes.bar(
        x, shares[1], width, bottom=shares[0], facecolor="w", edgecolor=COLORS[training], hatch="xxxxx", linewidth=0.5,
        label=f"infinite, {training} training",
    )  # fmt: skip
    n_units = sum(len(units) for units in dead)
    n_dead, n_infinite = (sum(int(units.sum()) for units in of_kind) for of_kind in (dead, infinite))
    return f"{training} {n_dead:,} dead and {n_infinite:,} infinite of {n_units:,}"


def _n_layers(results: Results) -> int:
    return len(any_tensor(results).layers)
