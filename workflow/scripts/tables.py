"""Rule tables: tabulate all runs beside the published values, and test the published claims on them."""

from collections import defaultdict

from rotational_variance.measures.chance import learned_nothing
from rotational_variance.storage.files import replacing
from rotational_variance.storage.history_reader import read_history
from rotational_variance.storage.measurement_reader import read_measurement
from rotational_variance.storage.published_file import read_published
from rotational_variance.tables.accuracy_table import accuracy_markdown, accuracy_row
from rotational_variance.tables.claim_depth import depth_rows
from rotational_variance.tables.claim_outputs import output_row
from rotational_variance.tables.claims import claims_markdown
from rotational_variance.tables.global_table import global_latex, global_markdown, global_rows
from rotational_variance.tables.layer_table import layer_rows
from rotational_variance.tables.text import csv_text
from rv_study.job_log import job_log
from rv_study.run import Run


def main(
    *, runs: list[Run], variances: list[str], histories: list[str], published: str, outputs: dict[str, str]
) -> None:
    """Tabulate `runs`; `variances` and `histories` hold their files in the same order.

    published  the file of the published values
    outputs    the file for each of global_csv, global_md, global_tex, layers_csv, accuracy_csv, accuracy_md, claims_md
    """
    known = read_published(published)
    rows = defaultdict(list)
    for run, variance, history_file in zip(runs, variances, histories, strict=True):
        history, measurement = read_history(history_file), read_measurement(variance, run.as_dict())
        cells = run.as_dict() | {"at_chance": learned_nothing(history, measurement.n_test)}
        rows["accuracy"].append(accuracy_row(cells, history, known))
        rows["global"] += global_rows(cells, measurement, known)
        rows["layers"] += layer_rows(cells, measurement)
        rows["outputs"].append(output_row(cells, measurement))
        rows["depth"] += depth_rows(cells, measurement)
    texts = {
        "global_csv": csv_text(rows["global"]),
        "global_md": global_markdown(rows["global"]),
        "global_tex": global_latex(rows["global"]),
        "layers_csv": csv_text(rows["layers"]),
        "accuracy_csv": csv_text(rows["accuracy"]),
        "accuracy_md": accuracy_markdown(rows["accuracy"]),
        "claims_md": claims_markdown(rows["global"], rows["outputs"], rows["depth"]),
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
            outputs=dict(snakemake.output.items()),
        )
