"""Tables of all runs: arrays in, rows and text out. No torch."""

from collections.abc import Iterable, Sequence

from rotational_variance.normalized import ALL, STRATIFIED, VarianceTensor, global_variance

RUN_COLUMNS = ("model", "dataset", "training", "seed")
ACCURACY_COLUMNS = ("accuracy_upright", "accuracy_rotated")


def global_row(run: dict, history: list[dict[str, float]], tensor: VarianceTensor) -> dict:
    """Return one run's row: its accuracies (shares of the test set), global M, and its dead and infinite units.

    Columns variance_{aggregation}_{all,stratified} hold M with dead units as 1, as published; ..._without_dead the
    same without them; n_units, n_dead_... and n_infinite_... are counts.
    """
    last = history[-1]
    row = {name: run[name] for name in RUN_COLUMNS}
    row["accuracy_upright"] = last["test_upright_accuracy"]
    row["accuracy_rotated"] = last["test_rotated_accuracy"]
    row["n_layers"] = len(tensor.layers)
    row["n_units"] = sum(layer.n_units for layer in tensor.layers)
    for aggregation in tensor.aggregations:
        for sample_set in (ALL, STRATIFIED):
            value = global_variance(tensor, aggregation, sample_set)
            key = f"{aggregation}_{sample_set}"
            row[f"variance_{key}"] = value.value
            row[f"variance_{key}_without_dead"] = value.value_without_dead
            row[f"n_dead_{key}"] = value.n_dead
            row[f"n_infinite_{key}"] = value.n_infinite
    return row


def add_published(rows: Iterable[dict], published: Iterable[dict[str, str]]) -> list[dict]:
    """Return the rows with a column published_{quantity} for each quantity published of any of them; None where not.

    published  rows with dataset, model, training, quantity, value
    """
    values = {(p["dataset"], p["model"], p["training"], p["quantity"]): float(p["value"]) for p in published}
    rows = [dict(row) for row in rows]
    runs = {(row["dataset"], row["model"], row["training"]) for row in rows}
    quantities = sorted({key[3] for key in values if key[:3] in runs})
    for row in rows:
        for quantity in quantities:
            row[f"published_{quantity}"] = values.get((row["dataset"], row["model"], row["training"], quantity))
    return rows


def global_markdown(rows: Sequence[dict]) -> str:
    """Write the rows as Markdown: a table of accuracies and one of global M, published values in brackets."""
    variances = [name for name in rows[0] if name.startswith("variance_") and not name.endswith("_without_dead")]
    labels = [name.removeprefix("variance_").replace("_", ", ") for name in variances]
    accuracy = _markdown_table(
        ["dataset", "model", "training", "seed", "upright", "rotated"],
        [[*_run_cells(row), *(_with_published(row, name, "{:.1%}") for name in ACCURACY_COLUMNS)] for row in rows],
        n_text=3,
    )
    variance = _markdown_table(
        ["dataset", "model", "training", "seed", "units", *labels],
        [
            [*_run_cells(row), str(row["n_units"]), *(_with_published(row, name, "{:.3f}") for name in variances)]
            for row in rows
        ],
        n_text=3,
    )
    counts = _markdown_table(
        ["dataset", "model", "training", "seed", *labels],
        [[*_run_cells(row), *(_dead_cell(row, name) for name in variances)] for row in rows],
        n_text=3,
    )
    return f"""# All runs

Published values (Quiroga et al. 2019) stand in brackets where there are some. They are of the same architectures but
for vgg16, which had 8 convolutions there, and, but for simple_conv, were averaged over fewer layers.

## Accuracy on the test set, upright and rotated

{accuracy}
## Global M

The mean over all units of all layers of M = transformation std / sample std: 0 is invariant to rotation, about 1 or
more is not. By aggregation of the feature maps (mean, max) and sample set (all test samples; stratified: the mean over
classes of M). Infinite units are left out, dead units count as 1, as published.

{variance}
## Dead and infinite units

Dead units never change; without them M is the number before the brackets. In brackets: dead units, infinite units.

{counts}"""


def _run_cells(row: dict) -> list[str]:
    return [row["dataset"], row["model"], row["training"], str(row["seed"])]


def _with_published(row: dict, name: str, form: str) -> str:
    published = row.get(f"published_{name}")
    text = form.format(row[name])
    return text if published is None else f"{text} ({form.format(published)})"


def _dead_cell(row: dict, name: str) -> str:
    key = name.removeprefix("variance_")
    return f"{row[f'{name}_without_dead']:.3f} ({row[f'n_dead_{key}']}, {row[f'n_infinite_{key}']})"


def _markdown_table(header: list[str], rows: list[list[str]], n_text: int) -> str:
    """Lay out a Markdown table; the first `n_text` columns to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    aligned = [
        [cell.ljust(w) if i < n_text else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))]
        for line in (header, *rows)
    ]
    rule = ["-" * w if i < n_text else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (aligned[0], rule, *aligned[1:]))
