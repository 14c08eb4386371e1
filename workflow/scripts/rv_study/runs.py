"""The runs of a study, and the numbers of each."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from rv_study.nested import canonical
from rv_study.run import Run

SECTIONS = ("model", "training", "measurement")


def list_runs(config: dict) -> list[Run]:
    """List every combination of the study's models, datasets, trainings and seeds."""
    study = config["study"]
    lists = study["models"], study["datasets"], study["trainings"], study["seeds"]
    return [Run(model, dataset, training, int(seed)) for model, dataset, training, seed in itertools.product(*lists)]


def group(runs: Iterable[Run], attribute: str) -> dict[str, list[Run]]:
    """Group runs by an attribute of theirs, in order."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(getattr(run, attribute), []).append(run)
    return groups


@dataclass(frozen=True)
class Place:
    """One entry of the config's `runs`: the numbers of all runs, or of those of a model, a dataset, or both.

    key             of the entry, as an error names it
    model, dataset  the runs that the entry applies to; None for all
    """

    key: str
    overlay: dict
    model: str | None = None
    dataset: str | None = None

    def applies_to(self, run: Run) -> bool:
        """Say whether the numbers of this entry are those of a run."""
        return self.model in (None, run.model) and self.dataset in (None, run.dataset)


def list_places(runs: dict) -> list[Place]:
    """List the entries of the config's `runs`; those that come later win."""
    places = [Place("runs.defaults", runs["defaults"])]
    places += [Place(f"runs.models.{model}", given, model) for model, given in runs.get("models", {}).items()]
    places += [
        Place(f"runs.datasets.{dataset}", given, dataset=dataset) for dataset, given in runs.get("datasets", {}).items()
    ]
    places += [
        Place(f"runs.pairs.{model}.{dataset}", given, model, dataset)
        for model, of_model in runs.get("pairs", {}).items()
        for dataset, given in of_model.items()
    ]
    return places


def overlays(runs: dict, run: Run) -> list[tuple[str, dict]]:
    """List the entries of the config's `runs` that apply to a run, the most specific last: (key, overlay)."""
    found = [(place.key, place.overlay) for place in list_places(runs) if place.applies_to(run)]
    by_training = [(f"{key}.{run.training}", overlay.get(run.training, {})) for key, overlay in found]
    return found + by_training


def spec(config: dict, run: Run) -> dict[str, dict]:
    """Return a run's numbers, all entries overlaid: {"model": ..., "training": ..., "measurement": ...}, keys sorted.

    Equal numbers become identical (10.0 becomes 10), so that writing one as the other reruns nothing.
    """
    levels = [overlay for _, overlay in overlays(config["runs"], run)]
    return {
        section: canonical({name: value for level in levels for name, value in level.get(section, {}).items()})
        for section in SECTIONS
    }
