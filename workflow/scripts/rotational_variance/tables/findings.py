"""What the runs of a study found, in three sentences with numbers, for the beginning of the page and the terminal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.averages import finite_mean
from rotational_variance.statistics.sound_models import N_TOLD, sound_models
from rotational_variance.statistics.trainings import Training
from rotational_variance.tables.claim_depth import PUBLISHED, count_depth
from rotational_variance.tables.claim_outputs import count_outputs
from rotational_variance.tables.claim_training import training_rows
from rotational_variance.tables.run_cells import Trainings
from rotational_variance.tables.seeds import Seeds, group_seeds
from rotational_variance.tables.text import exists, join_words
from rotational_variance.tables.verdicts import count_held

AS_PUBLISHED = ", ".join(f"{str(held).lower()} by {aggregation}" for aggregation, held in PUBLISHED.items())
MAX_DATASETS = 3  # that are told of one by one
ACCURACIES, LAST = ("accuracy_upright", "accuracy_rotated"), "last"  # columns


def findings(
    accuracy_rows: Sequence[dict],
    global_rows: Sequence[dict],
    output_rows: Sequence[dict],
    depth_rows: Sequence[dict],
    trainings: Trainings,
    labels: Mapping[str, str],
) -> list[str]:
    """Return three sentences: the accuracies, M of the last layers, and how many comparisons support each claim.

    The rows are those of all runs, by `accuracy_row`, `global_rows`, `output_row` and `depth_rows`. The first two
    trainings are told of; models of which one of them is at chance on a dataset are left out, with the other one.
    `labels` are what to call the datasets.
    """
    shown = list(trainings.values())[:N_TOLD]
    aggregation = AGGREGATIONS[0]
    of_maps = [row for row in depth_rows if row["aggregation"] == aggregation]
    return [
        _sentence(
            "Accuracy on upright and rotated test images",
            _accuracy_text,
            [place.of_known(ACCURACIES, shown) for place in _places(accuracy_rows, labels)],
            shown,
        ),
        _sentence(
            f"M in the last third of the layers ({aggregation} of feature maps; 0 is invariant, 1 or more is not)",
            _last_text,
            [place.of_known([LAST], shown) for place in _places(of_maps, labels)],
            shown,
        ),
        _claims_sentence(global_rows, output_rows, depth_rows, trainings),
    ]


@dataclass(frozen=True)
class _Place:
    """The seeds of each model of a dataset, or of all datasets together, by the name of their training.

    of         what the models are called
    n_chance   models that are left out, as a training is at chance
    n_unknown  models that are left out, as a training has no value
    """

    name: str
    of: str
    models: Sequence[dict[str, Seeds]]
    n_chance: int
    n_unknown: int = 0

    def of_known(self, columns: Sequence[str], trainings: Sequence[Training]) -> "_Place":
        """Keep the models with values in all columns after all trainings, so that all means are over the same models.

        If there are none, keep all.
        """
        wanted = [(training.name, column) for training in trainings for column in columns]
        known = [model for model in self.models if all(exists(_value(model[name], column)) for name, column in wanted)]
        return replace(self, models=known, n_unknown=len(self.models) - len(known)) if known else self

    def mean(self, training: Training, column: str) -> float:
        """Average a column over models."""
        return finite_mean(np.array([_value(model[training.name], column) for model in self.models], dtype=float))

    @property
    def description(self) -> str:
        """Say where this is, and over how many models it is averaged."""
        n = len(self.models)
        reasons = {"with a training at chance": self.n_chance, "without a value": self.n_unknown}
        left_out = join_words([f"{n} {reason}" for reason, n in reasons.items() if n] or [""])
        of = "one model" if n == 1 else f"mean of {n} {self.of}"
        return f"{self.name} ({of}{f', {left_out} left out' if left_out else ''})"


def _value(seeds: Seeds, column: str) -> float:
    """Average a column over seeds; NaN for what is not finite."""
    value = seeds.mean(column)
    return value if np.isfinite(value) else float("nan")


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
    sound = sound_models(
        {i: {name: _learned_nothing(seeds) for name, seeds in model.items()} for i, model in enumerate(models)}
    )
    return _Place(name, of, [models[i] for i in sound], len(models) - len(sound))


def _learned_nothing(seeds: Seeds) -> bool:
    return seeds.first["n_epochs"] > 0 and seeds.n_at_chance == len(seeds.rows)


def _accuracy_text(place: _Place, training: Training) -> str:
    upright, rotated = (place.mean(training, column) for column in ACCURACIES)
    return f"{upright:.1%} and {rotated:.1%} ({training.label})"


def _last_text(place: _Place, training: Training) -> str:
    value = place.mean(training, LAST)
    return f"{f'{value:.2f}' if exists(value) else 'no value'} ({training.label})"


def _claims_sentence(
    global_rows: Sequence[dict], output_rows: Sequence[dict], depth_rows: Sequence[dict], trainings: Trainings
) -> str:
    of_outputs = {f" ({trainings[name].label})": held for name, held in count_outputs(output_rows, trainings).items()}
    of_depth = _depth_counts(depth_rows, trainings)
    found = [
        _count("training on rotated images lowers M", _training_counts(global_rows, trainings), "comparisons"),
        _count("each output is the most invariant for its own class", of_outputs, "units"),
        _count("the layers near the input are the most invariant", of_depth, "runs") + f" (published: {AS_PUBLISHED})",
    ]
    return f"What was claimed, and how often it holds: {'; '.join(found)}."


def _count(claim: str, counts: dict[str, tuple[int, int]], what: str) -> str:
    """Write how often a claim holds; `counts` has (held, tested) by what the comparisons were about."""
    tested = {about: numbers for about, numbers in counts.items() if numbers[1]}
    if not tested:
        return f"{claim}: not tested"
    first, *others = tested.items()
    texts = [f"in {first[1][0]} of {first[1][1]} {what}{first[0]}"]
    return f"{claim}, {join_words([*texts, *(f'{held} of {n}{about}' for about, (held, n) in others)])}"


def _training_counts(rows: Sequence[dict], trainings: Trainings) -> dict[str, tuple[int, int]]:
    first, *others = trainings.values()
    return {"": count_held(row["holds"] for other in others for row in training_rows(rows, first, other))}


def _depth_counts(rows: Sequence[dict], trainings: Trainings) -> dict[str, tuple[int, int]]:
    """Count the runs by aggregation; by training, too, where it holds for some and not for others."""
    counts = {}
    for name, of_trainings in count_depth(rows, trainings).items():
        n_held, n = map(sum, zip(*of_trainings.values(), strict=True))
        if n_held in (0, n):
            counts[f" by {name}"] = n_held, n
        else:
            counts |= {f" by {name} ({trainings[each].label})": held for each, held in of_trainings.items()}
    return counts
