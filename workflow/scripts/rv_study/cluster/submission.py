"""What the jobs of a workflow ask for, where Snakemake submits them to a cluster; else, only whether for a GPU.

All that is read of Snakemake's own objects for that stands here.
"""

import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache

from rv_study.cluster.asks import UNKNOWN, Asks
from rv_study.cluster.patience import be_patient
from rv_study.cluster.slurm import Partition, check_job, choose_partition, read_partitions, read_settings
from rv_study.errors import ConfigError

PLUGIN = "snakemake_executor_plugin_slurm"
MEMORY = {"mem", "mem_mb", "mem_mib"}
LOOKS = 3  # at least, while SLURM remembers a job that has ended
Ask = Callable[..., int | None]


class Submission:
    """The resources of rules, as functions that Snakemake calls for each job: those of its run, or of the one named.

    rule_of       a function to the rule of a stage
    n_local_gpus  of this machine, or of the node that a job of a cluster was given
    """

    def __init__(self, workflow: object, rule_of: Callable[[str], object], asks: Asks, n_local_gpus: int) -> None:
        self._workflow, self._rule_of, self._asks, self._n_local_gpus = workflow, rule_of, asks, n_local_gpus
        self.partition = cache(self._partition)

    def memory_mb(self, stage: str, run: str | None = None) -> Ask:
        """Return the memory of a stage's jobs; any number where they are not submitted, nor limited by --resources."""

        def is_asked() -> bool:
            return self._submits() or bool(MEMORY & self._workflow.global_resources.keys())

        return self._ask(self._asks.memory_mb, stage, run, is_asked, UNKNOWN[stage].memory_mb)

    def minutes(self, stage: str, run: str | None = None) -> Ask:
        """Return the time limit of a stage's jobs; None where they are not submitted."""
        return self._ask(self._asks.minutes, stage, run, self._submits, None)

    def n_gpus(self, stage: str) -> Ask:
        """Return the GPUs of a stage's jobs; None for none."""

        def ask(wildcards: object) -> int | None:
            if not self._submits():
                return min(1, self._n_local_gpus) or None
            return self._asks.n_gpus(self._partition_if_known(stage)) or None

        return ask

    def prepare(self, stages: dict[str, str], say: Callable[[str], None]) -> None:
        """Before the first job is submitted to SLURM: see that it takes all, and how it tells that a job has ended.

        stages  by the names of their rules
        say     takes what a person should know later
        Raises ConfigError for what SLURM would refuse.
        """
        if not self._is_slurm():
            return
        self._see_jobs_end(say)
        if self._has_table():
            return  # the plugin chooses a partition of it for each job
        for stage in stages.values():
            self.partition(stage)
        checked = set()
        for stage, run, asked in self._jobs(stages):
            if asked not in checked:
                checked.add(asked)
                check_job(f"{stage} {run}", asked)

    def _see_jobs_end(self, say: Callable[[str], None]) -> None:
        """Let the plugin ask so, and so often, that it learns of each job's end."""
        executor, settings = self._workflow.scheduler._executor, self._workflow.executor_settings
        slurm = read_settings()
        if not slurm.keeps_accounts:  # `sacct` would never say that a job has ended
            settings.status_command = "squeue"
        by_squeue = settings.status_command == "squeue"
        longest_s = max(1, slurm.remembers_s / LOOKS) if by_squeue else None
        be_patient(executor, say, longest_s, requeues=not settings.no_requeue)

    def _ask(self, need: Ask, stage: str, run: str | None, is_asked: Callable[[], bool], otherwise: int | None) -> Ask:
        def ask(wildcards: object, attempt: int) -> int | None:
            if not is_asked():
                return otherwise
            return need(stage, run or wildcards.run, attempt, self._partition_if_known(stage))

        return ask

    def _submits(self) -> bool:
        workflow = self._workflow
        return workflow.is_main_process and workflow.non_local_exec and not workflow.dryrun

    def _is_slurm(self) -> bool:
        return self._submits() and type(self._workflow.executor_settings).__module__ == PLUGIN

    def _has_table(self) -> bool:
        """Tell whether a site's table of partitions is given."""
        return bool(self._workflow.executor_settings.partition_config or os.environ.get("SNAKEMAKE_SLURM_PARTITIONS"))

    def _partition(self, stage: str) -> Partition | None:
        """Return the partition of SLURM that a stage's jobs go to; None if that is not known.

        Raises ConfigError if there is none such.
        """
        if not self._is_slurm() or self._has_table():
            return None
        return choose_partition(read_partitions(), self._wanted_partition(stage))

    def _partition_if_known(self, stage: str) -> Partition | None:
        """Return the same; None also where SLURM cannot tell, of which `prepare` speaks."""
        with suppress(ConfigError):
            return self.partition(stage)
        return None

    def _wanted_partition(self, stage: str) -> str | None:
        resource = self._rule_of(stage).resources.get("slurm_partition")
        # Its text: the command line and profiles give expressions, which only a job can evaluate.
        return None if resource is None or resource.raw is None else str(resource.raw).strip("'\"")

    def _jobs(self, stages: dict[str, str]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Yield the stage, run and flags of sbatch of each job that is about to be submitted."""
        executor, settings = self._workflow.scheduler._executor, self._workflow.executor_settings
        accounts: dict[str | None, list[str]] = {}  # as the plugin asks SLURM about each
        for job in self._workflow.dag.needrun_jobs():
            if job.rule.name not in stages:
                continue
            stage, run = stages[job.rule.name], job.wildcards.run
            flags = _flags(job, settings, self._asks.is_known(stage, run))
            name = job.resources.get("slurm_account")
            if name not in accounts:
                accounts[name] = shlex.split(
                    next(executor.get_account_arg(job))
                )  # a guess of the plugin's, if not given
            yield stage, run, (*accounts[name], *flags, *_split(job.resources.get("slurm_extra") or ""))


def _split(extra: str) -> list[str]:
    try:
        return shlex.split(extra)
    except ValueError as error:
        raise ConfigError(f"slurm_extra: {extra}: {error}") from None


def _flags(job: object, settings: object, is_known: bool) -> list[str]:
    """Return what the plugin asks sbatch for; no time and memory for a job of which is not known yet what it needs."""
    from snakemake_executor_plugin_slurm_jobstep import get_cpu_setting  # which is installed for clusters only

    asked = job.resources
    model, memory_of_core = asked.get("gpu_model"), asked.get("mem_mb_per_cpu")
    flags = {
        "clusters": asked.get("cluster") or asked.get("clusters") or asked.get("slurm_cluster"),
        "partition": asked.get("slurm_partition"),
        "qos": asked.get("qos") or settings.qos,
        "reservation": settings.reservation,
        "constraint": asked.get("constraint"),
        "nodes": asked.get("nodes"),
        "time": asked.get("runtime") if is_known else None,
        "mem": asked.get("mem_mb") if is_known and not memory_of_core else None,
        "mem-per-cpu": memory_of_core,
        "gres": asked.get("gres"),
        "gpus": f"{model}:{asked.get('gpu', 1)}" if model else asked.get("gpu"),
    }
    cores = get_cpu_setting(job, bool(asked.get("gpu") or "gpu" in asked.get("gres", ""))).split()
    return [*(f"--{name}={value}" for name, value in flags.items() if value not in (None, "")), *cores]
