"""What the jobs of a study ask a cluster for: the numbers of the config, or else what is estimated of each network."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rotational_variance.samples.angles import angle_grid
from rv_study.around_jobs.own_gpu import torch_has_cuda
from rv_study.cluster.needs import TIMES, Need, measuring_need, training_need
from rv_study.cluster.slurm import Partition
from rv_study.costs import Images
from rv_study.errors import ConfigError
from rv_study.network_costs import count_once
from rv_study.plan import Job

AUTO = "auto"
UNKNOWN = {"train": Need(8000, 1440), "measure": Need(8000, 240)}  # where nothing could be counted
MORE_MEMORY = 0.5  # of the first attempt's, for each further one


@dataclass
class Asks:
    """What jobs ask for.

    jobs       all that there can be, by stage and run
    images     a function to the images of a dataset, None if they are not known yet
    execution  the config's section
    kept       the file of counted costs of networks
    """

    jobs: Mapping[tuple[str, str], Job]
    images: Callable[[str], Images | None]
    execution: Mapping[str, object]
    kept: Path

    def __post_init__(self) -> None:
        self._counted: dict[str, dict[str, int] | None] = {}

    def memory_mb(self, stage: str, run: str, attempt: int, partition: Partition | None) -> int:
        """Return the memory of a job, in MB: more with each further attempt, up to what the largest node has.

        partition  that the job is submitted to, None if that is not known
        """
        given = self.execution["memory_mb"][stage]
        need = self._estimate(stage, run, partition).memory_mb if given == AUTO else given
        asked = int(need * (1 + MORE_MEMORY * (attempt - 1)))
        return min(asked, max(need, partition.memory_mb or asked)) if partition else asked

    def minutes(self, stage: str, run: str, attempt: int, partition: Partition | None) -> int:
        """Return the time limit of a job: longer with each attempt. An estimate is cut to the limit of the partition.

        A training that does not end within it goes on from its last finished epoch; of other jobs, only the room to
        spare is cut, as they would begin anew.
        """
        need = least = self.execution["runtime_minutes"][stage]
        if need == AUTO:
            estimate = self._estimate(stage, run, partition)
            need = estimate.minutes
            least = 1 if stage == "train" or estimate is UNKNOWN[stage] else need // TIMES
        if partition is None or partition.minutes is None:
            return need * attempt
        return min(need * attempt, max(least, partition.minutes))

    def is_known(self, stage: str, run: str) -> bool:
        """Tell whether the images of a job are known yet, and so what it needs."""
        return self.images(self.jobs[stage, run].run.dataset) is not None

    def n_gpus(self, partition: Partition | None) -> int:
        """Return the GPUs of a job that is submitted: one if the config says so; for auto, if one would be used."""
        device = self.execution["device"]
        if device == AUTO:
            return int(partition is not None and partition.has_gpus and torch_has_cuda())
        return int(device != "cpu")

    def _estimate(self, stage: str, run: str, partition: Partition | None) -> Need:
        job = self.jobs[stage, run]
        images = self.images(job.run.dataset)
        costs = self._costs(job.network(images)) if images else None
        if costs is None:
            return UNKNOWN[stage]
        how = {"threads": self.execution["threads"][stage], "on_gpu": self.n_gpus(partition) > 0}
        work = job.work(images)
        if stage == "train":
            return training_need(costs, work, images, batch_size=job.spec["training"]["batch_size"], **how)
        n_angles = len(angle_grid(job.spec["measurement"]["angles"]))
        return measuring_need(costs, work, images, n_angles=n_angles, **how)

    def _costs(self, network: dict) -> dict[str, int] | None:
        """Return the costs of a network; None if they cannot be counted, as for want of torch, or of a sound model.

        All networks are counted at once, as torch takes seconds to import; alone, if one of them cannot be.
        """
        if str(network) not in self._counted:
            networks = {str(known): known for known in self._networks()}
            try:
                counted = count_once(list(networks.values()), self.kept)
            except ConfigError:
                networks = {str(network): network}
                counted = [self._count_alone(network)]
            self._counted |= dict(zip(networks, counted, strict=True))
        return self._counted[str(network)]

    def _networks(self) -> Iterator[dict]:
        """Yield all networks whose images are known."""
        for job in self.jobs.values():
            images = self.images(job.run.dataset)
            if images:
                yield job.network(images)

    def _count_alone(self, network: dict) -> dict[str, int] | None:
        try:
            return count_once([network], self.kept)[0]
        except ConfigError:
            return None
