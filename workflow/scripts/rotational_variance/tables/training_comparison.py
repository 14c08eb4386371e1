"""Rotated beside unrotated training, of the same model on the same dataset."""

from collections.abc import Sequence

import numpy as np

from rotational_variance.measures.averages import finite_mean

TRAININGS = ("unrotated", "rotated")


def compare_trainings(rows: Sequence[dict], column: str) -> list[dict]:
    """Return a row for each dataset and model that `rows` holds both trainings of.

    Columns dataset, model; unrotated and rotated, the means over seeds of `column`; difference, rotated less unrotated;
    and the same three of what was published, published_unrotated and so on. NaN where there is no value.
    """
    found = []
    for dataset, model in dict.fromkeys((row["dataset"], row["model"]) for row in rows):
        of_pair = [row for row in rows if (row["dataset"], row["model"]) == (dataset, model)]
        if {row["training"] for row in of_pair} >= set(TRAININGS):
            compared = {"dataset": dataset, "model": model}
            for prefix in ("", "published_"):
                for training in TRAININGS:
                    values = [row[prefix + column] for row in of_pair if row["training"] == training]
                    compared[prefix + training] = finite_mean(np.array(values, dtype=float))
                compared[f"{prefix}difference"] = compared[f"{prefix}rotated"] - compared[f"{prefix}unrotated"]
            found.append(compared)
    return found
