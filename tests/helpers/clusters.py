"""A SLURM with two nodes on this machine, and studies that Snakemake submits to it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from helpers.projects import TINY, Project, files_of
from helpers.tiny_data import tiny_images, write_zip

TINYSLURM = Path(__file__).resolve().parents[1] / "cluster" / "tinyslurm.sh"
NOT_COMPARED = ("logs", "benchmarks", ".kept", ".network_costs.json")
WAIT_S = 240


class Cluster:
    """A SLURM of two nodes, n1 and n2."""

    def call(self, *arguments: str) -> None:
        """Call a function of tinyslurm.sh."""
        subprocess.run(["bash", TINYSLURM, *arguments], check=True, stdout=subprocess.DEVNULL, timeout=60)

    def ask(self, *command: str) -> str:
        """Return what a command of SLURM says."""
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    def jobs(self, folder: Path, *states: str) -> list[dict[str, str]]:
        """Return the jobs of a folder in these states, or in any: number, node, rule, partition and what they asked for."""
        names = {"number": "%i", "state": "%T", "node": "%N", "rule": "%k", "memory": "%m", "time": "%l", "cpus": "%C"}
        names |= {"partition": "%P", "folder": "%Z"}
        lines = self.ask("squeue", "--noheader", "--states=all", f"--format={'|'.join(names.values())}").splitlines()
        found = [dict(zip(names, line.split("|"), strict=True)) for line in lines]
        return [job for job in found if job["folder"] == str(folder) and (not states or job["state"] in states)]

    def set_state(self, state: str) -> None:
        """Let jobs begin (UP), or only wait (INACTIVE: none can be submitted; DOWN: they wait)."""
        self.ask("scontrol", "update", "PartitionName=main", f"State={state}")


def wait_for(is_so, seconds=WAIT_S):
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


class Run:
    """A Snakemake that submits to the cluster, in its own process group."""

    def __init__(self, folder: Path, output: Path, *arguments: str, **environment: str) -> None:
        self.output = output
        command = [
            sys.executable, "-m", "snakemake", *arguments,
            *([] if "--configfile" in arguments else ["--configfile", str(TINY)]), "--workflow-profile", "profiles/slurm", "--latency-wait", "10",
            "--slurm-init-seconds-before-status-checks", "3",
        ]  # fmt: skip
        with open(output, "ab") as file:
            self.process = subprocess.Popen(
                command, cwd=folder, env=os.environ | environment, stdout=file, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def text(self) -> str:
        """Return what it has said so far."""
        return self.output.read_text()

    def kill(self) -> None:
        """Kill Snakemake, and nothing that it submitted."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self, seconds: float = WAIT_S) -> int:
        """Wait for its end; return its exit status."""
        return self.process.wait(timeout=seconds)

    def finish(self, seconds: float = WAIT_S) -> str:
        """Wait for its end, which must be a good one; return what it said."""
        assert self.end(seconds) == 0, self.text()
        assert "Traceback" not in self.text()
        return self.text()


class Study:
    """A copy of the project with tiny images, whose jobs go to a cluster."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        folder.mkdir()
        self.cluster = cluster
        self.folder = Project(folder).folder
        write_zip(folder / "tiny.zip", tiny_images())
        self.runs: list[Run] = []

    def start(self, *arguments: str, **environment: str) -> Run:
        """Start Snakemake."""
        self.runs.append(Run(self.folder, self.folder / f"said_{len(self.runs)}.txt", *arguments, **environment))
        return self.runs[-1]

    def jobs(self, *states: str) -> list[dict[str, str]]:
        """Return its jobs in these states, or in any."""
        return self.cluster.jobs(self.folder, *states)

    def job(self, rule: str = "train") -> dict[str, str]:
        """Return the job of a rule that runs, which must be one."""
        (job,) = [job for job in self.jobs("RUNNING") if job["rule"].startswith(f"rule_{rule}_")]
        return job

    def stop(self) -> None:
        """Kill Snakemake, and cancel what it submitted."""
        for run in self.runs:
            with contextlib.suppress(ProcessLookupError):
                run.kill()
        for job in self.jobs("RUNNING", "PENDING"):
            self.cluster.ask("scancel", job["number"])

    def unlock(self) -> None:
        """Tell Snakemake that no other one runs here."""
        subprocess.run(
            [sys.executable, "-m", "snakemake", "--unlock", "--configfile", str(TINY)],
            cwd=self.folder, check=True, capture_output=True,
        )  # fmt: skip

    def files(self) -> dict[str, bytes]:
        """Return the results."""
        return files_of(self.folder / "results", *NOT_COMPARED)

    def log(self, name: str) -> str:
        """Return the log of a job."""
        path = self.folder / "results" / "logs" / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def said_on_nodes(self) -> str:
        """Return what its jobs have said: SLURM's logs, but those of jobs that ended well."""
        logs = (self.folder / ".snakemake" / "slurm_logs").rglob("*.log")
        return "".join(path.read_text() for path in logs)

    def epoch(self, run: str) -> int:
        """Return the last finished epoch of a training, or 0."""
        return int((re.findall(r"^epoch (\d+)/", self.log(f"train/{run}"), re.M) or [0])[-1])

    def processes(self, script: str) -> list[psutil.Process]:
        """Return the processes that run a script of this study for a job."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                command = " ".join(process.cmdline())
                if f"{self.folder}/.snakemake/scripts/" in command and command.endswith(f".{script}.py"):
                    found.append(process)
        return found
