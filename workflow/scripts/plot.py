"""Rule plot: draw all figures of one model on one dataset."""

import shutil
from collections import defaultdict
from pathlib import Path

from matplotlib.figure import Figure

from rotational_variance.figures.accuracies import accuracy, accuracy_by_angle
from rotational_variance.figures.curves import curves, curves_classes, kinds, stds
from rotational_variance.figures.headline import headline
from rotational_variance.figures.heatmaps import heatmaps, heatmaps_classes
from rotational_variance.figures.history import history
from rotational_variance.figures.outputs import outputs
from rotational_variance.figures.results import Results, TrainingResult
from rotational_variance.figures.style import COLORS, style
from rotational_variance.layers import select
from rotational_variance.reporting import reporting
from rotational_variance.storage.figures import write_figure
from rotational_variance.storage.files import replacing
from rotational_variance.storage.history import read_history
from rotational_variance.storage.variance import read_variance
from study.gallery import OF_PAIR, Drawing, wanted

HEATMAPS = {"headline": headline, "heatmaps": heatmaps, "heatmaps_classes": heatmaps_classes}
CURVES = {"curves": curves, "kinds": kinds, "curves_classes": curves_classes, "stds": stds}
OTHERS = {"outputs": outputs, "accuracy": accuracy, "accuracy_by_angle": accuracy_by_angle, "history": history}


def main(
    runs: list[dict],
    variances: list[str],
    histories: list[str],
    figures: list[str],
    digest: str,
    *,
    aggregation: str,
    layers: str,
    sort_units: bool,
) -> None:
    """Draw `runs` (of one model and dataset) with their files of the same order.

    figures              the files; stem and suffix say what to draw, and in which format
    aggregation, digest  which of the headline figures is the digest of all, and the file for it
    layers               "published" or "all"
    sort_units           of heatmaps, by M
    """
    tensors, rows = defaultdict(list), defaultdict(list)
    for run, variance, rows_of in zip(runs, variances, histories, strict=True):
        tensors[run["training"]].append(select(read_variance(variance, run), layers))
        rows[run["training"]].append(read_history(rows_of))
    results = {name: TrainingResult(tensors[name], rows[name]) for name in COLORS if name in tensors}
    for drawing, paths in wanted(OF_PAIR, figures):
        with style():
            figure = draw(drawing, f"{runs[0]['model']} on {runs[0]['dataset']}", results, sort_units)
            for path in paths:
                write_figure(path, figure)
    with replacing(digest) as temporary:
        name = f"headline_{aggregation}{Path(digest).suffix}"
        shutil.copyfile(next(path for path in figures if Path(path).name == name), temporary)


def draw(drawing: Drawing, what: str, results: Results, sort_units: bool) -> Figure:
    """Draw one figure; its title says of `what`."""
    title = f"{what}: {drawing.title}"
    if not drawing.aggregation:
        return OTHERS[drawing.subject](title, results)
    arguments = title, f"{drawing.aggregation} of each feature map", drawing.aggregation, results
    if drawing.subject in CURVES:
        return CURVES[drawing.subject](*arguments)
    return HEATMAPS[drawing.subject](*arguments, sort_units=sort_units)


if __name__ == "__main__":
    with reporting(snakemake.log[0], f"plot {snakemake.wildcards.pair}"):
        main(
            snakemake.params.runs,
            snakemake.input.variances,
            snakemake.input.histories,
            snakemake.output.figures,
            snakemake.output.digest,
            **snakemake.params.figures,
        )
