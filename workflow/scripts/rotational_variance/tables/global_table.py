"""The global M of each run, over the published layers and over all layers, beside the published values."""

import textwrap
from collections.abc import Sequence

from rotational_variance.measures.averages import global_variance
from rotational_variance.measures.layer_selection import SELECTIONS, select
from rotational_variance.measures.measurement import ALL, STRATIFIED, Measurement
from rotational_variance.storage.published_file import Published
from rotational_variance.tables.published_values import with_published
from rotational_variance.tables.text import (
    AT_CHANCE_MEANS,
    beside_published,
    chance_note,
    format_number,
    latex,
    latex_row,
    markdown_table,
    run_cells,
)


def global_rows(run: dict, measurement: Measurement, published: Published) -> list[dict]:
    """Return a run's global M and the counts of its special units: one row per selection of layers.

    Column `layers` names the selection: "published", the layers in the published averages, or "all". Columns
    variance_{aggregation}_{all,stratified} hold M with dead units as 1, as published; ..._without_dead, M without dead
    units; published_variance_..., the published M, in the row for the published layers; n_dead_...,
    n_infinite_... and n_below_precision_... are counts of units.
    """
    return [
        with_published(row, published if row["layers"] == "published" else {}, variance_columns(row).values())
        for row in (_row(run, selection, select(measurement, selection)) for selection in SELECTIONS)
    ]


def _row(run: dict, selection: str, measurement: Measurement) -> dict:
    row = run | {
        "layers": selection,
        "n_layers": len(measurement.layers),
        "n_units": sum(layer.n_units for layer in measurement.layers),
    }
    for aggregation in measurement.aggregations:
        for sample_set in (ALL, STRATIFIED):
            value = global_variance(measurement, aggregation, sample_set)
            key = f"{aggregation}_{sample_set}"
            row[f"variance_{key}"] = value.value
            row[f"variance_{key}_without_dead"] = value.value_without_dead
            row[f"n_dead_{key}"] = value.n_dead
            row[f"n_infinite_{key}"] = value.n_infinite
            row[f"n_below_precision_{key}"] = value.n_below_precision
    return row


def variance_columns(row: dict) -> dict[tuple[str, str], str]:
    """Return {(aggregation, sample set): column} of the columns variance_{aggregation}_{sample set} of a row."""
    return {tuple(name.split("_")[1:]): name for name in row if name.startswith("variance_") and name.count("_") == 2}


def global_markdown(rows: Sequence[dict]) -> str:
    """Write all runs' global M: over the published layers, over all layers, and without dead units."""
    published, everything = ([row for row in rows if row["layers"] == selection] for selection in SELECTIONS)
    return f"""# Global M of every run

M = transformation std / sample std, a number for each unit of a network. 0 is invariant to rotation; about 1 or more
is not. The global M of a run is the mean over all units of the layers named. Infinite units are left out, dead units
count as 1, as published. Units below precision have no M, so they are left out, too.

The columns are named by how a feature map becomes one number (its mean or its max), and by the test samples: all of
them, or stratified, the mean over the classes of the M of each class.
{chance_note(rows)}
## Over the layers that were published

The published averages did not hold every layer. These hold the same ones: no normalisation that an activation follows
at once, and no projection on a shortcut. Published values (Quiroga et al. 2019) stand in brackets where there are some.
The published vgg16 had 8 convolutions, so its layers are not these.

{_variance_table(published)}
## Over all layers

Nothing was published of these.

{_variance_table(everything)}
## Units that are dead, infinite or below precision

A dead unit never changes; its M is set to 1. An infinite unit changes with the angle, but not from sample to sample. A
unit below precision changes, with the angle and from sample to sample, by no more than the rounding errors of its
values: it has no M. Each cell is the global M without dead units, and in brackets the numbers of units that are dead,
infinite and below precision. The column layers says over which layers: those that were published, or all.

{_special_units_table(rows)}"""


def _variance_table(rows: Sequence[dict]) -> str:
    lines = [
        {
            **run_cells(row),
            "layers": str(row["n_layers"]),
            "units": str(row["n_units"]),
            **{", ".join(key): beside_published(row, name) for key, name in variance_columns(row).items()},
        }
        for row in rows
    ]
    return markdown_table(lines, n_text=3)


def _special_units_table(rows: Sequence[dict]) -> str:
    lines = [
        {
            **run_cells(row),
            "layers": row["layers"],
            **{", ".join(key): _special_units_cell(row, name) for key, name in variance_columns(row).items()},
        }
        for row in sorted(rows, key=lambda row: SELECTIONS.index(row["layers"]))
    ]
    return markdown_table(lines, n_text=3)


def _special_units_cell(row: dict, name: str) -> str:
    key = name.removeprefix("variance_")
    counts = ", ".join(str(row[f"n_{special}_{key}"]) for special in ("dead", "infinite", "below_precision"))
    return f"{format_number(row[f'{name}_without_dead'])} ({counts})"


def global_latex(rows: Sequence[dict]) -> str:
    """Write all runs' global M over the published layers as a LaTeX table, grouped by dataset."""
    rows = [row for row in rows if row["layers"] == "published"]
    names = ["model", "training", "seed"] if len({row["seed"] for row in rows}) > 1 else ["model", "training"]
    header = [*names, *map(", ".join, variance_columns(rows[0]))]
    groups = []
    for dataset in dict.fromkeys(row["dataset"] for row in rows):
        lines = [[dataset, *[""] * (len(header) - 1)]]
        for row in (row for row in rows if row["dataset"] == dataset):
            cells = run_cells(row)
            values = (beside_published(row, name) for name in variance_columns(row).values())
            lines.append([*(cells[name] for name in names), *values])
        groups.append("".join(map(latex_row, lines)))
    body = "    \\midrule\n".join([latex_row(header), *groups])
    columns = "ll" + "r" * (len(header) - 2)
    notes = "".join("\n" + textwrap.indent(textwrap.fill(note, 116), "    ") for note in _latex_notes(rows))
    return rf"""% Needs \usepackage{{booktabs}} in the preamble; nothing else.
\begin{{table}}
  \centering
  \footnotesize
  \setlength{{\tabcolsep}}{{3pt}}
  \caption{{Global $M$ of each network, the mean over all units of the layers that were published. $M = \sigma_T /
    \sigma_S$, the standard deviation under rotation over that over the samples. By aggregation of the feature maps
    (mean, max) and by samples (all; stratified: the mean over the classes). Dead units count as 1, infinite ones are
    left out. Published values (Quiroga et al.\ 2019) in brackets; the published vgg16 had 8 convolutions.{notes}}}
  \label{{tab:global-variance}}
  \begin{{tabular}}{{@{{}}{columns}@{{}}}}
    \toprule
{body}    \bottomrule
  \end{{tabular}}
\end{{table}}
"""


def _latex_notes(rows: Sequence[dict]) -> list[str]:
    """Return sentences on what the caption must explain only if it occurs."""
    is_below = any(count for row in rows for name, count in row.items() if name.startswith("n_below_precision"))
    notes = ["Units whose variation is no more than rounding noise are left out, too."] if is_below else []
    return [*notes, latex(AT_CHANCE_MEANS)] if any(row["at_chance"] for row in rows) else notes
