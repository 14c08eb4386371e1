"""The seeds of a model, dataset and training: their rows together, and the mean and standard deviation over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rotational_variance.tables.text import beside_published, exists, format_number

NAMES = ("model", "dataset", "training", "seed")  # of a run
GROUPED = ("measure", "layers", "aggregation")  # which a table has rows of for each run
MARKDOWN, LATEX = "{} ± {}", r"${} \pm {}$"  # a mean and a standard deviation


@dataclass(frozen=True)
class Seeds:
    """The rows of a table that differ in the seed alone."""

    rows: Sequence[dict]

    @property
    def first(self) -> dict:
        """The row of the first seed, for all that is the same for all of them."""
        return self.rows[0]

    @property
    def n_at_chance(self) -> int:
        """The number of seeds whose networks learned nothing."""
        return sum(row["at_chance"] for row in self.rows)

    @property
    def counted(self) -> Sequence[dict]:
        """The rows that means are taken over: those of runs not at chance, or all rows if all runs are at chance."""
        return [row for row in self.rows if not row["at_chance"]] or self.rows

    def values(self, column: str) -> np.ndarray:
        """Return the values of a column that exist, of the counted rows: [seed]."""
        return np.array([row[column] for row in self.counted if exists(row[column])], dtype=np.float64)

    def mean(self, column: str) -> float:
        """Average a column; NaN if no seed has a value."""
        values = self.values(column)
        return float(values.mean()) if values.size else float("nan")

    def std(self, column: str) -> float:
        """Return the standard deviation of a column (divisor n - 1); NaN if fewer than two seeds have a value."""
        values = self.values(column)
        return float(values.std(ddof=1)) if values.size > 1 else float("nan")

    def text(self, column: str, form: str = "{:.3f}", both: str = MARKDOWN) -> str:
        """Write a column as "0.683 ± 0.012", or as the mean alone if only one seed has a value.

        both  how to write a mean and a standard deviation
        The published value follows in brackets if there is one, and before it the number of seeds that have a value if
        some have none.
        """
        mean, std, n = format_number(self.mean(column), form), self.std(column), len(self.values(column))
        text = both.format(mean, form.replace("+", "").format(std)) if exists(std) else mean
        if 0 < n < len(self.counted):
            text = f"{text}, {n} of {len(self.counted)} seeds"
        return beside_published(text, self.first.get(f"published_{column}"), form)


def group_seeds(rows: Iterable[dict]) -> list[Seeds]:
    """Group rows that differ in the seed alone: in no other part of a run's name, nor in GROUPED where they have it."""
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        key = tuple(row.get(name) for name in ("model", "dataset", "training", *GROUPED))
        groups.setdefault(key, []).append(row)
    return [Seeds(group) for group in groups.values()]


def has_several_seeds(rows: Iterable[dict]) -> bool:
    """Tell whether rows are of several seeds."""
    return len({row["seed"] for row in rows}) > 1


def with_statistics(rows: Sequence[dict], columns: Sequence[str]) -> list[dict]:
    """Return the rows of single seeds, and after them the mean and the standard deviation over seeds (divisor n - 1).

    columns  those to take the statistics of; in the rows of the standard deviation, published values are missing
    Two columns are added after those that name the run: statistic, "seed" (a row of one run), "mean" or "std" (no
    seed), and n_seeds, the number of runs that the row tells of. Runs at chance are left out of means and standard
    deviations; if all are at chance, all count, and at_chance is true. A seed without a value in a column is left out
    of that column. With one seed, there are no statistics to add.
    """
    found = [_row(row, "seed", 1) for row in rows]
    for seeds in group_seeds(rows):
        if len(seeds.rows) > 1:
            cells = seeds.first | {"seed": None, "at_chance": seeds.n_at_chance == len(seeds.rows)}
            n = len(seeds.counted)
            found.append(_row(cells | {column: seeds.mean(column) for column in columns}, "mean", n))
            unpublished = {column: None for column in cells if column.startswith("published_")}
            found.append(_row(cells | unpublished | {column: seeds.std(column) for column in columns}, "std", n))
    return found


def _row(row: dict, statistic: str, n_seeds: int) -> dict:
    return {name: row[name] for name in NAMES} | {"statistic": statistic, "n_seeds": n_seeds} | row
