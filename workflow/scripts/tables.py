"""Rule tables: put all runs side by side, beside the published values."""

import csv

from rotational_variance.reporting import reporting
from rotational_variance.storage.files import replacing
from rotational_variance.storage.history import read_history
from rotational_variance.storage.variance import read_variance
from rotational_variance.tables import add_published, global_markdown, global_row


def main(
    runs: list[dict], variances: list[str], histories: list[str], published: str, output_csv: str, output_md: str
) -> None:
    """Tabulate `runs` (model, dataset, training, seed) with their files of the same order."""
    rows = [
        global_row(run, read_history(history), read_variance(variance, run))
        for run, variance, history in zip(runs, variances, histories, strict=True)
    ]
    with open(published, newline="", encoding="utf-8") as file:
        rows = add_published(rows, csv.DictReader(file))
    with replacing(output_csv) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with replacing(output_md) as temporary:
        temporary.write_text(global_markdown(rows), encoding="utf-8")


if __name__ == "__main__":
    with reporting(snakemake.log[0], "tables"):
        main(
            snakemake.params.runs,
            snakemake.input.variances,
            snakemake.input.histories,
            snakemake.input.published,
            snakemake.output.csv,
            snakemake.output.md,
        )
