"""The cells of a table that name runs, and the sentences on runs that count for nothing."""

from collections.abc import Mapping, Sequence

from rotational_variance.statistics.trainings import Training
from rotational_variance.tables.seeds import NAMES, Seeds
from rotational_variance.tables.text import AT_CHANCE_MEANS, markdown, paragraph

Trainings = Mapping[str, Training]  # by name, in their order
OVER_SEEDS_MEANS = (
    "Each value is the mean ± standard deviation over seeds (with the number of seeds less 1 as divisor)."
)
UNTRAINED_NO_EVIDENCE = "untrained networks are no evidence of trained ones"
SOME_AT_CHANCE = "Seeds at chance are left out, unless all of a row are."


def seeds_cells(seeds: Seeds, trainings: Trainings) -> list[tuple[str, str]]:
    """Return the first columns (heading, cell) of a row over seeds: its name, and the seed or how many seeds count.

    The first three columns are text. The training says how many of its runs are at chance, if there are any.
    """
    row = seeds.first
    return [
        ("dataset", markdown(row["dataset"])),
        ("model", markdown(row["model"])),
        ("training", markdown(trainings[row["training"]].cell + chance_mark(seeds))),
        ("seed", str(row["seed"])) if len(seeds.rows) == 1 else ("seeds", str(len(seeds.counted))),
    ]


def chance_mark(seeds: Seeds) -> str:
    """Return " (at chance)" if all seeds are, " (1 of 3 seeds at chance)" if some are, "" if none is."""
    n, n_at_chance = len(seeds.rows), seeds.n_at_chance
    if n_at_chance in (0, n):
        return " (at chance)" if n_at_chance else ""
    return f" ({n_at_chance} of {n} seeds at chance)"


def chance_note(rows: Sequence[dict]) -> str:
    """Return a paragraph of Markdown on runs at chance; "" if there are none."""
    return paragraph(AT_CHANCE_MEANS) if any(row["at_chance"] for row in rows) else ""


def seeds_note(rows: Sequence[dict]) -> str:
    """Return a paragraph of Markdown on what the values over these runs, of several seeds, are."""
    left_out = SOME_AT_CHANCE if any(row["at_chance"] for row in rows) else ""
    return paragraph(OVER_SEEDS_MEANS, left_out, "The tables of single seeds stand at the end.")


def count_left_out(rows: Sequence[dict], *, untrained: bool = False) -> str:
    """Write how many runs among `rows` do not count, as in " (2 runs at chance left out)"; "" if all do.

    untrained  whether untrained networks do not count either
    """
    runs = {tuple(row[name] for name in NAMES): row for row in rows}.values()
    n_at_chance = sum(row["at_chance"] for row in runs)
    n_untrained = sum(row["n_epochs"] == 0 for row in runs) if untrained else 0
    found = [f"{n_at_chance} {_runs(n_at_chance)} at chance"] if n_at_chance else []
    found += [f"{n_untrained} untrained {_runs(n_untrained)}"] if n_untrained else []
    return f" ({' and '.join(found)} left out)" if found else ""


def _runs(n: int) -> str:
    return "run" if n == 1 else "runs"


def why_no_evidence(rows: Sequence[dict], runs: str = "runs") -> str:
    """Say why no run among `rows` says anything about trained networks; "" if one does.

    runs  how to call these runs: "its runs"
    """
    if any(map(is_evidence, rows)):
        return ""
    if not any(row["at_chance"] for row in rows):
        return UNTRAINED_NO_EVIDENCE
    were_trained = " that were trained" if any(row["n_epochs"] == 0 for row in rows) else ""
    return f"all {runs}{were_trained} are at chance"


def is_evidence(row: dict) -> bool:
    """Tell whether a run says something about trained networks: it was trained, and learned something."""
    return row["n_epochs"] > 0 and not row["at_chance"]
