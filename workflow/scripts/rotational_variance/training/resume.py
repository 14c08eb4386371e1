"""Resume files: the state of a training, so that a killed training goes on from its last finished epoch."""

from dataclasses import dataclass, field
from pathlib import Path

from rotational_variance.storage.tensor_file import read_tensors, write_tensors

FORMAT = "rotational-variance resume 1"


@dataclass(frozen=True)
class Progress:
    """State of an unfinished training.

    rows   its history, one row for each finished epoch
    state  of its last `fit.Epoch`: all that later epochs depend on; None before the first epoch
    """

    rows: list[dict[str, float]] = field(default_factory=list)
    state: dict | None = None


@dataclass(frozen=True)
class ResumeFile:
    """The resume file of one training; the texts of `made_by` name all that the training's result depends on."""

    path: Path
    made_by: list[str]

    def save(self, progress: Progress) -> None:
        """Write the progress, in place of the file's earlier content."""
        content = {"format": FORMAT, "made_by": self.made_by, "rows": progress.rows, "state": progress.state}
        write_tensors(self.path, content)

    def load(self) -> Progress | None:
        """Read the progress; None if there is no file.

        Raises ValueError for a broken file, and for one of another training, naming the differences.
        """
        try:
            content = read_tensors(self.path, FORMAT)
            found, progress = content["made_by"], Progress(content["rows"], content["state"])
        except FileNotFoundError:
            return None
        except (KeyError, ValueError) as error:
            raise ValueError(f"{self.path}: not a whole resume file ({error})") from error
        before, now = set(found) - set(self.made_by), set(self.made_by) - set(found)
        if before or now:
            raise ValueError(
                f"{self.path}: belongs to another training ({', '.join(sorted(before)) or 'nothing'}; "
                f"now {', '.join(sorted(now)) or 'nothing'})"
            )
        return progress
