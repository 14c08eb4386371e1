"""Rule plot: draw all figures of one model on one dataset."""

import shutil
from collections import defaultdict
from pathlib import Path

from rotational_variance.figures.catalogue import of_pair
from rotational_variance.figures.parts.training_results import TrainingResult, any_measurement, shown_words
from rotational_variance.statistics.definition import load_measure
from rotational_variance.statistics.layer_selection import choose, select
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.files import replacing
from rotational_variance.storage.history_reader import read_history
from rotational_variance.storage.measurement_reader import read_measurement
from rv_study.draw_figures import draw_figures
from rv_study.job_log import JobLog, job_log
from rv_study.run import Run


def main(
    *,
    runs: list[Run],
    dataset: str,
    variances: list[str],
    histories: list[str],
    figures: list[str],
    digest: str,
    trainings: list[Training],
    measures: list[str],
    aggregation: str,
    layers: str,
    sort_units: bool,
    log: JobLog,
) -> None:
    """Draw `runs`, all of one model and dataset; `variances` and `histories` hold their files in the same order.

    dataset              what titles call the dataset
    figures              the files to write: the stem names the drawing, the suffix the format
    trainings            the trainings of `runs`, in the order to show them
    measures             the measures to show
    aggregation, digest  the aggregation whose headline figure (of the first measure) is the digest of all, and its file
    layers               the layers to show: "published", "all", or "auto": published ones of a published model, or all
    sort_units           whether heatmaps sort the units of a layer by the measure
    """
    measurements, rows = defaultdict(list), defaultdict(list)
    for run, variance, history_file in zip(runs, variances, histories, strict=True):
        measurements[run.training].append(select(read_measurement(variance, run.as_dict()), choose(layers, run.model)))
        rows[run.training].append(read_history(history_file))
    results = {
        training.name: TrainingResult(training, measurements[training.name], rows[training.name])
        for training in trainings
    }
    subject = f"{runs[0].model} on {dataset}"
    words = [*shown_words(results, map(load_measure, measures)), *any_measurement(results).class_names]
    draw_figures(of_pair(measures), figures, subject, words=words, log=log, results=results, sort_units=sort_units)
    with replacing(digest) as temporary:
        (headline,) = (drawing for drawing in of_pair(measures[:1]) if drawing.is_digest(aggregation))
        name = f"{headline.name}{Path(digest).suffix}"
        shutil.copyfile(next(path for path in figures if Path(path).name == name), temporary)


if __name__ == "__main__":
    with job_log(snakemake.log[0], f"plot {snakemake.wildcards.pair}") as log:
        main(
            runs=snakemake.params.runs,
            dataset=snakemake.params.dataset,
            variances=snakemake.input.variances,
            histories=snakemake.input.histories,
            figures=snakemake.output.figures,
            digest=snakemake.output.digest,
            trainings=snakemake.params.trainings,
            log=log,
            **snakemake.params.settings,
        )
