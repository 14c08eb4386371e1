"""Resume files: how far a training has come, so that a killed one goes on from its last finished epoch."""

from dataclasses import dataclass
from pathlib import Path

from rotational_variance.storage.tensors import read_tensors, write_tensors

FORMAT = "rotational-variance resume 1"


@dataclass(frozen=True)
class Progress:
    """What an unfinished training has come to.

    rows   its history, one row for each finished epoch
    state  of `training.Epoch`: what the epochs to come depend on
    """

    rows: list[dict[str, float]]
    state: dict


def save(path: str | Path, made_by: list[str], progress: Progress) -> None:
    """Write `progress`, and `made_by`, which names all that the training depends on."""
    write_tensors(path, {"format": FORMAT, "made_by": made_by, "rows": progress.rows, "state": progress.state})


def load(path: str | Path, made_by: list[str]) -> Progress | None:
    """Read the progress of the same training; None where there is no file.

    Raises ValueError for a broken file, and for one that something else has made, naming a difference.
    """
    try:
        content = read_tensors(path, FORMAT)
        found, rows, state = content["made_by"], content["rows"], content["state"]
    except FileNotFoundError:
        return None
    except (KeyError, ValueError) as error:
        raise ValueError(f"{path}: not a whole resume file ({error})") from error
    if found != made_by:
        others = [text for text in found if text not in made_by] or ["another order or number of settings"]
        raise ValueError(f"{path}: belongs to another training ({others[0]})")
    return Progress(rows, state)
