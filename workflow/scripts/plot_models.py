"""Rule plot_models: draw all models of one dataset side by side."""

from collections import defaultdict

from rotational_variance.figures.catalogue import OF_MODELS, group_by_figure
from rotational_variance.figures.draw import draw
from rotational_variance.figures.parts.style import COLORS, style
from rotational_variance.figures.parts.training_results import TrainingResult
from rotational_variance.measures.layer_selection import select
from rotational_variance.storage.figure_file import write_figure
from rotational_variance.storage.history_reader import read_history
from rotational_variance.storage.measurement_reader import read_measurement
from rotational_variance.storage.published_file import read_published
from rv_study.job_log import job_log
from rv_study.run import Run


def main(
    *,
    runs: list[Run],
    variances: list[str],
    histories: list[str],
    published: str,
    figures: list[str],
    layers: str,
) -> None:
    """Draw `runs`, all of one dataset; `variances` and `histories` hold their files in the same order.

    published  the file of the published values
    figures    the files to write: the stem names the drawing, the suffix the format
    layers     the layers to show: "published" or "all"
    """
    measurements, rows = (defaultdict(lambda: defaultdict(list)) for _ in range(2))
    for run, variance, history_file in zip(runs, variances, histories, strict=True):
        measurements[run.model][run.training].append(select(read_measurement(variance, run.as_dict()), layers))
        rows[run.model][run.training].append(read_history(history_file))
    results = {
        model: {name: TrainingResult(of_model[name], rows[model][name]) for name in COLORS if name in of_model}
        for model, of_model in measurements.items()
    }
    dataset = runs[0].dataset
    # No averages over all layers were published.
    known = _published(published, dataset) if layers == "published" else {}
    for drawing, paths in group_by_figure(OF_MODELS, figures):
        with style():
            figure = draw(drawing, dataset, results=results, published=known)
            for path in paths:
                write_figure(path, figure)


def _published(path: str, dataset: str) -> dict[tuple[str, str, str, str], float]:
    """Read the published global M of a dataset, by (model, training, aggregation, sample set)."""
    return {
        (model, training, *quantity.split("_")[1:]): value
        for (of_dataset, model, training, quantity), value in read_published(path).items()
        if of_dataset == dataset and quantity.startswith("variance_")
    }


if __name__ == "__main__":
    with job_log(snakemake.log[0], f"plot models on {snakemake.wildcards.dataset}"):
        main(
            runs=snakemake.params.runs,
            variances=snakemake.input.variances,
            histories=snakemake.input.histories,
            published=snakemake.input.published,
            figures=snakemake.output.figures,
            layers=snakemake.params.layers,
        )
