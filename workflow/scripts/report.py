"""Rule report: put the whole study on one page, which holds its figures and opens offline."""

import json
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from itertools import chain, product
from pathlib import Path

from rotational_variance.markup import caption_html, markdown_html, plain
from rotational_variance.page import FEATURE_MAPS, Chapter, Figure, Page, Part, Section, Table, check_png, render
from rotational_variance.reporting import reporting
from rotational_variance.storage.files import again, replacing
from rotational_variance.storage.variance import read_attributes
from study.gallery import AGGREGATIONS, OF_MODELS, OF_PAIR, Drawing
from study.runs import Run, flat

# The subjects of a chapter by the headings that they stand under.
OF_ALL = {"": ("global", "depth", "dead_units")}
OF_ONE = {
    "": ("headline",),
    "Layers": ("curves", "kinds", "stds", "curves_classes"),
    "Units and outputs": ("heatmaps", "outputs", "heatmaps_classes"),
    "Accuracy and training": ("accuracy", "accuracy_by_angle", "history"),
}
DRAWN_WITH = ("matplotlib", "numpy", "h5py", "pillow")
CLASS_BY_CLASS = ("curves_classes", "heatmaps_classes")


def main(
    runs: list[dict],
    variances: list[str],
    of_pairs: list[str],
    of_models: list[str],
    tables: list[str],
    output: str,
    *,
    figures: dict,
    sources: dict[str, dict],
    folder: str,
) -> None:
    """Show `runs` (model, dataset, training, seed) with their variance files of the same order.

    of_pairs     the PNGs of each model and dataset, in the order of `runs`, each as in gallery.OF_PAIR
    of_models    those of each dataset, each as in gallery.OF_MODELS
    tables       CSV, Markdown and LaTeX; claims.md, global.md and accuracy.md are shown
    figures      how they were drawn; those of another "aggregation" are folded away
    sources      where each dataset comes from
    folder       of the page's template, its style and the captions
    """
    pairs = {run.pair: run for run in (Run(**run) for run in runs)}
    datasets = list(dict.fromkeys(run.dataset for run in pairs.values()))
    drawn_of_pairs = by_name(pairs, OF_PAIR, of_pairs)
    drawn_of_models = by_name(datasets, OF_MODELS, of_models)

    def chapters(dataset: str) -> Iterator[Chapter]:
        of_all = read_figures(drawn_of_models[dataset], f"all models on {dataset}", folder, "dataset", dataset)
        yield Chapter(f"models-{dataset}", "All models", sort_figures(of_all, OF_ALL, figures["aggregation"]))
        for pair, run in pairs.items():
            if run.dataset == dataset:
                of_one = read_figures(drawn_of_pairs[pair], f"{run.model} on {dataset}", folder, "pair", pair)
                yield Chapter(f"pair-{pair}", run.model, sort_figures(of_one, OF_ONE, figures["aggregation"]))

    named = {Path(path).name: path for path in tables}
    page = Page(
        runs=runs,
        claims=read_table(named["claims.md"], level=2),
        sections=[Section(f"dataset-{dataset}", dataset, list(chapters(dataset))) for dataset in datasets],
        tables=[read_table(named[name], level=3) for name in ("global.md", "accuracy.md")],
        files=[os.path.relpath(path, Path(output).parent) for path in tables],
        made_of=study_facts(figures, sources),
        made_by=[run_facts(read_attributes(path, run)) for path, run in zip(variances, runs, strict=True)],
    )
    template, css = ((Path(folder) / name).read_text(encoding="utf-8") for name in ("report.html.j2", "report.css"))
    with replacing(output) as temporary:
        temporary.write_text(render(page, template, css), encoding="utf-8", newline="\n")


def by_name(names: Iterable[str], drawings: Sequence[Drawing], paths: Sequence[str]) -> dict[str, dict[Drawing, str]]:
    """Sort paths, which are in the order of `names` and of `drawings`: {name: {drawing: path}}."""
    found = dict(zip(product(names, drawings), paths, strict=True))
    return {name: {drawing: found[name, drawing] for drawing in drawings} for name in names}


