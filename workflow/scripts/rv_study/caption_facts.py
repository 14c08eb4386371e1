"""What the captions of a page may say of the runs that a figure shows, so that each says what its own figure shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from rotational_variance.page.markup import plain


@dataclass(frozen=True)
class RunFacts:
    """A run, as the page speaks of it.

    run           the cells that name it
    attributes    those of its variance file
    at_chance     whether its network learned nothing
    global_rows   its rows in the table of global values, as text
    """

    run: dict
    attributes: dict
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
        "some_tested": any(each.training.get("history_samples", "all") != "all" for each in runs),
        "published": bool(published),
        "vgg16": "vgg16" in published,
        **{kind: any(each.has(kind) for each in runs) for kind in ("dead", "infinite", "below_precision")},
    }
