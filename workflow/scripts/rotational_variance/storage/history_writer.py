"""Write the history of a training (CSV): losses and accuracies by epoch."""

import csv
from pathlib import Path

from rotational_variance.storage.files import replacing
from rotational_variance.storage.history_layout import COLUMNS


def write_history(path: str | Path, rows: list[dict[str, float]]) -> None:
    """Write losses and accuracies by epoch, with the columns of COLUMNS."""
    with replacing(path) as temporary, open(temporary, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
