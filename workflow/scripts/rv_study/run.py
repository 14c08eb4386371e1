"""One run of a study. Nothing else: jobs unpickle runs, and so import this file before anything of their own."""

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
        """The model on the dataset, as in names of files."""
        return f"{self.model}_{self.dataset}"

    @property
    def stem(self) -> str:
        """The run, as in names of files."""
        return f"{self.pair}_{self.training}_seed{self.seed}"

    def as_dict(self) -> dict[str, str | int]:
        """Return its parts by name, as they stand in files and tables."""
        return asdict(self)
