"""The claim that training on rotated images lowers the global M."""

from collections.abc import Sequence

from rotational_variance.tables.global_table import variance_columns
from rotational_variance.tables.text import beside_published, count_left_out, exists, markdown_table, yes_or_no
from rotational_variance.tables.training_comparison import TRAININGS, compare_trainings
from rotational_variance.tables.verdicts import verdict


def training_rows(global_rows: Sequence[dict]) -> list[dict]:
    """Compare the trainings over the published layers: one row per dataset, model, aggregation and sample set.

    The columns are those of `compare_trainings`, and holds: whether rotated training has the lower M, None if M is
    missing for a training.
    """
    rows = [row for row in global_rows if row["layers"] == "published"]
    columns = variance_columns(rows[0])
    found = []
    for of_pair in zip(*(compare_trainings(rows, column) for column in columns.values()), strict=True):
        for (aggregation, sample_set), row in zip(columns, of_pair, strict=True):
            holds = row["difference"] < 0 if exists(row["difference"]) else None
            found.append(row | {"aggregation": aggregation, "sample_set": sample_set, "holds": holds})
    return found


def training_section(global_rows: Sequence[dict]) -> str:
    """Write the claim, the verdict and the numbers."""
    rows = training_rows(global_rows)
    held, reason = [row["holds"] for row in rows], "needs both trainings of a model on a dataset"
    return f"""## 1. Training on rotated images lowers M

The claim: a network that was trained on rotated images is less variant to rotation than the same network trained on
upright ones. The test: the global M over the published layers, mean over seeds, is lower after rotated training. Dead
units count as 1, as published. Each model, dataset, aggregation (mean or max of a feature map) and sample set (all, or
stratified: the mean over the classes) is one comparison. Published values stand in brackets where there are some.

{verdict(held, "comparisons", reason, left_out=count_left_out(global_rows))}
{_table(rows)}"""


def _table(rows: Sequence[dict]) -> str:
    if not rows:
        return ""
    lines = [
        {
            "dataset": row["dataset"],
            "model": row["model"],
            "aggregation": row["aggregation"],
            "samples": row["sample_set"],
            **{training: beside_published(row, training) for training in TRAININGS},
            "difference": beside_published(row, "difference", "{:+.3f}"),
            "lower": yes_or_no(row["holds"]),
        }
        for row in rows
    ]
    return "\n" + markdown_table(lines, n_text=4)
