"""The numbers of a training."""

from dataclasses import dataclass
from typing import Literal

OPTIMIZERS = ("muon", "adam")
SCHEDULES = ("constant", "one_cycle")
HALF_TURN_DEGREES = 180.0


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained and tested.

    rotate              degrees to either side, 0 to 180: turn each training sample by its own angle from
                        U(-rotate, rotate), drawn again for each epoch; 0 turns none
    shift               pixels to either side by which each training sample is moved at most, down and across, before it
                        is turned; drawn again for each epoch
    flip                mirror each training sample, left and right, as often as not
    epochs              passes over the training set; 0 trains nothing
    batch_size          samples per batch: an epoch is cut into nearly equal batches of at most as many (one more where
                        a sample would be alone), and no sample is left out
    optimizer           "muon" (`muon.Muon`) or "adam" (Kingma and Ba 2015)
    learning_rate       the highest
    momentum            of the gradient; Adam's first beta
    weight_decay        of the weights of layers, none of biases and of normalisations: decoupled from the gradient by
                        muon, added to it by adam
    schedule            of the learning rate: "constant", or "one_cycle": straight up, then straight down to a
                        thousandth (Smith and Topin 2019)
    label_smoothing     share of the target that is spread evenly over all classes (Szegedy et al. 2016)
    history_samples     test samples, as many of each class, that are tested after each epoch but the last, which tests
                        all; "all": always all
    test_rotation_seed  draws the one angle of each test sample; the same for all runs, so that runs are comparable

    Raises ValueError for another `rotate`, `optimizer` or `schedule`.
    """

    rotate: float
    shift: int
    flip: bool
    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float
    momentum: float
    weight_decay: float
    schedule: str
    label_smoothing: float
    history_samples: int | Literal["all"]
    test_rotation_seed: int

    def __post_init__(self) -> None:
        if isinstance(self.rotate, bool) or not 0 <= self.rotate <= HALF_TURN_DEGREES:  # True would be one degree
            raise ValueError(f"rotate: got {self.rotate}, expected degrees to either side, 0 to {HALF_TURN_DEGREES:g}")
        for name, known in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}: got {getattr(self, name)!r}, expected one of {', '.join(known)}")
