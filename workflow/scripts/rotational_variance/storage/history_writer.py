"""Write the history of a training (CSV): losses and accuracies by epoch."""

import csv
import math
from pathlib import Path

from rotational_variance.storage.files import replacing
from rotational_variance.storage.history_layout import COLUMNS, TRAIN_COLUMNS


def write_history(path: str | Path, rows: list[dict[str, float]]) -> None:
    """Write losses and accuracies by epoch, with the columns of COLUMNS.

    In the row of epoch 0, a network without training, NaN in TRAIN_COLUMNS becomes an empty cell.
    """
    with replacing(path) as temporary, open(temporary, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_cells(row) for row in rows)


def _cells(row: dict[str, float]) -> dict[str, float | str]:
    empty = [name for name in TRAIN_COLUMNS if row["epoch"] == 0 and math.isnan(row[name])]
    return row | dict.fromkeys(empty, "")
