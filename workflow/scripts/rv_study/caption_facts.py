"""What the captions of a page may say of the runs that a figure shows, so that each says what its own figure shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rotational_variance.figures.catalogue import Drawing
from rotational_variance.page.markup import plain
from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.layer_selection import choose
from rotational_variance.statistics.measurement import ALL, STRATIFIED
from rotational_variance.statistics.sound_models import sound_models
from rotational_variance.storage.measurement_extent import Extent

# The subjects of figures that show units over all samples only, and of those that show units of the first seed alone.
OVER_ALL_SAMPLES = ("answer", "dead_units", "headline", "kinds")
OF_FIRST_SEED = ("dead_units", "headline", "heatmaps", "heatmaps_classes", "outputs")


@dataclass(frozen=True)
class RunFacts:
    """A run, as the page speaks of it.

    run           the cells that name it
    attributes    those of its variance file
    extent        what was measured of it
    at_chance     whether its network learned nothing
    global_rows   its rows in the table of global values, as text
    """

    run: dict
    attributes: dict
    extent: Extent
    at_chance: bool
    global_rows: Sequence[dict[str, str]]

    def has(self, kind: str, shown: "Shown") -> bool:
        """Say whether any of its units that a figure shows is of a kind, such as "dead"."""
        heads = tuple(f"n_{kind}_{aggregation}_" for aggregation in shown.aggregations)
        return any(
            int(value or 0) > 0
            for row in self._rows(shown)
            for name, value in row.items()
            if name.startswith(heads) and name.endswith(shown.sample_sets)
        )

    def is_published(self, shown: "Shown") -> bool:
        """Say whether global values of what a figure shows were published."""
        return any(value for row in self._rows(shown) for name, value in row.items() if name.startswith("published_"))

    def _rows(self, shown: "Shown") -> list[dict[str, str]]:
        layers = choose(shown.layers, self.run["model"])
        return [row for row in self.global_rows if (row.get("measure"), row.get("layers")) == (shown.measure, layers)]

    @property
    def training(self) -> dict:
        """Its numbers of training."""
        return self.attributes["spec"]["training"]

    @property
    def tests_some(self) -> bool:
        """Whether some of the test images are tested after each epoch but the last, and not all."""
        n = self.training.get("history_samples", "all")
        return self.training.get("epochs", 0) > 1 and n != "all" and n < self.extent.n_test

    @property
    def learned_nothing(self) -> bool:
        """Whether it was trained, and is at chance."""
        return self.at_chance and self.training.get("epochs", 0) > 0


@dataclass(frozen=True)
class Shown:
    """What a figure shows.

    measure       its name, or "" for figures that show none
    aggregations  of feature maps
    sample_sets   "all", "stratified", or both
    layers        the setting of figures
    units_sorted  the setting of figures
    first_seed    whether it shows the first seed alone
    """

    measure: str
    aggregations: tuple[str, ...]
    sample_sets: tuple[str, ...]
    layers: str
    units_sorted: bool = True
    first_seed: bool = False


def shown_by(drawing: Drawing, settings: Mapping[str, object]) -> Shown:
    """Return what a figure shows, by the settings of figures."""
    return Shown(
        measure=drawing.measure,
        aggregations=(drawing.aggregation,) if drawing.aggregation else AGGREGATIONS,
        sample_sets=(ALL,) if drawing.subject in OVER_ALL_SAMPLES else (ALL, STRATIFIED),
        layers=settings["layers"],
        units_sorted=settings["sort_units"],
        first_seed=drawing.subject in OF_FIRST_SEED,
    )


def caption_facts(runs: Sequence[RunFacts], subject: str, shown: Shown) -> dict[str, object]:
    """Return what a caption about these runs may use, by name.

    subject  the topic of the figure, in words
    """
    published = {each.run["model"] for each in runs if each.is_published(shown)}
    models = {each.run["model"] for each in runs}
    sound = sound_models(_failed(runs)) or models
    drawn = [each for each in runs if each.run["seed"] == runs[0].run["seed"]] if shown.first_seed else runs
    return {
        "subject": plain(subject),
        "several_seeds": len({each.run["seed"] for each in runs}) > 1,
        "several_models": len(sound) > 1,
        "at_chance": any(each.at_chance for each in runs),
        "left_out": len(sound) < len(models),
        "some_measured": any(each.extent.is_part for each in runs),
        "part_of_circle": not all(each.extent.is_full_circle for each in runs),
        "unsorted": not shown.units_sorted,
        "untrained": any(each.training.get("epochs") == 0 for each in runs),
        "some_tested": any(each.tests_some for each in runs),
        "published": bool(published),
        "vgg16": "vgg16" in published,
        **{kind: any(each.has(kind, shown) for each in drawn) for kind in ("dead", "infinite", "below_precision")},
    }


def _failed(runs: Sequence[RunFacts]) -> dict[str, dict[str, bool]]:
    """Return by model, then by training, whether all its seeds learned nothing."""
    found: dict[str, dict[str, bool]] = {}
    for each in runs:
        of_model, training = found.setdefault(each.run["model"], {}), each.run["training"]
        of_model[training] = of_model.get(training, True) and each.learned_nothing
    return found
