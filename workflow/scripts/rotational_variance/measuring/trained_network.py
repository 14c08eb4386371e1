"""Read a trained network's checkpoint, and build the network again."""

from pathlib import Path

from rotational_variance import models
from rotational_variance.networks.classifier import Classifier, OutputForm
from rotational_variance.storage.file_errors import DamagedFileError
from rotational_variance.storage.tensor_file import read_tensors
from rotational_variance.training.checkpoint import FORMAT, Checkpoint


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint without running code in it. Raises ValueError for a broken file, or one of another kind."""
    try:
        return Checkpoint(**read_tensors(path, FORMAT))
    except (TypeError, ValueError) as error:
        raise DamagedFileError(path, "checkpoint", f"not a whole checkpoint of this study ({error})") from error


def build_network(checkpoint: Checkpoint) -> Classifier:
    """Build the network with its weights, in evaluation mode. Raises ValueError if the two do not fit."""
    try:
        network = models.build(**checkpoint.model)
        network.load_state_dict(checkpoint.state_dict)
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f"its weights do not fit the model {checkpoint.model} ({' '.join(str(error).split())[:300]})"
        ) from error
    return Classifier(network, OutputForm.from_dict(checkpoint.output)).eval()
