"""Rule report: put the whole study on one page, which contains its figures and opens offline."""

import os
from collections.abc import Iterator
from pathlib import Path

from rotational_variance.figures.catalogue import Drawing, of_models, of_pair
from rotational_variance.page.build import by_name, read_at_chance, read_figures, read_table, sort_figures
from rotational_variance.page.page import Chapter, Page, Part, Section, render
from rotational_variance.statistics.definition import load_measure
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.files import replacing
from rotational_variance.storage.measurement_attributes import read_attributes
from rv_study.captions import read_captions, read_measure_caption
from rv_study.facts import run_facts, study_facts
from rv_study.job_log import job_log
from rv_study.run import Run


def main(
    *,
    runs: list[Run],
    labels: dict[str, str],
    variances: list[str],
    pair_figures: list[str],
    models_figures: list[str],
    tables: list[str],
    output: str,
    trainings: list[Training],
    settings: dict,
    sources: dict[str, dict],
    folder: str,
    study: str,
) -> None:
    """Write the page that shows `runs`; `variances` holds their files in the same order.

    labels          what the page calls datasets
    pair_figures    the PNGs of each model and dataset, in the order of `runs`, then of catalogue.of_pair
    models_figures  the PNGs of each dataset, in the order of `runs`, then of catalogue.of_models
    tables          CSV, Markdown and LaTeX files; the page shows claims.md, global.md and accuracy.md, and marks the
                    runs that are at chance in accuracy.csv
    trainings       the trainings of `runs`
    settings        the settings that the figures were drawn with; figures of another "aggregation" are folded
    sources         the source of each dataset
    folder          the folder of the page's template, its style sheet, and the captions of figures and measures
    study           the name of the study, or ""
    """
    measures = {name: load_measure(name) for name in settings["measures"]}
    pairs = {run.pair: run for run in runs}
    datasets = list(dict.fromkeys(run.dataset for run in runs))
    drawn_of_pairs = by_name(pairs, of_pair(settings["measures"]), pair_figures)
    drawn_of_models = by_name(datasets, of_models(settings["measures"]), models_figures)

    def read(paths: dict[Drawing, str], wildcard: str, value: str, *, subject: str, kind: str) -> list[Part]:
        captions = read_captions(folder, paths, {wildcard: value}, measures)
        figures = read_figures(paths, captions, measures, subject=subject, place=f"{wildcard}-{value}", kind=kind)
        return sort_figures(figures, settings["aggregation"], list(measures.values()))

    def chapters(dataset: str) -> Iterator[Chapter]:
        subject = f"all models on {labels[dataset]}"
        parts = read(drawn_of_models[dataset], "dataset", dataset, subject=subject, kind="models figure")
        yield Chapter(f"models-{dataset}", "All models", parts)
        for pair, run in pairs.items():
            if run.dataset == dataset:
                subject = f"{run.model} on {labels[dataset]}"
                parts = read(drawn_of_pairs[pair], "pair", pair, subject=subject, kind="figure")
                yield Chapter(f"pair-{pair}", run.model, parts)

    named = {Path(path).name: path for path in tables}
    names = [run.as_dict() for run in runs]
    at_chance = read_at_chance(named["accuracy.csv"], names)
    attributes = [read_attributes(path, run) for path, run in zip(variances, names, strict=True)]
    page = Page(
        measures={measure.title: read_measure_caption(folder, measure) for measure in measures.values()},
        trainings={training.name: training for training in trainings},
        runs=[run | {"at_chance": is_at_chance} for run, is_at_chance in zip(names, at_chance, strict=True)],
        claims=read_table(named["claims.md"], level=2),
        sections=[Section(f"dataset-{dataset}", labels[dataset], list(chapters(dataset))) for dataset in datasets],
        tables=[read_table(named[name], level=3) for name in ("global.md", "accuracy.md")],
        files=[os.path.relpath(path, Path(output).parent) for path in tables],
        made_of=study_facts(settings, sources),
        made_by=list(map(run_facts, attributes, at_chance)),
        study=study,
    )
    template, css = ((Path(folder) / name).read_text(encoding="utf-8") for name in ("report.html.j2", "report.css"))
    with replacing(output) as temporary:
        temporary.write_text(render(page, template, css), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    with job_log(snakemake.log[0], "report"):
        main(
            runs=snakemake.params.runs,
            labels=snakemake.params.labels,
            variances=snakemake.input.variances,
            pair_figures=snakemake.input.pair_figures,
            models_figures=snakemake.input.models_figures,
            tables=snakemake.input.tables,
            output=snakemake.output[0],
            trainings=snakemake.params.trainings,
            settings=snakemake.params.settings,
            sources=snakemake.params.sources,
            folder=snakemake.params.folder,
            study=snakemake.params.study,
        )
