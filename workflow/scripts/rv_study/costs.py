"""What jobs cost: floating-point operations, and time where the speed of a network is known. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass

from rotational_variance.samples.angles import angle_grid

PASSES_PER_STEP = 3  # a training step is worth three forward passes: one forward, two backward


@dataclass(frozen=True)
class Images:
    """The images of a dataset: their channels, pixels a side, classes, and how many there are."""

    n_channels: int
    size: int
    n_classes: int
    n_train: int
    n_test: int


@dataclass(frozen=True)
class Work:
    """The work of one job: samples that take a training step, that pass forward only, and that are measured."""

    n_steps: int = 0
    n_passes: int = 0
    n_measured: int = 0  # each counts once at each angle

    def flops(self, of_pass: int) -> int:
        """Return the operations, of a network with `of_pass` operations in one forward pass of a sample."""
        return of_pass * (PASSES_PER_STEP * self.n_steps + self.n_passes + self.n_measured)

    def seconds(self, *, step_s: float, pass_s: float, measured_s: float) -> float:
        """Return the time, of a network that takes so long for a sample's step, its pass, and its measured pass."""
        return step_s * self.n_steps + pass_s * self.n_passes + measured_s * self.n_measured


def training_work(training: Mapping[str, object], images: Images) -> Work:
    """Return the work of training by these numbers, tests included."""
    epochs, of_history = training["epochs"], training["history_samples"]
    n_tested = images.n_test if of_history == "all" else min(of_history, images.n_test)
    n_tests = max(0, epochs - 1) * n_tested + images.n_test
    return Work(n_steps=epochs * images.n_train, n_passes=2 * n_tests)  # upright and rotated


def measuring_work(measurement: Mapping[str, object], images: Images) -> Work:
    """Return the work of measuring by these numbers: each sample passes once at each angle."""
    n_samples = images.n_test if measurement["n_samples"] == "all" else measurement["n_samples"]
    return Work(n_measured=n_samples * len(angle_grid(measurement["angles"])))
