"""The figures of a study: their names, what they are called, and where they lie."""

from collections.abc import Iterable
from dataclasses import dataclass

AGGREGATIONS = ("mean", "max")


@dataclass(frozen=True)
class Drawing:
    """One figure of a model on a dataset, or of all models on a dataset.

    name         stem of its file; of its caption, too, without the aggregation
    aggregation  of feature maps, or "" where there is none to choose
    """

    name: str
    title: str
    caption: str
    aggregation: str


def _drawings(titles: dict[str, str], with_aggregation: Iterable[str]) -> tuple[Drawing, ...]:
    found = []
    for name, title in titles.items():
        for aggregation in AGGREGATIONS if name in with_aggregation else ("",):
            stem = f"{name}_{aggregation}" if aggregation else name
            found.append(Drawing(stem, title, f"{name}.rst", aggregation))
    return tuple(found)


OF_PAIR = _drawings(
    {
        "headline": "At a glance",
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
        "depth": "All models by relative depth",
        "global": "Global M, beside the published values",
        "dead_units": "Dead and infinite units of each layer",
    },
    with_aggregation={"depth", "dead_units"},
)


def headline(pair: str) -> str:
    """Return the file of the figure that sums up a model on a dataset."""
    return f"results/plots/{pair}.png"


def of_pair(pair: str, suffix: str = "png") -> dict[str, str]:
    """Return {name: file} of the figures of a model on a dataset."""
    return {drawing.name: f"results/plots/{pair}/{drawing.name}.{suffix}" for drawing in OF_PAIR}


def of_models(dataset: str, suffix: str = "png") -> dict[str, str]:
    """Return {name: file} of the figures of all models on a dataset."""
    # No model and dataset can be called "models": their name holds an underscore.
    return {drawing.name: f"results/plots/models/{dataset}/{drawing.name}.{suffix}" for drawing in OF_MODELS}
