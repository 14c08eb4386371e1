"""Rule plot_models: draw all models of one dataset side by side."""

from collections import defaultdict

from rotational_variance.figures.models import dead_units, depth, global_bars
from rotational_variance.figures.results import TrainingResult
from rotational_variance.figures.style import COLORS, style
from rotational_variance.layers import select
from rotational_variance.reporting import reporting
from rotational_variance.storage.figures import write_figure
from rotational_variance.storage.published import read_published
from rotational_variance.storage.variance import read_variance
from study.gallery import OF_MODELS, wanted

BY_AGGREGATION = {"depth": depth, "dead_units": dead_units}


def main(runs: list[dict], variances: list[str], published: str, figures: list[str], *, layers: str) -> None:
    """Draw `runs` (of one dataset) with their files of the same order.

    figures  the files; stem and suffix say what to draw, and in which format
    layers   "published" or "all"
    """
    tensors = defaultdict(lambda: defaultdict(list))
    for run, variance in zip(runs, variances, strict=True):
        tensors[run["model"]][run["training"]].append(select(read_variance(variance, run), layers))
    results = {
        model: {training: TrainingResult(of_model[training]) for training in COLORS if training in of_model}
        for model, of_model in tensors.items()
    }
    dataset = runs[0]["dataset"]
    for drawing, paths in wanted(OF_MODELS, figures):
        title = f"{dataset}: {drawing.title}"
        with style():
            if drawing.aggregation:
                note = f"{drawing.aggregation} of each feature map"
                figure = BY_AGGREGATION[drawing.subject](title, note, drawing.aggregation, results)
            else:
                # Nothing was published of all layers.
                known = _published(published, dataset) if layers == "published" else {}
                figure = global_bars(title, results, known)
            for path in paths:
                write_figure(path, figure)


def _published(path: str, dataset: str) -> dict[tuple[str, str, str, str], float]:
    """Read the published global M of a dataset: by (model, training, aggregation, sample set)."""
    return {
        (model, training, *quantity.split("_")[1:]): value
        for (of_dataset, model, training, quantity), value in read_published(path).items()
        if of_dataset == dataset and quantity.startswith("variance_")
    }


if __name__ == "__main__":
    with reporting(snakemake.log[0], f"plot models on {snakemake.wildcards.dataset}"):
        main(
            snakemake.params.runs,
            snakemake.input.variances,
            snakemake.input.published,
            snakemake.output.figures,
            layers=snakemake.params.layers,
        )
