"""A measure of whole networks, for all models, beside the published values."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rotational_variance.figures.parts.bars import bar_look, plot_bars
from rotational_variance.figures.parts.sheet import legend_below, new_sheet
from rotational_variance.figures.parts.style import SAMPLE_SETS
from rotational_variance.figures.parts.text_size import shorten, text_width
from rotational_variance.figures.parts.training_results import Results, any_measurement, chance_labels
from rotational_variance.figures.parts.value_axis import show_values, value_label
from rotational_variance.statistics.averages import global_value
from rotational_variance.statistics.definition import Measure

PUBLISHED_LOOK = {"marker": "D", "linestyle": "", "color": "w", "markeredgecolor": "k", "markersize": 4}
PUBLISHED_LABEL = "published (Quiroga et al. 2019)"
ROOM = 3.0  # inches of a panel, for the names of models
WITHOUT_DEAD = {  # at the right edge of a bar, so that it meets no range over seeds
    "marker": "<", "linestyle": "", "color": "k", "markeredgecolor": "w", "markeredgewidth": 0.4, "markersize": 5,
    "label": "without dead units",
}  # fmt: skip


def global_bars(
    title: str,
    note: str,
    measure: Measure,
    results: Mapping[str, Results],
    published: Mapping[tuple[str, str, str], float],
) -> Figure:
    """Draw the global value of each model and training, beside the published values.

    The global value is the mean over all units of all layers shown. A triangle at the right edge of a bar
    shows the mean without dead units, if a network has any.

    results    by model, then by training
    published  values by (model, training, quantity); the quantities are named {measure}_{aggregation}_{sample set}
    """
    first_model = next(iter(results.values()))
    aggregations = any_measurement(first_model).aggregations
    at_chance = {model: labels for model, of_model in results.items() if (labels := chance_labels(of_model))}
    n_lines = sum(1 + len(labels) for labels in at_chance.values())
    figure = new_sheet(title, 0.6 + 1.8 * len(aggregations) + 0.12 * n_lines, note, results=first_model)
    panels = figure.subplots(len(aggregations), len(SAMPLE_SETS), sharex=True, sharey=True, squeeze=False)
    handles = {training: Patch(**bar_look(result)) for training, result in first_model.items()}
    for row, aggregation in zip(panels, aggregations, strict=True):
        for axes, (sample_set, name) in zip(row, SAMPLE_SETS.items(), strict=True):
            for training in first_model:
                x, of_ours = _draw_bars(axes, results, training, measure, aggregation, sample_set)
                quantity = f"{measure.name}_{aggregation}_{sample_set}"
                theirs = [published.get((model, training, quantity), np.nan) for model in results]
                handles |= of_ours | _draw_published(axes, x, theirs)
            axes.set_title(f"{aggregation} of each feature map, {name}")
            names = [_tick(model, ROOM / len(results)) for model in results]
            axes.set_xticks(range(len(results)), names, rotation=0 if len(results) <= 4 else 90)
        row[0].set_ylabel(value_label(measure, "mean over all units"))
    show_values(list(panels.flat), measure)
    chance = [Line2D([], [], linestyle="", label="\n".join([model, *labels])) for model, labels in at_chance.items()]
    legend_below(figure, [*handles.values(), *chance], max_columns=2 if at_chance else 4)
    return figure


def _tick(model: str, width: float) -> str:
    """Return the name of a model, in two lines if it is wider than so many inches."""
    name = shorten(model, 24)
    return name if text_width(name, 7) <= width else name.replace("_", "_\n", 1)


def _draw_bars(
    axes: Axes, results: Mapping[str, Results], training: str, measure: Measure, aggregation: str, sample_set: str
) -> tuple[np.ndarray, dict[str, Line2D]]:
    """Draw a training's bars, one per model, with marks; return the middles of the bars, and legend handles."""
    of_models = [of_model[training] for of_model in results.values()]
    found = [[global_value(one, measure, aggregation, sample_set) for one in of.measurements] for of in of_models]
    values = [of.by_seed([one.value for one in seeds]) for of, seeds in zip(of_models, found, strict=True)]
    alive = [of.by_seed([one.value_without_dead for one in seeds]) for of, seeds in zip(of_models, found, strict=True)]
    bars, x = plot_bars(axes, next(iter(results.values())), training, np.array(values).T)
    has_dead = np.array([any(one.n_dead for one in seeds) for seeds in found])
    without = np.ma.masked_invalid(alive).mean(1).filled(np.nan)
    shown = has_dead & np.isfinite(without)
    if not shown.any():
        return x, {}
    axes.plot(x[shown] + bars[0].get_width() / 2, without[shown], zorder=3, **WITHOUT_DEAD)
    return x, {"without dead": Line2D([], [], **WITHOUT_DEAD)}


def _draw_published(axes: Axes, x: np.ndarray, values: list[float]) -> dict[str, Line2D]:
    """Draw a diamond at each published value; return a legend handle if there are any."""
    axes.plot(x, values, **PUBLISHED_LOOK)
    return (
        {PUBLISHED_LABEL: Line2D([], [], **PUBLISHED_LOOK, label=PUBLISHED_LABEL)} if np.isfinite(values).any() else {}
    )
