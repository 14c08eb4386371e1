"""Comparison of each other training with the first one, on the same model and dataset."""

from collections.abc import Callable, Sequence

import numpy as np

from rotational_variance.statistics.averages import finite_mean
from rotational_variance.statistics.trainings import Training
from rotational_variance.statistics.words import sentence_start
from rotational_variance.tables.run_cells import Trainings
from rotational_variance.tables.text import beside_published, format_number, markdown, sections
from rotational_variance.tables.verdicts import bold_verdict


def of_trainings(rows: Sequence[dict], *trainings: Training) -> list[dict]:
    """Return the rows of these trainings."""
    return [row for row in rows if row["training"] in {training.name for training in trainings}]


def compare_trainings(rows: Sequence[dict], column: str, first: Training, other: Training) -> list[dict]:
    """Return one row for each dataset and model that has runs of both trainings in `rows`.

    The columns are dataset and model; first and other, the means of `column` over seeds, runs at chance left out;
    difference, other minus first; the same three for the published values, published_first and so on; what each
    training did, first_does and other_does, as a row with rotate_degrees and n_epochs; and whether all its runs are at
    chance, first_at_chance and other_at_chance. A value that does not exist is NaN, also of runs all at chance.
    """
    found = []
    for dataset, model in dict.fromkeys((row["dataset"], row["model"]) for row in rows):
        of_pair = [row for row in rows if (row["dataset"], row["model"]) == (dataset, model)]
        sides = {"first": of_trainings(of_pair, first), "other": of_trainings(of_pair, other)}
        if all(sides.values()):
            compared = {"dataset": dataset, "model": model}
            for prefix, counts in (("", lambda row: not row["at_chance"]), ("published_", lambda row: True)):
                for side, of_side in sides.items():
                    values = [row[prefix + column] for row in of_side if counts(row)]
                    compared[prefix + side] = finite_mean(np.array(values, dtype=float))
                compared[f"{prefix}difference"] = compared[f"{prefix}other"] - compared[f"{prefix}first"]
            for side, of_side in sides.items():
                compared[f"{side}_does"] = of_side[0]
                compared[f"{side}_at_chance"] = all(row["at_chance"] for row in of_side)
            found.append(compared)
    return found


def comparison_cells(compared: dict, first: Training, other: Training, form: str) -> list[tuple[str, str]]:
    """Return the columns (heading, cell) of the values of both trainings, the published values beside them."""
    return [
        (
            markdown(training.cell),
            beside_published(format_number(compared[side], form), compared[f"published_{side}"], form),
        )
        for side, training in (("first", first), ("other", other))
    ]


def each_comparison(trainings: Trainings, write: Callable[[Training, Training], str]) -> str:
    """Write what there is to say of the first and each other training; below headings if there are several others."""
    first, *others = trainings.values()
    if not others:
        return bold_verdict("not tested, as a comparison needs two trainings")
    if len(others) == 1:
        return write(first, others[0])
    parts = []
    for other in others:
        heading = f"### {markdown(sentence_start(other.label))} against {markdown(first.label)}"
        parts += [heading, write(first, other)]
    return sections(*parts)
