"""The published values of a run (Quiroga et al. 2019), beside its own values."""

from collections.abc import Iterable

from rotational_variance.storage.published_file import Published


def with_published(row: dict, published: Published, names: Iterable[str]) -> dict:
    """Return the row of a run with a column published_{name} for each of its columns `names`; None if unpublished."""
    run = row["dataset"], row["model"], row["training"]
    return row | {f"published_{name}": published.get((*run, name)) for name in names}
