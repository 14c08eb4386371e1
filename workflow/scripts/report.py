"""Rule report: put the whole study on one page, which contains its figures and opens offline."""

import os
from collections.abc import Iterator
from pathlib import Path

from rotational_variance.figures.catalogue import OF_MODELS, OF_PAIR, Drawing
from rotational_variance.page.build import by_name, read_at_chance, read_figures, read_table, sort_figures
from rotational_variance.page.page import Chapter, Page, Part, Section, render
from rotational_variance.storage.files import replacing
from rotational_variance.storage.measurement_attributes import read_attributes
from rv_study.captions import read_captions
from rv_study.facts import run_facts, study_facts
from rv_study.job_log import job_log
from rv_study.run import Run


def main(
    *,
    runs: list[Run],
    variances: list[str],
    of_pairs: list[str],
    of_models: list[str],
    tables: list[str],
    output: str,
    settings: dict,
    sources: dict[str, dict],
    folder: str,
) -> None:
    """Write the page that shows `runs`; `variances` holds their files in the same order.

    of_pairs     the PNGs of each model and dataset, in the order of `runs`, then of catalogue.OF_PAIR
    of_models    the PNGs of each dataset, in the order of `runs`, then of catalogue.OF_MODELS
    tables       CSV, Markdown and LaTeX files; the page shows claims.md, global.md and accuracy.md, and marks the runs
                 that are at chance in accuracy.csv
    settings     the settings that the figures were drawn with; figures of another "aggregation" are folded
    sources      the source of each dataset
    folder       the folder of the page's template, its style sheet and the captions
    """
    pairs = {run.pair: run for run in runs}
    datasets = list(dict.fromkeys(run.dataset for run in runs))
    drawn_of_pairs = by_name(pairs, OF_PAIR, of_pairs)
    drawn_of_models = by_name(datasets, OF_MODELS, of_models)

    def read(paths: dict[Drawing, str], wildcard: str, value: str, *, subject: str, kind: str) -> list[Part]:
        captions = read_captions(folder, paths, {wildcard: value})
        figures = read_figures(paths, captions, subject=subject, place=f"{wildcard}-{value}", kind=kind)
        return sort_figures(figures, settings["aggregation"])

    def chapters(dataset: str) -> Iterator[Chapter]:
        subject = f"all models on {dataset}"
        parts = read(drawn_of_models[dataset], "dataset", dataset, subject=subject, kind="models figure")
        yield Chapter(f"models-{dataset}", "All models", parts)
        for pair, run in pairs.items():
            if run.dataset == dataset:
                subject = f"{run.model} on {dataset}"
                parts = read(drawn_of_pairs[pair], "pair", pair, subject=subject, kind="figure")
                yield Chapter(f"pair-{pair}", run.model, parts)

    named = {Path(path).name: path for path in tables}
    names = [run.as_dict() for run in runs]
    at_chance = read_at_chance(named["accuracy.csv"], names)
    attributes = [read_attributes(path, run) for path, run in zip(variances, names, strict=True)]
    page = Page(
        runs=[run | {"at_chance": is_at_chance} for run, is_at_chance in zip(names, at_chance, strict=True)],
        claims=read_table(named["claims.md"], level=2),
        sections=[Section(f"dataset-{dataset}", dataset, list(chapters(dataset))) for dataset in datasets],
        tables=[read_table(named[name], level=3) for name in ("global.md", "accuracy.md")],
        files=[os.path.relpath(path, Path(output).parent) for path in tables],
        made_of=study_facts(settings, sources),
        made_by=list(map(run_facts, attributes, at_chance)),
    )
    template, css = ((Path(folder) / name).read_text(encoding="utf-8") for name in ("report.html.j2", "report.css"))
    with replacing(output) as temporary:
        temporary.write_text(render(page, template, css), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    with job_log(snakemake.log[0], "report"):
        main(
            runs=snakemake.params.runs,
            variances=snakemake.input.variances,
            of_pairs=snakemake.input.of_pairs,
            of_models=snakemake.input.of_models,
            tables=snakemake.input.tables,
            output=snakemake.output[0],
            settings=snakemake.params.settings,
            sources=snakemake.params.sources,
            folder=snakemake.params.folder,
        )
