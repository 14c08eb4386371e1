"""Rule tables: tabulate all runs beside the published values, and test the published claims on them."""

from collections import defaultdict

from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.chance import learned_nothing
from rotational_variance.statistics.definition import load_measure
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.files import replacing
from rotational_variance.storage.history_reader import read_history
from rotational_variance.storage.measurement_reader import read_measurement
from rotational_variance.storage.published_file import published_of, read_published
from rotational_variance.tables.accuracy_table import VALUES as ACCURACY_VALUES
from rotational_variance.tables.accuracy_table import accuracy_markdown, accuracy_row
from rotational_variance.tables.claim_depth import depth_rows
from rotational_variance.tables.claim_outputs import output_row
from rotational_variance.tables.claims import claims_markdown
from rotational_variance.tables.findings import findings
from rotational_variance.tables.global_latex import global_latex
from rotational_variance.tables.global_markdown import global_markdown
from rotational_variance.tables.global_table import VALUES as GLOBAL_VALUES
from rotational_variance.tables.global_table import global_rows
from rotational_variance.tables.layer_table import layer_rows
from rotational_variance.tables.seeds import with_statistics
from rotational_variance.tables.text import csv_text
from rv_study.job_log import job_log
from rv_study.run import Run


def main(
    *,
    runs: list[Run],
    variances: list[str],
    histories: list[str],
    published: str,
    published_datasets: list[str],
    outputs: dict[str, str],
    trainings: list[Training],
    measures: list[str],
    all_measures: list[str],
    labels: dict[str, str],
) -> None:
    """Tabulate `runs`; `variances` and `histories` hold their files in the same order.

    published           the file of the published values
    published_datasets  the datasets whose images are those that were published
    outputs             the file for each of global_csv, _md and _tex, layers_csv, accuracy_csv and _md, claims_md,
                        findings_txt
    trainings           the trainings of `runs`, in the order to show them; the others are compared with the first
    measures            the measures of which to tell global values
    all_measures        the measures of which to tell the values of layers
    labels              what sentences call datasets
    """
    shown, of_layers = (list(map(load_measure, names)) for names in (measures, all_measures))
    of_networks = [*shown, *([] if M.name in measures else [M])]  # the claims are about M
    by_name = {training.name: training for training in trainings}
    known = read_published(published, published_datasets)
    rows = defaultdict(list)
    for run, variance, history_file in zip(runs, variances, histories, strict=True):
        history, measurement = read_history(history_file), read_measurement(variance, run.as_dict())
        spec = measurement.attributes["spec"]
        cells = run.as_dict() | {
            "rotate_degrees": spec["training"]["rotate"],
            "n_epochs": spec["training"]["epochs"],
            "at_chance": learned_nothing(history, measurement.n_test),
        }
        of_run = published_of(known, run.dataset, run.model, spec)
        rows["accuracy"].append(accuracy_row(cells, history, of_run))
        rows["global"] += global_rows(cells, measurement, of_networks, of_run)
        rows["layers"] += layer_rows(cells, measurement, of_layers)
        rows["outputs"].append(output_row(cells, measurement))
        rows["depth"] += depth_rows(cells, measurement)
    shown_rows = [row for row in rows["global"] if row["measure"] in measures]
    texts = {
        "global_csv": csv_text(with_statistics(shown_rows, GLOBAL_VALUES)),
        "global_md": global_markdown(shown_rows, shown, by_name),
        "global_tex": global_latex(shown_rows, shown, by_name),
        "layers_csv": csv_text(rows["layers"]),
        "accuracy_csv": csv_text(with_statistics(rows["accuracy"], ACCURACY_VALUES)),
        "accuracy_md": accuracy_markdown(rows["accuracy"], by_name),
        "claims_md": claims_markdown(rows["global"], rows["outputs"], rows["depth"], by_name),
        "findings_txt": "\n".join(
            [*findings(rows["accuracy"], rows["global"], rows["outputs"], rows["depth"], by_name, labels), ""]
        ),
    }
    for name, output in outputs.items():
        with replacing(output) as temporary:
            temporary.write_text(texts[name], encoding="utf-8", newline="\n")


if __name__ == "__main__":
    with job_log(snakemake.log[0], "tables"):
        main(
            runs=snakemake.params.runs,
            variances=snakemake.input.variances,
            histories=snakemake.input.histories,
            published=snakemake.input.published,
            published_datasets=snakemake.params.published_datasets,
            trainings=snakemake.params.trainings,
            measures=snakemake.params.measures,
            all_measures=snakemake.params.all_measures,
            labels=snakemake.params.labels,
            outputs=dict(snakemake.output.items()),
        )
