"""The figures of a study: their names, titles, order, and places on the page. Standard library only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rotational_variance.measures.aggregations import AGGREGATIONS

SETTINGS = ("aggregation", "layers", "sort_units")  # that change what figures show


@dataclass(frozen=True)
class Drawing:
    """One figure of a model on a dataset, or of all models on a dataset.

    subject      the topic of the figure, after which its files are named
    drawer       the module of this package, and its function, that draw the figure
    title        the title of the figure
    heading      the heading above the figure on the page, "" for none
    is_by_class  whether the figure shows each class on its own; the page folds such figures
    aggregation  the aggregation of feature maps, or "" if the figure has none
    """

    subject: str
    drawer: str
    title: str
    heading: str
    is_by_class: bool
    aggregation: str

    @property
    def name(self) -> str:
        """The stem of the figure's file."""
        return f"{self.subject}_{self.aggregation}" if self.aggregation else self.subject


def _drawing(
    subject: str,
    title: str,
    heading: str = "",
    *,
    by_class: bool = False,
    by_aggregation: bool = True,
    drawer: str | None = None,
) -> tuple[Drawing, ...]:
    """Return a figure: one drawing per aggregation, or a single one if the figure has none."""
    aggregations = AGGREGATIONS if by_aggregation else ("",)
    return tuple(
        Drawing(subject, drawer or subject, title, heading, by_class, aggregation) for aggregation in aggregations
    )


LAYERS, UNITS, ACCURACY = "Layers", "Units and outputs", "Accuracy and training"
OF_PAIR = (
    *_drawing("headline", "Variance under rotation, at a glance"),
    *_drawing("curves", "M of each layer", LAYERS),
    *_drawing("kinds", "M of each kind of layer", LAYERS),
    *_drawing("stds", "Transformation std and sample std of each layer", LAYERS),
    *_drawing("curves_classes", "M of each layer, class by class", LAYERS, by_class=True),
    *_drawing("heatmaps", "M of every unit", UNITS),
    *_drawing("outputs", "M of each output, by the class of the samples", UNITS, by_aggregation=False),
    *_drawing("heatmaps_classes", "M of every unit, class by class", UNITS, by_class=True),
    *_drawing("accuracy", "Accuracy on upright and rotated images", ACCURACY, by_aggregation=False),
    *_drawing("accuracy_by_angle", "Accuracy against the angle", ACCURACY, by_aggregation=False),
    *_drawing("history", "Loss and accuracy by epoch", ACCURACY, by_aggregation=False),
)
OF_MODELS = (
    *_drawing("global", "Global M of all models", by_aggregation=False, drawer="global_bars"),
    *_drawing("depth", "M of all models by relative depth"),
    *_drawing("dead_units", "Dead and infinite units of all models"),
)


def group_by_figure(drawings: Iterable[Drawing], files: Iterable[str]) -> Iterator[tuple[Drawing, list[str]]]:
    """Group files by the figure that their names stand for: yield (figure, its files)."""
    files = list(files)
    for drawing in drawings:
        found = [file for file in files if Path(file).stem == drawing.name]
        if found:
            yield drawing, found
