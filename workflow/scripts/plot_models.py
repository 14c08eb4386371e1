"""Rule plot_models: draw all models of one dataset side by side."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from rotational_variance.figures.catalogue import of_models
from rotational_variance.figures.parts.training_results import Results, TrainingResult, shown_words
from rotational_variance.statistics.definition import load_measure
from rotational_variance.statistics.layer_selection import SELECTIONS, choose, select
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.history_reader import read_history
from rotational_variance.storage.measurement_reader import read_measurement
from rotational_variance.storage.published_file import Published, published_of, read_published
from rv_study.draw_figures import draw_figures
from rv_study.job_log import JobLog, job_log
from rv_study.run import Run


def main(
    *,
    runs: list[Run],
    dataset: str,
    variances: list[str],
    histories: list[str],
    published: str,
    published_datasets: list[str],
    figures: list[str],
    trainings: list[Training],
    measures: list[str],
    layers: str,
    log: JobLog,
) -> None:
    """Draw `runs`, all of one dataset; `variances` and `histories` hold their files in the same order.

    dataset             what titles call the dataset
    published           the file of the published values
    published_datasets  the datasets whose images are those that were published
    figures             the files to write: the stem names the drawing, the suffix the format
    trainings           the trainings of `runs`, in the order to show them
    measures            the measures to show
    layers              the layers to show: "published", "all", or "auto": published ones of a published model, or all
                        of another
    """
    measurements, rows = (defaultdict(lambda: defaultdict(list)) for _ in range(2))
    for run, variance, history_file in zip(runs, variances, histories, strict=True):
        measurements[run.model][run.training].append(
            select(read_measurement(variance, run.as_dict()), choose(layers, run.model))
        )
        rows[run.model][run.training].append(read_history(history_file))
    results = {
        model: {
            training.name: TrainingResult(training, of_model[training.name], rows[model][training.name])
            for training in trainings
        }
        for model, of_model in measurements.items()
    }
    known = attach_published(read_published(published, published_datasets), runs[0].dataset, results, layers)
    words = [word for of_model in results.values() for word in shown_words(of_model, map(load_measure, measures))]
    data = {"layers": describe_layers(layers, results), "results": results, "published": known}
    draw_figures(of_models(measures), figures, dataset, words=words, log=log, **data)


def describe_layers(layers: str, models: Iterable[str]) -> str:
    """Say which layers of which models are shown, if that differs between them; "" if it does not."""
    of_models = {name: [model for model in models if choose(layers, model) == name] for name in SELECTIONS}
    if not all(of_models.values()):
        return ""
    return f"published layers of {', '.join(of_models['published'])}; all layers of {', '.join(of_models['all'])}"


def attach_published(
    published: Published, dataset: str, results: Mapping[str, Results], layers: str
) -> dict[tuple[str, str, str], float]:
    """Return the published values of the runs by (model, training, quantity); none were published over all layers."""
    return {
        (model, training, quantity): value
        for model, of_model in results.items()
        if choose(layers, model) == "published"
        for training, result in of_model.items()
        for quantity, value in published_of(
            published, dataset, model, result.measurements[0].attributes["spec"]
        ).items()
    }


if __name__ == "__main__":
    with job_log(snakemake.log[0], f"plot models on {snakemake.wildcards.dataset}") as log:
        main(
            runs=snakemake.params.runs,
            dataset=snakemake.params.dataset,
            variances=snakemake.input.variances,
            histories=snakemake.input.histories,
            published=snakemake.input.published,
            published_datasets=snakemake.params.published_datasets,
            figures=snakemake.output.figures,
            trainings=snakemake.params.trainings,
            measures=snakemake.params.measures,
            layers=snakemake.params.layers,
            log=log,
        )
