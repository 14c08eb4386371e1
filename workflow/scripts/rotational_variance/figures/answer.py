"""What the study found on one dataset: accuracies, and a measure from the input to the output, of all models."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rotational_variance.figures.parts.bars import bar_look, plot_bars
from rotational_variance.figures.parts.lines import line_look
from rotational_variance.figures.parts.sheet import new_sheet
from rotational_variance.figures.parts.training_results import Results, TrainingResult
from rotational_variance.figures.parts.value_axis import show_values, value_label
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.measurement import ALL
from rotational_variance.statistics.sound_models import sound_models

DEPTH = np.linspace(0, 100, 101)  # percent
MODEL_DOT = {"marker": "o", "linestyle": "", "color": "k", "markersize": 2.5, "markeredgewidth": 0}
MODEL_LINE = {"linewidth": 0.6, "alpha": 0.6}
MEAN_LINE_WIDTH = 2.2
MAX_LEVEL = 2  # trainings beside whose bars there is room for level numbers


def answer(title: str, note: str, measure: Measure, aggregation: str, results: Mapping[str, Results]) -> Figure:
    """Draw the accuracies and a measure over relative depth, means over models, with each model beside its mean.

    results  by model, then by training; models of which one of the first two trainings is at chance with all seeds are
             left out, as in tables/findings.py, unless all are
    """
    failed = {model: {name: _learned_nothing(one) for name, one in of.items()} for model, of in results.items()}
    models = sound_models(failed) or list(results)
    shown = results[models[0]]
    by_training = {training: [results[model][training] for model in models] for training in shown}
    at_chance = {name: [model for model in models if failed[model][name]] for name in shown}
    legend = [_handles(of_models, at_chance[name]) for name, of_models in by_training.items()]
    figure = new_sheet(title, 2.5, note, results=shown, seeds="means over {} seeds", legend=legend)
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.7])
    for training, of_models in by_training.items():
        _draw_accuracies(left, shown, training, of_models)
        _draw_depth(right, measure, aggregation, of_models)
    several = len(models) > 1
    left.set_title(f"Accuracy{', mean and each model' if several else ''}")
    left.set_xticks([0, 1], ["upright", "rotated"])
    left.set_xlabel("test images")
    left.set_ylim(0, 112 if len(shown) <= MAX_LEVEL else 130)  # with space for the numbers
    left.set_yticks(range(0, 101, 20))
    left.set_ylabel("accuracy (%)")
    right.set_title(f"{measure.symbol} of each layer{', mean over models (thick) and each model' if several else ''}")
    right.set_xlabel("relative depth (%): 0 the first layer, 100 the last")
    show_values([right], measure)
    right.set_ylabel(value_label(measure))
    return figure


def _learned_nothing(result: TrainingResult) -> bool:
    return result.has_curve and result.is_at_chance.all()


def _handles(of_models: list[TrainingResult], at_chance: list[str]) -> tuple[Line2D, Patch]:
    """Return a line and a bar of a training for the legend, with a label that names its models at chance."""
    one, label = of_models[0], of_models[0].label("\n")
    if len(of_models) > 1:
        which = "" if len(at_chance) == len(of_models) else f"{', '.join(at_chance)} "
        label = one.training.label + (f"\n({which}at chance)" if at_chance else "")
    return Line2D([], [], **line_look(one) | {"label": label}), Patch(**bar_look(one))


def _draw_accuracies(axes: Axes, shown: Results, training: str, of_models: list[TrainingResult]) -> None:
    values = np.array([np.nanmean(100 * of_model.accuracies(), 0) for of_model in of_models])
    bars, x = plot_bars(axes, shown, training, values.mean(0, keepdims=True))
    axes.bar_label(bars, fmt="%.1f", fontsize=7, padding=6, rotation=0 if len(shown) <= MAX_LEVEL else 90)
    if len(of_models) > 1:
        axes.plot(np.tile(x, (len(values), 1)).ravel(), values.ravel(), **MODEL_DOT)


def _draw_depth(axes: Axes, measure: Measure, aggregation: str, of_models: list[TrainingResult]) -> None:
    lines = []
    for of_model in of_models:
        values = np.ma.masked_invalid(of_model.layer_values(measure, aggregation, ALL)).mean(0)
        known = np.flatnonzero(~np.ma.getmaskarray(values))
        if len(known):
            lines.append(np.interp(DEPTH, 100 * known / max(1, len(values) - 1), values[known]))
    look = line_look(of_models[0])
    if len(lines) > 1:
        for line in lines:
            axes.plot(DEPTH, line, **look | MODEL_LINE | {"label": "_"})
    if lines:
        axes.plot(DEPTH, np.mean(lines, 0), **look | {"linewidth": MEAN_LINE_WIDTH})
