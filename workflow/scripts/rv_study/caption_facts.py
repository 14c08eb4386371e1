"""What the captions of a page may say of the runs that a figure shows, so that each says what its own figure shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from rotational_variance.figures.catalogue import Drawing
from rotational_variance.page.markup import plain
from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.layer_selection import choose
from rotational_variance.statistics.measurement import ALL, STRATIFIED
from rotational_variance.storage.measurement_extent import Extent


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
    def is_left_out(self) -> bool:
        """Whether figures leave it out of means: it was trained, and learned nothing."""
        return self.at_chance and self.training.get("epochs", 0) > 0


@dataclass(frozen=True)
class Shown:
    """What a figure shows.

    measure       its name, or "" for figures that show none
    aggregations  of feature maps
    sample_sets   "all", "stratified", or both
    layers        the setting of figures
    """

    measure: str
    aggregations: tuple[str, ...]
    sample_sets: tuple[str, ...]
    layers: str


def shown_by(drawing: Drawing, layers: str) -> Shown:
    """Return what a figure shows, by the setting of layers."""
    of_all = drawing.subject in ("answer", "dead_units")
    aggregations = (drawing.aggregation,) if drawing.aggregation else AGGREGATIONS
    return Shown(drawing.measure, aggregations, (ALL,) if of_all else (ALL, STRATIFIED), layers)


def caption_facts(runs: Sequence[RunFacts], subject: str, shown: Shown) -> dict[str, object]:
    """Return what a caption about these runs may use, by name.

    subject  the topic of the figure, in words
    """
    published = {each.run["model"] for each in runs if each.is_published(shown)}
    return {
        "subject": plain(subject),
        "several_seeds": len({each.run["seed"] for each in runs}) > 1,
        "several_models": len({each.run["model"] for each in runs}) > 1,
        "at_chance": any(each.at_chance for each in runs),
        "left_out": any(each.is_left_out for each in runs) and not all(each.at_chance for each in runs),
        "untrained": any(each.training.get("epochs") == 0 for each in runs),
        "some_tested": any(each.tests_some for each in runs),
        "published": bool(published),
        "vgg16": "vgg16" in published,
        **{kind: any(each.has(kind, shown) for each in runs) for kind in ("dead", "infinite", "below_precision")},
    }
