"""The values that were published of a run (Quiroga et al. 2019), beside its own."""

from collections.abc import Iterable

Published = dict[tuple[str, str, str, str], float]


def published_values(rows: Iterable[dict[str, str]]) -> Published:
    """Return {(dataset, model, training, quantity): value} of rows with these columns."""
    return {(row["dataset"], row["model"], row["training"], row["quantity"]): float(row["value"]) for row in rows}


def with_published(row: dict, published: Published, names: Iterable[str]) -> dict:
    """Return the row of a run with a column published_{name} for each of its columns `names`; None where none was."""
    run = row["dataset"], row["model"], row["training"]
    return row | {f"published_{name}": published.get((*run, name)) for name in names}
