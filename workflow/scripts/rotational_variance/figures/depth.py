"""A measure of all models on one axis of relative depth."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rotational_variance.figures.parts.lines import plot_mean
from rotational_variance.figures.parts.sheet import legend_below, new_sheet
from rotational_variance.figures.parts.style import SAMPLE_SETS, model_looks
from rotational_variance.figures.parts.text_size import wrap_parts
from rotational_variance.figures.parts.training_results import Results, any_measurement, chance_labels
from rotational_variance.figures.parts.value_axis import show_values, value_label
from rotational_variance.statistics.definition import Measure


def depth(title: str, note: str, measure: Measure, aggregation: str, results: Mapping[str, Results]) -> Figure:
    """Draw a measure of each layer of all models on one axis: 0 % is the first layer, 100 % the last.

    results  by model, then by training
    """
    looks = model_looks(list(results))
    first_model = next(iter(results.values()))  # all models have the same trainings and seeds
    at_chance = {model: chance_labels(of_model) for model, of_model in results.items()}
    n_lines = sum(map(len, at_chance.values()))
    figure = new_sheet(title, 0.8 + 1.7 * len(first_model) + 0.12 * n_lines, note, results=first_model)
    panels = figure.subplots(len(first_model), len(SAMPLE_SETS), sharex=True, sharey=True, squeeze=False)
    for row, (training, of_first) in zip(panels, first_model.items(), strict=True):
        for axes, (sample_set, name) in zip(row, SAMPLE_SETS.items(), strict=True):
            for model, of_model in results.items():
                values = of_model[training].layer_values(measure, aggregation, sample_set)
                color, marker = looks[model]
                x = np.linspace(0, 100, values.shape[1])
                every = max(1, values.shape[1] // 16)  # few markers, so that long lines still look like lines
                plot_mean(axes, x, values, color=color, marker=marker, markersize=3, markevery=every, linewidth=1)
            axes.set_title(wrap_parts(of_first.training.label, name, width=3.1, size=8))
        row[0].set_ylabel(value_label(measure))
    show_values(list(panels.flat), measure)
    for axes in panels[-1]:
        axes.set_xlabel("relative depth (%): 0 the first layer, 100 the last")
    labels = {model: f"{model} ({_n_layers(of_model)} layers)" for model, of_model in results.items()}
    handles = [
        Line2D([], [], color=color, marker=marker, markersize=3, label="\n".join([labels[model], *at_chance[model]]))
        for model, (color, marker) in looks.items()
    ]
    legend_below(figure, handles, max_columns=2 if n_lines else 4)
    return figure


def _n_layers(results: Results) -> int:
    return len(any_measurement(results).layers)
