"""The figures of a study: their names, titles, order, and places on the page. Standard library only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.words import sentence_start

SETTINGS = ("measures", "aggregation", "layers", "sort_units")  # that change what figures show


@dataclass(frozen=True)
class Drawing:
    """One figure of a model on a dataset, or of all models on a dataset.

    subject      the topic of the figure, after which its caption is named
    drawer       the module of this package, and its function, that draw the figure
    title_form   the title of the figure, with {measure} where it names the measure
    heading      the heading above the figure on the page, "" for none
    is_by_class  whether the figure shows each class on its own; the page folds such figures
    aggregation  the aggregation of feature maps, or "" if the figure has none
    measure      the name of the measure that the figure shows, or "" if it shows none, or always the same
    """

    subject: str
    drawer: str
    title_form: str
    heading: str
    is_by_class: bool
    aggregation: str
    measure: str

    @property
    def name(self) -> str:
        """The stem of the figure's file. M goes without saying, so its files keep their names."""
        measure = "" if self.measure == UNNAMED_MEASURE else self.measure
        return "_".join(part for part in (self.subject, self.aggregation, measure) if part)

    def is_digest(self, aggregation: str) -> bool:
        """Say whether this is the figure that sums up all others."""
        return self.subject == "headline" and self.aggregation == aggregation

    def is_answer(self, aggregation: str) -> bool:
        """Say whether this is the figure that shows what was found on a dataset."""
        return self.subject == "answer" and self.aggregation == aggregation

    def title(self, measure: str) -> str:
        """Return the title, with the measure as it is to be named there."""
        return sentence_start(self.title_form.format(measure=measure))


UNNAMED_MEASURE = "normalized_variance"


def _drawing(
    subject: str,
    title_form: str,
    heading: str = "",
    *,
    measure: str = "",
    by_class: bool = False,
    by_aggregation: bool = True,
    drawer: str | None = None,
) -> tuple[Drawing, ...]:
    """Return a figure: one drawing per aggregation, or a single one if the figure has none."""
    aggregations = AGGREGATIONS if by_aggregation else ("",)
    return tuple(
        Drawing(subject, drawer or subject, title_form, heading, by_class, aggregation, measure)
        for aggregation in aggregations
    )


LAYERS, UNITS, ACCURACY = "Layers", "Units and outputs", "Accuracy and training"


def of_pair(measures: Sequence[str]) -> tuple[Drawing, ...]:
    """Return the figures of a model on a dataset: those of each measure, and those that show none."""
    return (
        *(drawing for measure in measures for drawing in _of_pair(measure)),
        *_drawing("stds", "Transformation std and sample std of each layer", LAYERS),
        *_drawing("accuracy", "Accuracy on upright and rotated images", ACCURACY, by_aggregation=False),
        *_drawing("accuracy_by_angle", "Accuracy against the angle", ACCURACY, by_aggregation=False),
        *_drawing("history", "Loss and accuracy by epoch", ACCURACY, by_aggregation=False),
    )


def _of_pair(measure: str) -> tuple[Drawing, ...]:
    by_class = "class by class"
    return (
        *_drawing("headline", "{measure} under rotation, at a glance", measure=measure),
        *_drawing("curves", "{measure} of each layer", LAYERS, measure=measure),
        *_drawing("kinds", "{measure} of each kind of layer", LAYERS, measure=measure),
        *_drawing("curves_classes", f"{{measure}} of each layer, {by_class}", LAYERS, measure=measure, by_class=True),
        *_drawing("heatmaps", "{measure} of every unit", UNITS, measure=measure),
        *_drawing("outputs", "{measure} of each output, by the class of the samples", UNITS, measure=measure,
                  by_aggregation=False),
        *_drawing("heatmaps_classes", f"{{measure}} of every unit, {by_class}", UNITS, measure=measure, by_class=True),
    )  # fmt: skip


def of_models(measures: Sequence[str]) -> tuple[Drawing, ...]:
    """Return the figures of all models on a dataset."""
    return tuple(drawing for measure in measures for drawing in _of_models(measure))


def _of_models(measure: str) -> tuple[Drawing, ...]:
    return (
        *_drawing("answer", "Accuracy, and {measure} from the input to the output", measure=measure),
        *_drawing("global", "Global {measure} of all models", measure=measure, by_aggregation=False,
                  drawer="global_bars"),
        *_drawing("depth", "{measure} of all models by relative depth", measure=measure),
        *_drawing("dead_units", "Dead units of all models, and units without a finite {measure}", measure=measure),
    )  # fmt: skip


# The only figure of a whole study.
(EXAMPLE,) = _drawing("example", "What M tells, by two units", by_aggregation=False, drawer="two_units")


def group_by_figure(drawings: Iterable[Drawing], files: Iterable[str]) -> Iterator[tuple[Drawing, list[str]]]:
    """Group files by the figure that their names stand for: yield (figure, its files)."""
    files = list(files)
    for drawing in drawings:
        found = [file for file in files if Path(file).stem == drawing.name]
        if found:
            yield drawing, found
