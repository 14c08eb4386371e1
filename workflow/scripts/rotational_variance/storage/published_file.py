"""The published values (CSV): dataset, model, rotate_degrees, quantity, value."""

import csv
from collections.abc import Container, Mapping
from pathlib import Path

Published = dict[tuple[str, str, int, str], float]


def read_published(path: str | Path, datasets: Container[str]) -> Published:
    """Read {(dataset, model, rotate_degrees, quantity): value} of these datasets.

    rotate_degrees  what the training did: 0 for upright images, 180 for images rotated by up to that to either side
    quantity        accuracy_upright or accuracy_rotated, on these test images; or a measure of a whole network,
                    {measure}_{aggregation}_{sample set}, such as normalized_variance_mean_all
    """
    with open(path, newline="", encoding="utf-8") as file:
        return {
            (row["dataset"], row["model"], int(row["rotate_degrees"]), row["quantity"]): float(row["value"])
            for row in csv.DictReader(file)
            if row["dataset"] in datasets
        }


def published_of(published: Published, dataset: str, model: str, spec: Mapping[str, Mapping]) -> dict[str, float]:
    """Return what was published of a run, {quantity: value}, by what its training did, whatever the training's name.

    spec  the numbers of the run; of spec["training"], rotate (degrees to either side) and epochs count
    Empty for an untrained network, and for rotations that were not published.
    """
    training = spec["training"]
    if training["epochs"] == 0:
        return {}
    run = dataset, model, training["rotate"]
    return {quantity: value for (*of_run, quantity), value in published.items() if tuple(of_run) == run}
