"""Rule plot: draw all figures of one model on one dataset."""

import shutil
from collections import defaultdict
from pathlib import Path

from rotational_variance.figures.catalogue import OF_PAIR, group_by_figure
from rotational_variance.figures.draw import draw
from rotational_variance.figures.parts.style import COLORS, style
from rotational_variance.figures.parts.training_results import TrainingResult
from rotational_variance.measures.layer_selection import select
from rotational_variance.storage.figure_file import write_figure
from rotational_variance.storage.files import replacing
from rotational_variance.storage.history_reader import read_history
from rotational_variance.storage.measurement_reader import read_measurement
from rv_study.job_log import job_log
from rv_study.run import Run


def main(
    *,
    runs: list[Run],
    variances: list[str],
    histories: list[str],
    figures: list[str],
    digest: str,
    aggregation: str,
    layers: str,
    sort_units: bool,
) -> None:
    """Draw `runs`, all of one model and dataset; `variances` and `histories` hold their files in the same order.

    figures              the files to write: the stem names the drawing, the suffix the format
    aggregation, digest  the aggregation whose headline figure is the digest of all, and the file for that figure
    layers               the layers to show: "published" or "all"
    sort_units           whether heatmaps sort the units of a layer by M
    """
    measurements, rows = defaultdict(list), defaultdict(list)
    for run, variance, history_file in zip(runs, variances, histories, strict=True):
        measurements[run.training].append(select(read_measurement(variance, run.as_dict()), layers))
        rows[run.training].append(read_history(history_file))
    results = {name: TrainingResult(measurements[name], rows[name]) for name in COLORS if name in measurements}
    subject = f"{runs[0].model} on {runs[0].dataset}"
    for drawing, paths in group_by_figure(OF_PAIR, figures):
        with style():
            figure = draw(drawing, subject, results=results, sort_units=sort_units)
            for path in paths:
                write_figure(path, figure)
    with replacing(digest) as temporary:
        name = f"headline_{aggregation}{Path(digest).suffix}"
        shutil.copyfile(next(path for path in figures if Path(path).name == name), temporary)


if __name__ == "__main__":
    with job_log(snakemake.log[0], f"plot {snakemake.wildcards.pair}"):
        main(
            runs=snakemake.params.runs,
            variances=snakemake.input.variances,
            histories=snakemake.input.histories,
            figures=snakemake.output.figures,
            digest=snakemake.output.digest,
            **snakemake.params.settings,
        )
