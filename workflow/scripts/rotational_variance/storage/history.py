"""The history of a training (CSV): losses and accuracies by epoch."""

import csv
from pathlib import Path

from rotational_variance.storage.files import again, replacing

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
    """Read losses and accuracies by epoch. Raises ValueError for a damaged file, or one without rows."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ValueError(f"got columns {reader.fieldnames}, expected {', '.join(COLUMNS)}")
            rows = [_read_row(row, reader.line_num) for row in reader]
        if not rows:
            raise ValueError("it holds no epochs")
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path}: not a whole history ({error}); {again('train')}") from error
    return rows


def _read_row(row: dict[str, str], line: int) -> dict[str, float]:
    try:
        return {name: float(value) for name, value in row.items()}
    except (TypeError, ValueError) as error:
        raise ValueError(f"line {line}: {error}") from error
