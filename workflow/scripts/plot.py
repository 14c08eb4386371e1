"""Rule plot: draw the headline figure of one model on one dataset, for both aggregations."""

from collections import defaultdict

from matplotlib.backends.backend_agg import FigureCanvasAgg

from rotational_variance.figures import TrainingResult, headline
from rotational_variance.reporting import reporting
from rotational_variance.storage.files import replacing
from rotational_variance.storage.history import read_history
from rotational_variance.storage.variance import read_variance


def main(
    runs: list[dict], variances: list[str], histories: list[str], aggregations: list[str], outputs: list[str]
) -> None:
    """Draw `runs` (of one model and dataset) with their files of the same order: one of `outputs` an aggregation."""
    tensors, accuracies = defaultdict(list), defaultdict(list)
    for run, variance, history in zip(runs, variances, histories, strict=True):
        last = read_history(history)[-1]
        tensors[run["training"]].append(read_variance(variance))
        accuracies[run["training"]].append((last["test_upright_accuracy"], last["test_rotated_accuracy"]))
    results = {training: TrainingResult(tensors[training], accuracies[training]) for training in tensors}
    for aggregation, output in zip(aggregations, outputs, strict=True):
        figure = headline(runs[0]["model"], runs[0]["dataset"], aggregation, results)
        FigureCanvasAgg(figure)
        with replacing(output) as temporary:
            figure.savefig(temporary, format="png", metadata={"Software": None})


if __name__ == "__main__":
    with reporting(snakemake.log[0], f"plot {snakemake.wildcards.pair}"):
        main(
            snakemake.params.runs,
            snakemake.input.variances,
            snakemake.input.histories,
            snakemake.params.aggregations,
            list(snakemake.output),
        )
