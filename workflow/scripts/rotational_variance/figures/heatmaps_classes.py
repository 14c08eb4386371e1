"""A measure of every unit as heatmaps, class by class."""

from matplotlib.figure import Figure

from rotational_variance.figures.parts.colour_scale import ColourScale
from rotational_variance.figures.parts.sheet import FIRST_SEED, join_notes, legend_below, new_sheet
from rotational_variance.figures.parts.shown_classes import choice_note, choose_classes, label_class
from rotational_variance.figures.parts.style import NUMBER_OF_LAYER, whole_numbers
from rotational_variance.figures.parts.text_size import wrap
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.figures.parts.unit_image import draw_heatmap
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.units import unit_values

ROOM = 5.2  # inches: the width of all panels, beside long names of classes
BAND, MAX_HEIGHT = 0.6, 10.2  # inches: a class, and all classes together; the bands of many are lower


def heatmaps_classes(
    title: str, note: str, measure: Measure, aggregation: str, results: Results, *, sort_units: bool
) -> Figure:
    """Draw a measure of every unit by class: one band per class, one panel per training (its first seed).

    Of very many classes, some are shown.
    """
    measurement = any_measurement(results)
    names = choose_classes(measurement.class_names)
    shown = {
        training: [unit_values(result.measurements[0], measure, aggregation, name) for name in names]
        for training, result in results.items()
    }
    scale = ColourScale(
        measure, [layer for of_training in shown.values() for values in of_training for layer in values]
    )
    height = 0.9 + min(BAND * len(names), MAX_HEIGHT)
    note = join_notes(note, choice_note(len(names), len(measurement.class_names)))
    figure = new_sheet(title, height, note, results=results, seeds=FIRST_SEED)
    panels = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (training, of_training) in zip(panels, shown.items(), strict=True):
        for band, values in enumerate(of_training):
            image = draw_heatmap(axes, values, scale, sort_units=sort_units, first=1, bottom=-band, height=0.88)
        axes.set_title(wrap(results[training].first_seed.label(), ROOM / len(shown), 8))
        axes.set_xlim(0.5, len(measurement.layers) + 0.5)
        axes.set_ylim(1 - len(names), 0.88)
        axes.set_xlabel(NUMBER_OF_LAYER)
        whole_numbers(axes)
        axes.spines[:].set_visible(False)
        axes.tick_params(axis="y", length=0)
    panels[0].set_ylabel("class of the samples")
    panels[0].set_yticks([0.44 - band for band in range(len(names))], list(map(label_class, names)))
    scale.draw_bar(figure, image, ax=list(panels))
    legend_below(figure, scale.mark_handles())
    return figure
