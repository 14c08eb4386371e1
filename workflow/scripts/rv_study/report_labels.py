"""Figures and tables as Snakemake's own report shows them, `snakemake --report`."""

from pathlib import Path

from snakemake.io import report

from rotational_variance.figures.catalogue import Drawing
from rv_study.results import caption_file

CAPTIONS = "../report"  # relative to the rules


def label_figure(drawing: Drawing, file: str, category: str, **labels: str) -> str:
    """Return the output `file` of a rule, with the caption and the labels of its figure."""
    measure = drawing.measure.replace("_", " ")
    labels = labels | {
        "figure": drawing.title(measure),
        "measure": measure or "-",
        "feature maps": drawing.aggregation or "-",
    }
    return report(file, caption=f"{CAPTIONS}/{caption_file(drawing)}", category=category, labels=labels)


def label_table(file: str) -> str:
    """Return the output `file` of a rule, with its caption and labels; the formats of one table share its caption."""
    stem, suffix = Path(file).name.split(".")
    labels = {"table": stem, "format": suffix}
    return report(file, caption=f"{CAPTIONS}/tables/{stem}.rst", category="Tables", labels=labels)