def read_table(path: str, level: int) -> Table:
    """Read a table of Markdown, whose own heading becomes one of `level`."""
    with naming(path, again("tables")):
        title, content = markdown_html(Path(path).read_text(encoding="utf-8"), level)
    return Table(f"table-{Path(path).stem}", title, content)


def read_figures(paths: dict[Drawing, str], subject: str, folder: str, kind: str, value: str) -> dict[Drawing, Figure]:
    """Read the PNGs of `subject`, and from `folder` their captions, which the wildcard `kind` (pair, dataset) fills."""
    found = {}
    for drawing, path in paths.items():
        png = Path(path).read_bytes()
        with naming(path, again("plot" if kind == "pair" else "plot_models")):
            check_png(png)
        caption = Path(folder) / drawing.caption
        with naming(caption, "mend it there"):
            text = caption_html(caption.read_text(encoding="utf-8"), {"snakemake": {"wildcards": {kind: plain(value)}}})
        name = f"figure-{kind}-{value}-{drawing.name}"
        found[drawing] = Figure(name, drawing.title, subject, drawing.aggregation, text, png)
    return found


@contextmanager
def naming(path: str | Path, advice: str) -> Iterator[None]:
    """Say of a ValueError which file it is about, and what to do."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path}: {error}; {advice}") from error


def sort_figures(figures: dict[Drawing, Figure], subjects_of: dict[str, Sequence[str]], aggregation: str) -> list[Part]:
    """Sort figures under headings; class by class, and those of another aggregation than `aggregation`, are folded."""

    def of(subjects: Iterable[str], aggregations: Sequence[str]) -> list[Figure]:
        return [
            figures[drawing]
            for subject in subjects
            for drawing in figures
            if drawing.subject == subject and drawing.aggregation in aggregations
        ]

    found = []
    for title, subjects in subjects_of.items():
        at_once = [subject for subject in subjects if subject not in CLASS_BY_CLASS]
        classes = [subject for subject in subjects if subject in CLASS_BY_CLASS]
        shown = ("", aggregation)
        found.append(Part(title, of(at_once, shown), {"Class by class": of(classes, shown)}))
    everything = list(chain.from_iterable(subjects_of.values()))
    others = {
        f"The same for the {FEATURE_MAPS[other]}": of(everything, [other])
        for other in AGGREGATIONS
        if other != aggregation
    }
    return [*found, Part("", [], others)]


def study_facts(figures: dict, sources: dict[str, dict]) -> dict[str, dict[str, str]]:
    """Sort what holds for all runs by what it is about: {group: {name: text}}."""
    groups = {
        **{f"Dataset {name}": source for name, source in sources.items()},
        "Figures": {name: figures[name] for name in ("aggregation", "layers", "sort_units")},
        "Drawn with": {"python": platform.python_version(), **{name: version(name) for name in DRAWN_WITH}},
    }
    return {group: texts(values) for group, values in groups.items()}


def run_facts(attributes: dict) -> dict[str, dict[str, str]]:
    """Sort the attributes of a variance file by what they are about: {group: {name: text}}."""
    groups = {
        **{f"Spec: {section}": numbers for section, numbers in attributes["spec"].items()},
        **{f"Computed on: {stage}": machine for stage, machine in attributes["computed_on"].items()},
        "Versions": attributes["versions"],
        "Activations": attributes["activations"],
        "SHA-256": {name: attributes[f"{name}_sha256"] for name in ("dataset", "checkpoint")},
    }
    return {group: texts(values) for group, values in groups.items()}


def texts(values: dict) -> dict[str, str]:
    """Write {name: text}; what lies deeper is named by its path, as {"angles.from": "-45"}."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in flat(values).items()}


if __name__ == "__main__":
    with reporting(snakemake.log[0], "report"):
        main(
            snakemake.params.runs,
            snakemake.input.variances,
            snakemake.input.of_pairs,
            snakemake.input.of_models,
            snakemake.input.tables,
            snakemake.output[0],
            figures=snakemake.params.figures,
            sources=snakemake.params.sources,
            folder=snakemake.params.folder,
        )
