"""The runs of a study, and the numbers of each."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rotational_variance.statistics.trainings import Training
from rv_study.nested import canonical
from rv_study.run import Run

SECTIONS = ("model", "training", "measurement")
MAX_TRAININGS = 4  # of a study: figures have as many looks
HALF_TURN_DEGREES = 180
MUON_RATE = 0.02  # that of config/config.yaml


def list_runs(config: dict) -> list[Run]:
    """List every combination of the study's models, datasets, trainings and seeds."""
    study = config["study"]
    lists = study["models"], study["datasets"], study["trainings"], study["seeds"]
    return [Run(model, dataset, training, int(seed)) for model, dataset, training, seed in itertools.product(*lists)]


def match_runs(config: dict) -> str:
    """Return a regular expression of the names of all runs.

    Not the names themselves: Snakemake reads it anew for each file of each job, so it must not grow with their number.
    """
    study = config["study"]
    seeds = [int(seed) for seed in study["seeds"]]  # as in the names: 1.0 is 1
    parts = ("|".join(map(str, names)) for names in (study["models"], study["datasets"], study["trainings"], seeds))
    return "(?:{})_(?:{})_(?:{})_seed(?:{})".format(*parts)


def doubt_rates(specs: Iterable[dict]) -> str:
    """Return a line if a learning rate looks like one for Adam, and is Muon's; "" if none does."""
    rates = {spec["training"]["learning_rate"] for spec in specs if spec["training"]["optimizer"] == "muon"}
    low = sorted(rate for rate in rates if rate < MUON_RATE / 4)
    if not low:
        return ""
    return (
        f"training.learning_rate: {low[0]:g} is low for Muon, which takes about {MUON_RATE:g}; if it was meant "
        "for Adam, set optimizer: adam beside it"
    )


def list_trainings(config: dict) -> list[Training]:
    """List the trainings of the study, in its order, with what figures and tables call them."""
    looks = _looks(config)
    return [_training(name, config["trainings"][name], looks[name]) for name in config["study"]["trainings"]]


def _training(name: str, entry: dict, look: int) -> Training:
    """Return a training by its entry in the config's table, which may hold a label."""
    default = name if entry.get("epochs") == 0 else f"{name} training"  # not "untrained training"
    label = entry.get("label", default)
    return Training(name, cell=entry.get("label", name), label=label, look=look)


def split_labels(datasets: dict[str, dict]) -> tuple[dict[str, dict], dict[str, str]]:
    """Return, by name, the sources of the config's table of datasets, and what figures and the page call them."""
    sources = {name: {key: value for key, value in entry.items() if key != "label"} for name, entry in datasets.items()}
    return sources, {name: entry.get("label", name) for name, entry in datasets.items()}


def _looks(config: dict) -> dict[str, int]:
    """Give each training of the study a look of its own.

    The first MAX_TRAININGS of the config's table have the looks of their places, whatever the study picks; others have
    the looks that are left.
    """
    places = {name: place for place, name in enumerate(config["trainings"]) if place < MAX_TRAININGS}
    studied = config["study"]["trainings"]
    looks = {name: places[name] for name in studied if name in places}
    free = iter(sorted({*range(MAX_TRAININGS)} - {*looks.values()}))
    return looks | {name: next(free) for name in studied if name not in places}


def group(runs: Iterable[Run], attribute: str) -> dict[str, list[Run]]:
    """Group runs by an attribute of theirs, in order."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(getattr(run, attribute), []).append(run)
    return groups


def choose_example(runs: Sequence[Run], specs: Mapping[str, Mapping[str, dict]]) -> Run:
    """Choose the run that shows what M tells: of the first model and dataset, of the second training if it is one."""
    of_trainings = list(dict.fromkeys(run.training for run in runs))
    order = [*of_trainings[1:2], *of_trainings[:1], *of_trainings[2:]]
    first = [next(run for run in runs if run.training == name) for name in order]
    return next((run for run in first if specs[run.stem]["training"]["epochs"] > 0), first[-1])


@dataclass(frozen=True)
class Numbers:
    """Numbers of one section that an entry of the config gives.

    key      of these numbers, as an error names it: `runs.defaults.training`, `trainings.untrained`
    section  one of SECTIONS
    values   the numbers by name
    """

    key: str
    section: str
    values: dict


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

    @property
    def by_training(self) -> dict[str, dict]:
        """What the entry gives to one training only, by its name."""
        return self.overlay.get("by_training", {})

    def applies_to(self, run: Run) -> bool:
        """Say whether the numbers of this entry are those of a run."""
        return self.model in (None, run.model) and self.dataset in (None, run.dataset)

    def numbers(self, training: str | None = None) -> list[Numbers]:
        """List the numbers that the entry gives to every training, or those that it gives to one training only."""
        if training is None:
            key, overlay = self.key, self.overlay
        else:
            key, overlay = f"{self.key}.by_training.{training}", self.by_training.get(training, {})
        return [Numbers(f"{key}.{section}", section, overlay[section]) for section in SECTIONS if section in overlay]


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


def numbers_of(config: dict, run: Run) -> list[Numbers]:
    """List all that the config gives to a run; those that come later win.

    First the places of `runs`, then the training's own entry, then what the same places give to this training only.
    """
    places = [place for place in list_places(config["runs"]) if place.applies_to(run)]
    own = {name: value for name, value in config["trainings"][run.training].items() if name != "label"}
    return [
        *(numbers for place in places for numbers in place.numbers()),
        Numbers(f"trainings.{run.training}", "training", own),
        *(numbers for place in places for numbers in place.numbers(run.training)),
    ]


def spec(config: dict, run: Run) -> dict[str, dict]:
    """Return a run's numbers, all entries overlaid: {"model": ..., "training": ..., "measurement": ...}, keys sorted.

    Equal numbers become identical (10.0 becomes 10; the `rotate` of a training becomes degrees to either side), so that
    writing one as the other reruns nothing.
    """
    found: dict[str, dict] = {section: {} for section in SECTIONS}
    for numbers in numbers_of(config, run):
        found[numbers.section] |= numbers.values
    training = found["training"]
    if "rotate" in training:
        training["rotate"] = _to_degrees(training["rotate"])
    return {section: canonical(values) for section, values in found.items()}


def _to_degrees(rotate: bool | float) -> float:
    """Return degrees to either side: 180, which is any angle, for true; 0 for false."""
    return HALF_TURN_DEGREES * rotate if isinstance(rotate, bool) else rotate
