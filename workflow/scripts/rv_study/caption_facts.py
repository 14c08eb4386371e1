"""What the captions of a page may say of the runs that a figure shows, so that each says what its own figure shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from rotational_variance.page.markup import plain
from rotational_variance.storage.measurement_attributes import Extent


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

    def has(self, kind: str) -> bool:
        """Say whether any of its units is of a kind, such as "dead"."""
        return any(
            int(value or 0) > 0
            for row in self.global_rows
            for name, value in row.items()
            if name.startswith(f"n_{kind}_")
        )

    @property
    def training(self) -> dict:
        """Its numbers of training."""
        return self.attributes["spec"]["training"]

    @property
    def tests_some(self) -> bool:
        """Whether some of the test images are tested after each epoch but the last, and not all."""
        n = self.training.get("history_samples", "all")
        return n != "all" and n < self.extent.n_test

    @property
    def is_published(self) -> bool:
        """Whether global values were published for it."""
        return any(value for row in self.global_rows for name, value in row.items() if name.startswith("published_"))


def caption_facts(runs: Sequence[RunFacts], subject: str) -> dict[str, object]:
    """Return what a caption about these runs may use, by name.

    subject  what the figure is about, in words
    """
    published = {each.run["model"] for each in runs if each.is_published}
    return {
        "subject": plain(subject),
        "several_seeds": len({each.run["seed"] for each in runs}) > 1,
        "several_models": len({each.run["model"] for each in runs}) > 1,
        "at_chance": any(each.at_chance for each in runs),
        "untrained": any(each.training.get("epochs") == 0 for each in runs),
        "some_tested": any(each.tests_some for each in runs),
        "published": bool(published),
        "vgg16": "vgg16" in published,
        **{kind: any(each.has(kind) for each in runs) for kind in ("dead", "infinite", "below_precision")},
    }
