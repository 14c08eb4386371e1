"""The figures of a study: their names, what they are called, and where they lie."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

AGGREGATIONS = ("mean", "max")


@dataclass(frozen=True)
class Drawing:
    """One figure of a model on a dataset, or of all models on a dataset.

    subject      what it shows; its caption is workflow/report/figures/{subject}.rst
    aggregation  of feature maps, or "" where there is none to choose
    """

    subject: str
    title: str
    aggregation: str

    @property
    def name(self) -> str:
        return f"{self.subject}_{self.aggregation}" if self.aggregation else self.subject

    @property
    def caption(self) -> str:
        return f"figures/{self.subject}.rst"


def _drawings(titles: dict[str, str], *, with_aggregation: Iterable[str]) -> tuple[Drawing, ...]:
    return tuple(
        Drawing(subject, title, aggregation)
        for subject, title in titles.items()
        for aggregation in (AGGREGATIONS if subject in with_aggregation else ("",))
    )


OF_PAIR = _drawings(
    {
        "headline": "Variance under rotation, at a glance",
        "curves": "M of each layer",
        "kinds": "M of each kind of layer",
        "curves_classes": "M of each layer, class by class",
        "stds": "Transformation std and sample std of each layer",
        "heatmaps": "M of every unit",
        "heatmaps_classes": "M of every unit, class by class",
        "outputs": "M of each output, by the class of the samples",
        "accuracy": "Accuracy on upright and rotated images",
        "accuracy_by_angle": "Accuracy against the angle",
        "history": "Loss and accuracy by epoch",
    },
    with_aggregation={"headline", "curves", "kinds", "curves_classes", "stds", "heatmaps", "heatmaps_classes"},
)
OF_MODELS = _drawings(
    {
        "global": "Global M of all models",
        "depth": "M of all models by relative depth",
        "dead_units": "Dead and infinite units of all models",
    },
    with_aggregation={"depth", "dead_units"},
)


def wanted(drawings: Iterable[Drawing], files: Iterable[str]) -> Iterator[tuple[Drawing, list[str]]]:
    """Yield the drawings that files are named after, each with its files."""
    files = list(files)
    for drawing in drawings:
        found = [file for file in files if Path(file).stem == drawing.name]
        if found:
            yield drawing, found


def digest(pair: str, suffix: str = "png") -> str:
    """Return the file of the figure that sums up a model on a dataset."""
    return f"results/plots/{pair}.{suffix}"


def of_pair(pair: str, suffix: str = "png") -> dict[Drawing, str]:
    """Return {drawing: file} of the figures of a model on a dataset."""
    return {drawing: f"results/plots/{pair}/{drawing.name}.{suffix}" for drawing in OF_PAIR}


def of_models(dataset: str, suffix: str = "png") -> dict[Drawing, str]:
    """Return {drawing: file} of the figures of all models on a dataset."""
    # No model and dataset can be called "models": their name holds an underscore.
    return {drawing: f"results/plots/models/{dataset}/{drawing.name}.{suffix}" for drawing in OF_MODELS}
