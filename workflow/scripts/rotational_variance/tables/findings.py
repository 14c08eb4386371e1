"""What the runs of a study found, in three sentences with numbers, for the beginning of the page and the terminal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.averages import finite_mean
from rotational_variance.statistics.trainings import Training
from rotational_variance.tables.claim_training import training_rows
from rotational_variance.tables.run_cells import Trainings, is_evidence
from rotational_variance.tables.seeds import Seeds, group_seeds
from rotational_variance.tables.text import exists
from rotational_variance.tables.training_comparison import of_trainings

AS_PUBLISHED = " (published: true by mean, false by max)"
MAX_DATASETS = 3  # that are told of one by one
N_SHOWN = 2  # trainings, of which the first is what the others are compared with


def findings(
    accuracy_rows: Sequence[dict],
    global_rows: Sequence[dict],
    output_rows: Sequence[dict],
    depth_rows: Sequence[dict],
    trainings: Trainings,
    labels: Mapping[str, str],
) -> list[str]:
    """Return three sentences: the accuracies, M of the last layers, and how many comparisons support each claim.

    The rows are those of all runs, by `accuracy_row`, `global_rows`, `output_row` and `depth_rows`. Runs at chance are
    left out, with the other trainings of their model and dataset. `labels` are what to call the datasets.
    """
    shown = list(trainings.values())[:N_SHOWN]
    aggregation = AGGREGATIONS[0]
    of_maps = [row for row in depth_rows if row["aggregation"] == aggregation]
    return [
        _sentence("Accuracy on upright and rotated test images", _accuracy_text, _places(accuracy_rows, labels), shown),
        _sentence(
            f"M in the last third of the layers ({aggregation} of feature maps; 0 is invariant, 1 or more is not)",
            _last_text,
            _places(of_maps, labels),
            shown,
        ),
        _claims_sentence(global_rows, output_rows, depth_rows, trainings),
    ]


@dataclass(frozen=True)
class _Place:
    """The seeds of each model of a dataset, or of all datasets together, by the name of their training.

    of  what the models are called
    """

    name: str
    of: str
    models: Sequence[dict[str, Seeds]]
    n_left_out: int

    def mean(self, training: Training, column: str) -> float:
        """Average a column over models."""
        return finite_mean(np.array([seeds[training.name].mean(column) for seeds in self.models], dtype=float))

    def after(self, training: Training) -> str:
        """Name a training: "after rotated training", or by its label alone if it is none."""
        is_trained = any(seeds[training.name].first["n_epochs"] > 0 for seeds in self.models)
        return f"after {training.label}" if is_trained else training.label

    @property
    def description(self) -> str:
        """Say where this is, and over how many models it is averaged."""
        n = len(self.models)
        left_out = f", {self.n_left_out} with a training at chance left out" if self.n_left_out else ""
        return f"{self.name} ({'one model' if n == 1 else f'mean of {n} {self.of}'}{left_out})"


def _sentence(
    what: str, text: Callable[[_Place, Training], str], places: Sequence[_Place], shown: Sequence[Training]
) -> str:
    if not any(place.models for place in places):
        return f"{what}: not told, as each model has a training at chance."
    return f"{what}: {'; '.join(_values(place, text, shown) for place in places)}."


def _values(place: _Place, text: Callable[[_Place, Training], str], shown: Sequence[Training]) -> str:
    if not place.models:
        return f"on {place.name}, each model has a training at chance"
    return f"on {place.description}, {', '.join(text(place, training) for training in shown)}"


def _places(rows: Sequence[dict], labels: Mapping[str, str]) -> list[_Place]:
    by_dataset: dict[str, dict[tuple, dict[str, Seeds]]] = {}
    for seeds in group_seeds(rows):
        name = seeds.first["dataset"], seeds.first["model"]
        by_dataset.setdefault(labels[name[0]], {}).setdefault(name, {})[seeds.first["training"]] = seeds
    of = "models"
    if len(by_dataset) > MAX_DATASETS:
        of = "networks"
        together = {name: seeds for of_dataset in by_dataset.values() for name, seeds in of_dataset.items()}
        by_dataset = {f"{len(by_dataset)} datasets": together}
    return [_place(name, of, list(models.values())) for name, models in by_dataset.items()]


def _place(name: str, of: str, models: Sequence[dict[str, Seeds]]) -> _Place:
    sound = [model for model in models if not any(map(_learned_nothing, model.values()))]
    return _Place(name, of, sound, len(models) - len(sound))


def _learned_nothing(seeds: Seeds) -> bool:
    return seeds.first["n_epochs"] > 0 and seeds.n_at_chance == len(seeds.rows)


def _accuracy_text(place: _Place, training: Training) -> str:
    upright, rotated = (place.mean(training, f"accuracy_{name}") for name in ("upright", "rotated"))
    return f"{upright:.1%} and {rotated:.1%} {place.after(training)}"


def _last_text(place: _Place, training: Training) -> str:
    value = place.mean(training, "last")
    return f"{f'{value:.2f}' if exists(value) else 'no value'} {place.after(training)}"


def _claims_sentence(
    global_rows: Sequence[dict], output_rows: Sequence[dict], depth_rows: Sequence[dict], trainings: Trainings
) -> str:
    of_depth = _depth_counts(depth_rows, trainings)
    found = [
        _count("training on rotated images lowers M", _training_counts(global_rows, trainings), "comparisons"),
        _count("each output is the most invariant for its own class", _output_counts(output_rows, trainings), "units"),
        _count("the layers near the input are the most invariant", of_depth, "runs") + AS_PUBLISHED,
    ]
    return f"What was claimed, and how often it holds: {'; '.join(found)}."


def _count(claim: str, counts: dict[str, tuple[int, int]], what: str) -> str:
    """Write how often a claim holds; `counts` has (held, tested) by what the comparisons were about."""
    tested = {about: numbers for about, numbers in counts.items() if numbers[1]}
    if not tested:
        return f"{claim}: not tested"
    first, *others = tested.items()
    texts = [f"in {first[1][0]} of {first[1][1]} {what}{first[0]}"]
    return f"{claim}, {_join([*texts, *(f'{held} of {n}{about}' for about, (held, n) in others)])}"


def _training_counts(rows: Sequence[dict], trainings: Trainings) -> dict[str, tuple[int, int]]:
    first, *others = trainings.values()
    held = [row["holds"] for other in others for row in training_rows(rows, first, other)]
    return {"": _held(held)}


def _output_counts(rows: Sequence[dict], trainings: Trainings) -> dict[str, tuple[int, int]]:
    counts = {}
    for training in trainings.values():
        tested = [row for row in of_trainings(rows, training) if row["n_lowest"] is not None and is_evidence(row)]
        counts[f" after {training.label}"] = tuple(sum(row[name] for row in tested) for name in ("n_lowest", "n_units"))
    return counts


def _depth_counts(rows: Sequence[dict], trainings: Trainings) -> dict[str, tuple[int, int]]:
    """Count the runs by aggregation; by training, too, where it holds for some and not for others."""
    counts = {}
    for name in dict.fromkeys(row["aggregation"] for row in rows):
        tested = [row for row in rows if row["aggregation"] == name and is_evidence(row)]
        n_held, n = _held([row["holds"] for row in tested])
        if n_held in (0, n):
            counts[f" by {name}"] = n_held, n
            continue
        for training in trainings.values():
            held = [row["holds"] for row in of_trainings(tested, training)]
            counts[f" by {name} after {training.label}"] = _held(held)
    return counts


def _held(held: Sequence[bool | None]) -> tuple[int, int]:
    return sum(map(bool, held)), sum(value is not None for value in held)


def _join(texts: Sequence[str]) -> str:
    """Join texts as in "a, b and c"."""
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else texts[0]
