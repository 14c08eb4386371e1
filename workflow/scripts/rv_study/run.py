"""One run of a study, and nothing else: a job unpickles runs, so it imports this file before any of its own."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Run:
    """One network that is trained and measured."""

    model: str
    dataset: str
    training: str
    seed: int

    @property
    def pair(self) -> str:
        """The model and the dataset, as in names of files."""
        return f"{self.model}_{self.dataset}"

    @property
    def stem(self) -> str:
        """The run, as in names of files."""
        return f"{self.pair}_{self.training}_seed{self.seed}"

    def as_dict(self) -> dict[str, str | int]:
        """Return the parts of the run by name, as they stand in files and tables."""
        return asdict(self)
