"""The history of a training (CSV): losses and accuracies by epoch."""

import csv
from pathlib import Path

from rotational_variance.storage.files import replacing

COLUMNS = (
    "epoch",
    "train_loss",
    "train_accuracy",
    "test_upright_loss",
    "test_upright_accuracy",
    "test_rotated_loss",
    "test_rotated_accuracy",
)  # losses in nats, accuracies as shares


def write_history(path: str | Path, rows: list[dict[str, float]]) -> None:
    """Write losses and accuracies by epoch, with the columns of COLUMNS."""
    with replacing(path) as temporary, open(temporary, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_history(path: str | Path) -> list[dict[str, float]]:
    """Read losses and accuracies by epoch. Raises ValueError for a file without rows or with other columns."""
    with open(path, newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path}: got columns {reader.fieldnames}, expected {', '.join(COLUMNS)}")
        try:
            rows = [{name: float(value) for name, value in row.items()} for row in reader]
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"{path}: line {reader.line_num} is damaged ({error}); delete it, rule train makes it again"
            ) from error
    if not rows:
        raise ValueError(f"{path}: holds no epochs; delete it, rule train makes it again")
    return rows
