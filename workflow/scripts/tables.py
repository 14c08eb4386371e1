"""Rule tables: put all runs side by side, beside the published values, and test what was claimed of them."""

from collections import defaultdict

from rotational_variance.reporting import reporting
from rotational_variance.storage.files import replacing
from rotational_variance.storage.history import read_history
from rotational_variance.storage.published import read_published
from rotational_variance.storage.variance import read_variance
from rotational_variance.tables.accuracy import accuracy_markdown, accuracy_row
from rotational_variance.tables.claim_depth import depth_rows
from rotational_variance.tables.claim_outputs import output_row
from rotational_variance.tables.claims import claims_markdown
from rotational_variance.tables.global_variance import global_latex, global_markdown, global_rows
from rotational_variance.tables.layers import layer_rows
from rotational_variance.tables.text import csv_text


def main(runs: list[dict], variances: list[str], histories: list[str], published: str, outputs: dict[str, str]) -> None:
    """Tabulate `runs` (model, dataset, training, seed) with their files of the same order.

    published  the file of the published values
    outputs    the file for each of global_csv, global_md, global_tex, layers_csv, accuracy_csv, accuracy_md, claims_md
    """
    known = read_published(published)
    rows = defaultdict(list)
    for run, variance, history in zip(runs, variances, histories, strict=True):
        rows["accuracy"].append(accuracy_row(run, read_history(history), known))
        tensor = read_variance(variance, run)
        rows["global"] += global_rows(run, tensor, known)
        rows["layers"] += layer_rows(run, tensor)
        rows["outputs"].append(output_row(run, tensor))
        rows["depth"] += depth_rows(run, tensor)
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
    with reporting(snakemake.log[0], "tables"):
        main(
            snakemake.params.runs,
            snakemake.input.variances,
            snakemake.input.histories,
            snakemake.input.published,
            dict(snakemake.output.items()),
        )
