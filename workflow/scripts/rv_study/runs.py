"""The runs of a study, and the numbers of each."""

import itertools

from rv_study.nested import canonical
from rv_study.run import Run


def list_runs(config: dict) -> list[Run]:
    """List every combination of the study's models, datasets, trainings and seeds."""
    study = config["study"]
    lists = study["models"], study["datasets"], study["trainings"], study["seeds"]
    return [Run(model, dataset, training, int(seed)) for model, dataset, training, seed in itertools.product(*lists)]


def overlays(runs: dict, run: Run) -> list[tuple[str, dict]]:
    """List the entries of the config's `runs` that apply to a run, the most specific last: (key, overlay)."""
    found = [
        ("runs.defaults", runs["defaults"]),
        (f"runs.models.{run.model}", runs.get("models", {}).get(run.model, {})),
        (f"runs.datasets.{run.dataset}", runs.get("datasets", {}).get(run.dataset, {})),
        (f"runs.pairs.{run.model}.{run.dataset}", runs.get("pairs", {}).get(run.model, {}).get(run.dataset, {})),
    ]
    by_training = [(f"{key}.{run.training}", overlay.get(run.training, {})) for key, overlay in found]
    return found + by_training


def spec(config: dict, run: Run) -> dict[str, dict]:
    """Return a run's numbers, all entries overlaid: {"model": ..., "training": ..., "measurement": ...}, keys sorted.

    Equal numbers become identical (10.0 becomes 10), so that writing one as the other reruns nothing.
    """
    levels = [overlay for _, overlay in overlays(config["runs"], run)]
    return {
        section: canonical({name: value for level in levels for name, value in level.get(section, {}).items()})
        for section in ("model", "training", "measurement")
    }
