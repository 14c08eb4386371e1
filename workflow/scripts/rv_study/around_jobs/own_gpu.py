"""Give each job on this machine a GPU of its own: Snakemake counts GPUs, and hands out none."""

import fcntl
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TextIO

VARIABLE = "ROTATIONAL_VARIANCE_GPUS"  # those that the jobs of a Snakemake may take, with commas between them
VISIBLE = "CUDA_VISIBLE_DEVICES"
POLL_S = 1


def list_gpus(device: str) -> list[str]:
    """Return the GPUs that jobs here may compute on, as CUDA_VISIBLE_DEVICES names them.

    device  `execution.device` of the config
    """
    if device == "cpu" or not torch_has_cuda():
        return []
    visible = os.environ.get(VISIBLE)
    if visible is not None:
        named = [name.strip() for name in visible.split(",")]
        return [name for name in named if re.fullmatch(r"\d+|(GPU|MIG)-\S+", name)]
    return _read_list(_ask_driver())


def torch_has_cuda() -> bool:
    """Tell whether torch, as it is installed, can compute on a GPU."""
    try:
        return not version("torch").endswith("+cpu")
    except PackageNotFoundError:  # it is in an environment that is not this one
        return True


def _read_list(text: str) -> list[str]:
    """Read a driver's list of GPUs; the parts of one that is split (MIG) stand below it, and replace it."""
    gpus: list[list[str]] = []
    for line in text.splitlines():
        name = re.search(r"UUID: ([^\s)]+)\)", line)
        if name and line.startswith("GPU"):
            gpus.append([name.group(1)])
        elif name and gpus:
            gpus[-1].append(name.group(1))
    return [name for whole, *parts in gpus for name in parts or [whole]]


def _ask_driver() -> str:
    """Return the driver's list of GPUs; "" without a driver."""
    if shutil.which("nvidia-smi") is None:
        return ""
    with suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=30, check=True).stdout
    return ""


@contextmanager
def own_gpu(say: Callable[[str], None]) -> Iterator[None]:
    """Let CUDA see one GPU, which no other job of this user on this machine has meanwhile.

    say  takes what a person should know: that this waits
    The lock ends with the process.
    """
    gpus = [name for name in os.environ.get(VARIABLE, "").split(",") if name]
    if not gpus:
        yield
        return
    before = os.environ.get(VISIBLE)
    gpu, lock = _take_one(gpus, say)
    os.environ[VISIBLE] = gpu  # torch has not looked yet: jobs import it only when they compute
    try:
        yield
    finally:
        os.environ.pop(VISIBLE) if before is None else os.environ.update({VISIBLE: before})
        lock.close()


def _take_one(gpus: list[str], say: Callable[[str], None]) -> tuple[str, TextIO]:
    # In a job of a cluster, another one may have a GPU of the same number.
    names = ("rotational-variance", socket.gethostname(), str(os.getuid()), os.environ.get("SLURM_JOB_ID", ""))
    folder = Path(tempfile.gettempdir()) / "-".join(filter(None, names))  # which several machines may share
    folder.mkdir(mode=0o700, exist_ok=True)
    has_said = False
    while True:
        for gpu in gpus:
            file = open(folder / f"gpu_{gpu.replace('/', '_')}.lock", "a", encoding="utf-8")  # noqa: SIM115 (closed when the job ends)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return gpu, file
            except BlockingIOError:
                file.close()
            except OSError as error:  # as on a file system without locks; TMPDIR may name another one
                raise OSError(error.errno, error.strerror, file.name) from None
        if not has_said:
            say("all GPUs are taken by other jobs of yours; waiting for one")
            has_said = True
        time.sleep(POLL_S)
