"""The published values (CSV): dataset, model, training, quantity, value."""

import csv
from pathlib import Path

Published = dict[tuple[str, str, str, str], float]


def read_published(path: str | Path) -> Published:
    """Read {(dataset, model, training, quantity): value}; quantities have the names of the tables' columns."""
    with open(path, newline="", encoding="utf-8") as file:
        return {
            (row["dataset"], row["model"], row["training"], row["quantity"]): float(row["value"])
            for row in csv.DictReader(file)
        }
