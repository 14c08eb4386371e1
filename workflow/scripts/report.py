"""Rule report: put the whole study on one page, which contains its figures and opens offline."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rotational_variance.figures.catalogue import EXAMPLE, Drawing, of_models, of_pair
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.page.build import (
    by_name,
    read_at_chance,
    read_figures,
    read_rows,
    read_sentences,
    read_table,
    sort_figures,
)
from rotational_variance.page.page import Chapter, Figure, Page, Part, Section, render
from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.definition import Measure, load_measure
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.files import replacing
from rotational_variance.storage.measurement_attributes import read_attributes
from rotational_variance.storage.measurement_extent import read_extent
from rv_study.caption_facts import RunFacts, caption_facts, shown_by
from rv_study.captions import read_captions, read_measure_caption
from rv_study.facts import run_facts, study_facts
from rv_study.how_sure import how_sure
from rv_study.job_log import job_log
from rv_study.made_on import Job, describe_cost, describe_costs, describe_making
from rv_study.run import Run
from rv_study.study_words import describe_angles, describe_images, describe_training

Paths, Figures = dict[Drawing, str], dict[Drawing, Figure]


def main(
    *,
    runs: list[Run],
    labels: dict[str, str],
    variances: list[str],
    pair_figures: list[str],
    models_figures: list[str],
    tables: list[str],
    example: str,
    output: str,
    trainings: list[Training],
    settings: dict,
    sources: dict[str, dict],
    folder: str,
    study: str,
    costs: dict[str, list[Job]],
    other_costs: dict[str, list[Job]],
    project: str,
) -> None:
    """Write the page that shows `runs`; `variances` holds their files in the same order.

    labels          what the page calls datasets
    pair_figures    the PNGs of each model and dataset, in the order of `runs`, then of catalogue.of_pair
    models_figures  the PNGs of each dataset, in the order of `runs`, then of catalogue.of_models
    tables          CSV, Markdown, LaTeX and text files; the page shows findings.txt, claims.md, global.md and
                    accuracy.md, and takes out of accuracy.csv and global.csv what captions and facts say of runs
    example         the PNG that shows what M tells
    trainings       the trainings of `runs`
    settings        the settings that the figures were drawn with; figures of another "aggregation" are folded
    sources         the source of each dataset
    folder          the folder of the page's template, its style sheet, and the captions of figures and measures
    study           the name of the study, or ""
    costs           what tells how long each run took: {stage: [run]}
    other_costs     what tells how long the other rules took: {rule: [job]}
    project         the folder of the project
    """
    named = {Path(path).name: path for path in tables}
    known = read_runs(runs, variances, named)
    measures = [load_measure(name) for name in settings["measures"]]
    shown = Gallery(Path(folder), {measure.name: measure for measure in measures}, settings)
    datasets = list(dict.fromkeys(run.dataset for run in runs))
    pairs = {run.pair: run for run in runs}
    drawn_of_models = by_name(datasets, of_models(settings["measures"]), models_figures)
    drawn_of_pairs = by_name(pairs, of_pair(settings["measures"]), pair_figures)
    of_datasets = {
        name: shown.of_dataset(drawn_of_models[name], of_dataset(known, name), name, labels[name]) for name in datasets
    }

    def chapters(dataset: str) -> Iterator[Chapter]:
        yield Chapter(f"models-{dataset}", "All models", shown.sort(of_datasets[dataset]))
        for pair, run in pairs.items():
            if run.dataset == dataset:
                subject = f"{run.model} on {labels[dataset]}"
                facts = [each for each in of_dataset(known, dataset) if each.run["model"] == run.model]
                yield Chapter(
                    f"pair-{pair}", run.model, shown.sort(shown.of_pair(drawn_of_pairs[pair], facts, pair, subject))
                )

    page = Page(
        findings=read_sentences(named["findings.txt"]),
        how_sure=how_sure(known, labels),
        answers=[figure for figures in of_datasets.values() for figure in shown.answers(figures)],
        example=shown.example(example),
        measures={measure.title: read_measure_caption(folder, measure) for measure in defined(measures)},
        trainings={training.name: training for training in trainings},
        runs=[each.run | {"dataset": labels[each.run["dataset"]], "at_chance": each.at_chance} for each in known],
        claims=read_table(named["claims.md"], level=2),
        sections=[Section(f"dataset-{dataset}", labels[dataset], list(chapters(dataset))) for dataset in datasets],
        tables=[read_table(named[name], level=3) for name in ("global.md", "accuracy.md")],
        files=[os.path.relpath(path, Path(output).parent) for path in tables],
        images={labels[name]: describe_images(of_dataset(known, name)) for name in datasets},
        angles="; ".join(dict.fromkeys(describe_angles(each.extent) for each in known)),
        did={
            training.name: describe_training([each for each in known if each.run["training"] == training.name], labels)
            for training in trainings
        },
        made_of=study_facts(settings, sources),
        made_by=[run_facts(each.attributes, each.at_chance) for each in known],
        study=study,
        made_on=describe_making(Path(project)),
        costs=[
            [describe_cost(jobs[i], run.attributes["computed_on"].get(stage, {})) for stage, jobs in costs.items()]
            for i, run in enumerate(known)
        ],
        other_costs={
            rule: f"{len(jobs)} job{'s' * (len(jobs) > 1)}: {describe_costs(jobs)}"
            for rule, jobs in other_costs.items()
        },
    )
    template, css = ((Path(folder) / name).read_text(encoding="utf-8") for name in ("report.html.j2", "report.css"))
    with replacing(output) as temporary:
        temporary.write_text(render(page, template, css), encoding="utf-8", newline="\n")


@dataclass(frozen=True)
class Gallery:
    """How the page shows figures: with captions of a folder, the answer first, another aggregation folded.

    measures  those that the figures show, by name, in their order
    settings  those of figures
    """

    folder: Path
    measures: dict[str, Measure]
    settings: dict

    def of_dataset(self, paths: Paths, facts: Sequence[RunFacts], dataset: str, label: str) -> Figures:
        """Read the figures of all models on a dataset."""
        return self._read(paths, facts, label, f"dataset-{dataset}", f"all models on {label}", "models figure")

    def of_pair(self, paths: Paths, facts: Sequence[RunFacts], pair: str, subject: str) -> Figures:
        """Read the figures of a model on a dataset, `subject` in words."""
        return self._read(paths, facts, subject, f"pair-{pair}", subject, "figure")

    def example(self, path: str) -> Figure:
        """Read the figure that shows what M tells."""
        (figure,) = self._read({EXAMPLE: path}, [], "", "study", "two units of this study", "example figure").values()
        return figure

    def _read(self, paths: Paths, runs: Sequence[RunFacts], about: str, place: str, subject: str, kind: str) -> Figures:
        def facts(drawing: Drawing) -> dict[str, object]:
            return caption_facts(runs, about, shown_by(drawing, self.settings))

        captions = read_captions(self.folder, paths, facts, self.measures)
        return read_figures(paths, captions, self.measures, subject=subject, place=place, kind=kind)

    def answers(self, figures: Figures) -> list[Figure]:
        """Return the figures that show what was found."""
        return [figure for drawing, figure in figures.items() if self._is_answer(drawing)]

    def sort(self, figures: Figures) -> list[Part]:
        """Sort the other figures into the parts of a chapter."""
        others = {drawing: figure for drawing, figure in figures.items() if not self._is_answer(drawing)}
        return sort_figures(others, self.settings["aggregation"], list(self.measures.values()))

    def _is_answer(self, drawing: Drawing) -> bool:
        """Say whether a figure shows what the findings tell: M of the same aggregation, if there is one of M."""
        measure = M.name if M.name in self.measures else next(iter(self.measures))
        return drawing.is_answer(AGGREGATIONS[0]) and drawing.measure == measure


def defined(measures: Sequence[Measure]) -> list[Measure]:
    """Return the measures that the page defines: M first, which findings and claims are about, then the others."""
    return [M, *(measure for measure in measures if measure.name != M.name)]


def read_runs(runs: Sequence[Run], variances: Sequence[str], tables: dict[str, str]) -> list[RunFacts]:
    """Read what the page says of each run, out of its variance file and the tables by name."""
    names = [run.as_dict() for run in runs]
    attributes = [read_attributes(path, run) for path, run in zip(variances, names, strict=True)]
    at_chance = read_at_chance(tables["accuracy.csv"], names)
    extents = map(read_extent, variances)
    return list(map(RunFacts, names, attributes, extents, at_chance, read_rows(tables["global.csv"], names)))


def of_dataset(known: Sequence[RunFacts], dataset: str) -> list[RunFacts]:
    """Return the runs of a dataset."""
    return [each for each in known if each.run["dataset"] == dataset]


if __name__ == "__main__":
    with job_log(snakemake.log[0], "report"):
        main(
            runs=snakemake.params.runs,
            labels=snakemake.params.labels,
            variances=snakemake.input.variances,
            pair_figures=snakemake.input.pair_figures,
            models_figures=snakemake.input.models_figures,
            tables=snakemake.input.tables,
            example=snakemake.input.example,
            output=snakemake.output[0],
            trainings=snakemake.params.trainings,
            settings=snakemake.params.settings,
            sources=snakemake.params.sources,
            folder=snakemake.params.folder,
            study=snakemake.params.study,
            costs=snakemake.params.costs,
            other_costs=snakemake.params.other_costs,
            project=snakemake.params.project,
        )
