"""Let one job at a time make a result, on whatever machine: by a file that names who does, and shows that it lives.

Snakemake does not take up jobs of a cluster that live on after it was killed: it submits them a second time. Locks of
the file system would do, but many shared ones have none.
"""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

BEAT_S = 5  # between two signs of life: a new time stamp of the file
STALE_S = 60  # without one, its job is dead
POLL_S = 2


@dataclass(frozen=True)
class Holder:
    """Who works on a result: a process of a host, and the job of a cluster that it belongs to, or "".

    namespace  in which the number of the process counts: containers, and each start of a machine, have their own
    """

    host: str = "?"
    pid: int = 0
    job: str = ""
    namespace: str = ""

    def __str__(self) -> str:
        return f"{f'job {self.job}, ' if self.job else ''}process {self.pid} on {self.host}"

    def is_dead(self) -> bool:
        """Tell whether this process, which is another one, is known to be gone, as one of this host."""
        is_here = (self.host, self.namespace) == (socket.gethostname(), _namespace())
        return is_here and (self.pid == os.getpid() or not _is_alive(self.pid))


@contextmanager
def working_alone(lock: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other job works on what `lock` stands for, and hold the lock meanwhile.

    lock  a file that only this is for
    say   takes what a person should know: for whom this waits, and that a lock is stale
    Where the file cannot be written, there is no waiting: what fails there is for the job to tell.
    """
    me = Holder(socket.gethostname(), os.getpid(), os.environ.get("SLURM_JOB_ID", ""), _namespace())
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        _acquire(lock, me, say)
    except OSError:
        yield
        return
    is_over = threading.Event()
    beats = threading.Thread(target=_beat, args=(lock, me, is_over), daemon=True)
    beats.start()
    try:
        yield
    finally:
        is_over.set()
        beats.join()
        if _read(lock) == me:
            lock.unlink(missing_ok=True)


def _acquire(lock: Path, me: Holder, say: Callable[[str], None]) -> None:
    has_said = False
    sign, n_looks = None, 0  # since it changed; not seconds, as a look may take minutes where a file system hangs
    while not _create(lock, me):
        holder, last = _read(lock), _last_beat(lock)
        if (holder, last) != sign:  # not compared with this host's clock, from which that of the files may differ
            sign, n_looks = (holder, last), 0
        if holder is None or last is None:
            continue  # it is gone
        if holder.is_dead() or n_looks * POLL_S > STALE_S:
            say(f"{lock}: left behind by {holder}, which shows no sign of life; going on")
            _remove(lock, holder)
            continue
        if not has_said:
            say(f"{holder} is at work on this; waiting for its end ({lock})")
            has_said = True
        time.sleep(POLL_S)
        n_looks += 1


def _create(lock: Path, me: Holder) -> bool:
    """Write the lock if there is none. The file comes into being with its content, as a link to a finished one."""
    own, text = lock.with_name(f"{lock.name}.{me.host}.{me.pid}"), json.dumps(asdict(me))
    try:
        own.write_text(text, encoding="utf-8")
        os.link(own, lock)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        return _create_itself(lock, text)
    finally:
        own.unlink(missing_ok=True)
    return True


def _create_itself(lock: Path, text: str) -> bool:
    try:
        file = open(lock, "x", encoding="utf-8")  # noqa: SIM115 (closed below)
    except FileExistsError:
        return False
    try:
        with file:
            file.write(text)
    except OSError:  # a full disk: no lock that names nobody
        lock.unlink()
        raise
    return True


def _remove(lock: Path, holder: Holder) -> None:
    """Remove a stale lock, and no other that was put in its place meanwhile."""
    aside = lock.with_name(f"{lock.name}.{socket.gethostname()}.{os.getpid()}.stale")
    with suppress(FileNotFoundError):
        lock.rename(aside)
        if _read(aside) != holder:
            with suppress(FileExistsError):
                os.link(aside, lock)
        aside.unlink(missing_ok=True)


def _beat(lock: Path, me: Holder, is_over: threading.Event) -> None:
    """Show signs of life; end this process if another one took it for dead, as after it was suspended for long."""
    while not is_over.wait(BEAT_S):
        if _read(lock) not in (me, None, Holder()):
            os.kill(os.getpid(), signal.SIGTERM)
            return
        with suppress(OSError):
            os.utime(lock)


def _read(lock: Path) -> Holder | None:
    """Return who holds a lock, or None if there is none."""
    try:
        return Holder(**json.loads(lock.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):  # damaged: its time stamp tells whether it is in use
        return Holder()


def _last_beat(lock: Path) -> int | None:
    try:
        return lock.stat().st_mtime_ns
    except OSError:
        return None


def _namespace() -> str:
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{os.readlink('/proc/self/ns/pid')} {start}"
    except OSError:  # systems without
        return ""


def _is_alive(pid: int) -> bool:
    with suppress(OSError):  # systems without /proc
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        if state == "Z":  # dead, and waiting for its parent to ask how it ended
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
