"""Read the history of a training (CSV): losses and accuracies by epoch."""

import csv
import math
from pathlib import Path

from rotational_variance.storage.file_errors import DamagedFileError
from rotational_variance.storage.history_layout import COLUMNS, TRAIN_COLUMNS


def read_history(path: str | Path) -> list[dict[str, float]]:
    """Read losses and accuracies by epoch: {column: number} for each row.

    The row of epoch 0, a network without training, has NaN in TRAIN_COLUMNS. Raises ValueError for a damaged file, or
    one without rows.
    """
    try:
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ValueError(f"got columns {reader.fieldnames}, expected {', '.join(COLUMNS)}")
            rows = [_read_row(row, reader.line_num) for row in reader]
        if not rows:
            raise ValueError("it holds no epochs")
    except (ValueError, csv.Error) as error:
        raise DamagedFileError(path, "history", f"not a whole history ({error})") from error
    return rows


def _read_row(row: dict[str, str], line: int) -> dict[str, float]:
    empty = TRAIN_COLUMNS if row["epoch"] == "0" else ()
    try:
        numbers = {name: math.nan if name in empty and value == "" else float(value) for name, value in row.items()}
    except (TypeError, ValueError) as error:
        raise ValueError(f"line {line}: {error}") from error
    for name, number in numbers.items():
        if math.isnan(number) and name not in empty:
            raise ValueError(f"line {line}: {name} is not a number")
    return numbers
