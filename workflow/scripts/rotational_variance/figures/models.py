"""All models on one dataset, side by side."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rotational_variance.figures.layer_axis import label_layers
from rotational_variance.figures.lines import plot_bars, plot_mean
from rotational_variance.figures.results import Results, any_tensor
from rotational_variance.figures.sheet import FIRST_SEED, legend_below, new_sheet
from rotational_variance.figures.style import COLORS, HATCHES, MEASURE, SAMPLE_SETS, model_looks, shorten, show_m
from rotational_variance.normalized import ALL, global_variance

PUBLISHED_LOOK = {"marker": "D", "linestyle": "", "color": "w", "markeredgecolor": "k", "markersize": 4}


def depth(title: str, note: str, aggregation: str, results: Mapping[str, Results]) -> Figure:
    """Draw M of each layer of all models on one axis: 0 % is the first layer, 100 % the last.

    results  by model, then by training
    """
    looks = model_looks(list(results))
    of_first = next(iter(results.values()))  # with the same trainings and seeds as all
    trainings = list(of_first)
    figure = new_sheet(title, 4.2, note, results=of_first)
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
    legend_below(figure, handles, most_columns=4)
    return figure


def global_bars(
    title: str, results: Mapping[str, Results], published: Mapping[tuple[str, str, str, str], float]
) -> Figure:
    """Draw global M, the mean over all units of all layers, of each model and training, beside what was published.

    published  values by (model, training, aggregation, sample set)
    """
    of_first = next(iter(results.values()))
    aggregations, trainings = any_tensor(of_first).aggregations, list(of_first)
    figure = new_sheet(title, 0.6 + 1.8 * len(aggregations), results=of_first)
    panels = figure.subplots(len(aggregations), len(SAMPLE_SETS), sharex=True, sharey=True, squeeze=False)
    for row, aggregation in zip(panels, aggregations, strict=True):
        for axes, (sample_set, name) in zip(row, SAMPLE_SETS.items(), strict=True):
            for training in trainings:
                found = [
                    [global_variance(tensor, aggregation, sample_set) for tensor in of_model[training].tensors]
                    for of_model in results.values()
                ]  # [model][seed]
                _, x = plot_bars(axes, trainings, training, np.array([[one.value for one in of] for of in found]).T)
                without_dead = np.mean([[one.value_without_dead for one in of] for of in found], axis=1)
                axes.hlines(without_dead, x - 0.18, x + 0.18, color="k", linewidth=1.2)
                theirs = [published.get((model, training, aggregation, sample_set), np.nan) for model in results]
                axes.plot(x, theirs, **PUBLISHED_LOOK)
            axes.set_title(f"{aggregation} of each feature map, {name}")
            names = [shorten(model, 24).replace("_", "_\n", 1) for model in results]
            axes.set_xticks(range(len(results)), names, rotation=0 if len(results) <= 4 else 90)
        row[0].set_ylabel(f"global {MEASURE},\nmean over all units")
    show_m(list(panels.flat))
    handles = [Patch(facecolor=COLORS[t], edgecolor="w", hatch=HATCHES[t], label=f"{t} training") for t in trainings]
    handles.append(Line2D([], [], color="k", linewidth=1.2, label="without dead units"))
    if any(model in results for model, *_ in published):
        handles.append(Line2D([], [], **PUBLISHED_LOOK, label="published (Quiroga et al. 2019)"))
    legend_below(figure, handles, most_columns=4)
    return figure


def dead_units(title: str, note: str, aggregation: str, results: Mapping[str, Results]) -> Figure:
    """Draw which share of each layer's units is dead or has an infinite M, a panel a model (the first seed)."""
    of_first = next(iter(results.values()))
    figure = new_sheet(title, 0.5 + 1.75 * len(results), note, results=of_first, seeds=FIRST_SEED)
    panels = figure.subplots(len(results), 1, squeeze=False)[:, 0]
    for axes, (model, of_model) in zip(panels, results.items(), strict=True):
        totals = [_draw_dead(axes, training, aggregation, of_model) for training in of_model]
        axes.set_title(f"{model}: {'; '.join(totals)}")
        axes.set_ylabel("units of\nthe layer (%)")
        if axes.dataLim.y1 == 0:
            axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", color="0.35")
        axes.set_ylim(0, max(5.0, 1.1 * axes.dataLim.y1))
        label_layers(axes, [layer.name for layer in any_tensor(of_model).layers], width=6.3)
        axes.set_xlabel("")
    panels[-1].set_xlabel("layer, from the input to the output; where names are left out, first layers of blocks")
    handles = [
        Patch(facecolor=COLORS[t], edgecolor="w", hatch=HATCHES[t], label=f"dead, {t} training") for t in of_first
    ]
    handles.append(Patch(facecolor="w", edgecolor="k", hatch="xxxxx", linewidth=0.5, label="infinite M, on top"))
    legend_below(figure, handles)
    return figure


def _draw_dead(axes: Axes, training: str, aggregation: str, of_model: Results) -> str:
    """Draw a training's bars beside those of the other, and return the totals in words."""
    tensor = of_model[training].tensors[0]
    dead = tensor.dead(aggregation, ALL)
    infinite = [np.isinf(values) for values in tensor.normalized(aggregation, ALL)]
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


def _n_layers(results: Results) -> int:
    return len(any_tensor(results).layers)
