"""Rule plot_models: draw all models of one dataset side by side."""

import csv
from collections import defaultdict

from rotational_variance.figures.models import dead_units_by_layer, depth, global_bars
from rotational_variance.figures.results import Results, TrainingResult
from rotational_variance.figures.style import style
from rotational_variance.layers import select
from rotational_variance.reporting import reporting
from rotational_variance.storage.figures import write_figure
from rotational_variance.storage.variance import read_variance
from study.gallery import AGGREGATIONS, OF_MODELS, wanted

BY_AGGREGATION = {"depth": depth, "dead_units": dead_units_by_layer}


def main(runs: list[dict], variances: list[str], published: str, figures: list[str], *, layers: str) -> None:
    """Draw `runs` (of one dataset) with their files of the same order.

    figures  the files; stem and suffix say what to draw, and in which format
    layers   "published" or "all"
    """
    tensors = defaultdict(lambda: defaultdict(list))
    for run, variance in zip(runs, variances, strict=True):
        tensors[run["model"]][run["training"]].append(select(read_variance(variance, run), layers))
    results = {
        model: {training: TrainingResult(found, histories=()) for training, found in of_model.items()}
        for model, of_model in tensors.items()
    }
    dataset = runs[0]["dataset"]
    for drawing, paths in wanted(OF_MODELS, figures):
        title = f"{dataset}: {drawing.title}"
        with style():
            if not drawing.aggregation:
                figure = global_bars(title, AGGREGATIONS, results, _published(published, dataset, results))
            else:
                note = f"{drawing.aggregation} of each feature map"
                figure = BY_AGGREGATION[drawing.subject](title, note, drawing.aggregation, results)
        for path in paths:
            write_figure(path, figure)


def _published(path: str, dataset: str, models: dict[str, Results]) -> dict[tuple[str, str, str, str], float]:
    """Read the published global M of these models: by (model, training, aggregation, sample set)."""
    found = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            kind, *rest = row["quantity"].split("_")
            if kind == "variance" and row["dataset"] == dataset and row["model"] in models:
                found[(row["model"], row["training"], *rest)] = float(row["value"])
    return found


if __name__ == "__main__":
    with reporting(snakemake.log[0], f"plot models on {snakemake.wildcards.dataset}"):
        main(
            snakemake.params.runs,
            snakemake.input.variances,
            snakemake.input.published,
            snakemake.output.figures,
            layers=snakemake.params.layers,
        )
