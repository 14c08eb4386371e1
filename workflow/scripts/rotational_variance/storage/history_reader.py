"""Read the history of a training (CSV): losses and accuracies by epoch."""

import csv
from pathlib import Path

from rotational_variance.storage.file_errors import DamagedFileError
from rotational_variance.storage.history_layout import COLUMNS


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
        raise DamagedFileError(path, "history", f"not a whole history ({error})") from error
    return rows


def _read_row(row: dict[str, str], line: int) -> dict[str, float]:
    try:
        return {name: float(value) for name, value in row.items()}
    except (TypeError, ValueError) as error:
        raise ValueError(f"line {line}: {error}") from error
