"""The global M of all models, beside the published values."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rotational_variance.figures.parts.bars import plot_bars
from rotational_variance.figures.parts.sheet import legend_below, new_sheet
from rotational_variance.figures.parts.style import COLORS, HATCHES, MEASURE, SAMPLE_SETS, shorten, show_m
from rotational_variance.figures.parts.training_results import Results, any_measurement, chance_labels
from rotational_variance.measures.averages import global_variance

PUBLISHED_LOOK = {"marker": "D", "linestyle": "", "color": "w", "markeredgecolor": "k", "markersize": 4}


def global_bars(
    title: str, results: Mapping[str, Results], published: Mapping[tuple[str, str, str, str], float]
) -> Figure:
    """Draw the global M of each model and training, beside the published values.

    Global M is the mean of M over all units of all layers shown.

    results    by model, then by training
    published  values by (model, training, aggregation, sample set)
    """
    first_model = next(iter(results.values()))
    aggregations, trainings = any_measurement(first_model).aggregations, list(first_model)
    at_chance = {model: labels for model, of_model in results.items() if (labels := chance_labels(of_model))}
    n_lines = sum(1 + len(labels) for labels in at_chance.values())
    figure = new_sheet(title, 0.6 + 1.8 * len(aggregations) + 0.12 * n_lines, results=first_model)
    panels = figure.subplots(len(aggregations), len(SAMPLE_SETS), sharex=True, sharey=True, squeeze=False)
    for row, aggregation in zip(panels, aggregations, strict=True):
        for axes, (sample_set, name) in zip(row, SAMPLE_SETS.items(), strict=True):
            for training in trainings:
                found = [
                    [
                        global_variance(measurement, aggregation, sample_set)
                        for measurement in of_model[training].measurements
                    ]
                    for of_model in results.values()
                ]  # [model][seed]
                _, x = plot_bars(axes, trainings, training, np.array([[one.value for one in of] for of in found]).T)
                without_dead = np.ma.masked_invalid([[one.value_without_dead for one in of] for of in found]).mean(1)
                axes.hlines(without_dead.filled(np.nan), x - 0.18, x + 0.18, color="k", linewidth=1.2)
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
    handles += [Line2D([], [], linestyle="", label="\n".join([model, *labels])) for model, labels in at_chance.items()]
    legend_below(figure, handles, max_columns=2 if at_chance else 4)
    return figure
