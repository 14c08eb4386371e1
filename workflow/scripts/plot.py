"""Rule plot: draw the headline figure of one model on one dataset, for each aggregation."""

import shutil
from collections import defaultdict

from matplotlib.backends.backend_agg import FigureCanvasAgg

from rotational_variance.figures import TrainingResult, headline, style
from rotational_variance.reporting import reporting
from rotational_variance.storage.files import replacing
from rotational_variance.storage.history import read_history
from rotational_variance.storage.variance import read_variance


def main(
    runs: list[dict], variances: list[str], histories: list[str], outputs: dict[str, str], aggregation: str, copy: str
) -> None:
    """Draw `runs` (of one model and dataset) with their files of the same order, once for each aggregation.

    outputs           the file for each aggregation
    aggregation, copy which of them is the headline figure, and the file for it
    """
    tensors, accuracies = defaultdict(list), defaultdict(list)
    for run, variance, history in zip(runs, variances, histories, strict=True):
        last = read_history(history)[-1]
        tensors[run["training"]].append(read_variance(variance, run))
        accuracies[run["training"]].append((last["test_upright_accuracy"], last["test_rotated_accuracy"]))
    results = {training: TrainingResult(tensors[training], accuracies[training]) for training in tensors}
    for name, output in outputs.items():
        with style(), replacing(output) as temporary:
            figure = headline(runs[0]["model"], runs[0]["dataset"], name, results)
            FigureCanvasAgg(figure)
            figure.savefig(temporary, format="png", metadata={"Software": None})
    with replacing(copy) as temporary:
        shutil.copyfile(outputs[aggregation], temporary)


if __name__ == "__main__":
    with reporting(snakemake.log[0], f"plot {snakemake.wildcards.pair}"):
        main(
            snakemake.params.runs,
            snakemake.input.variances,
            snakemake.input.histories,
            {"mean": snakemake.output.mean, "max": snakemake.output.max},
            snakemake.params.aggregation,
            snakemake.output.headline,
        )
