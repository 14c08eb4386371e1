"""Comparison of rotated with unrotated training of the same model on the same dataset."""

from collections.abc import Sequence

import numpy as np

from rotational_variance.measures.averages import finite_mean

TRAININGS = ("unrotated", "rotated")


def compare_trainings(rows: Sequence[dict], column: str) -> list[dict]:
    """Return one row for each dataset and model whose two trainings are both in `rows`, runs at chance left out.

    The columns are dataset and model; unrotated and rotated, the means of `column` over seeds; difference, rotated
    minus unrotated; and the same three for the published values, published_unrotated and so on. A value that does not
    exist is NaN.
    """
    rows = [row for row in rows if not row["at_chance"]]
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
