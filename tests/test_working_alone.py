"""One job at a time makes a result, also where Snakemake was killed and started again while its jobs ran on."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from helpers.jobs import python_jobs
from rv_study.around_jobs import working_alone as module
from rv_study.around_jobs.working_alone import working_alone

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"
HOLDER = textwrap.dedent(
    f"""
    import sys
    sys.path.insert(0, {str(SCRIPTS)!r})
    from rv_study.job_log import job_log
    with job_log(sys.argv[1], "train x") as log:
        log.line("first")
        print("at work", flush=True)
        input()
        log.line("done")
    """
)


@pytest.fixture
def start(tmp_path):
    """A function that starts a job, whose log is job.log."""
    with python_jobs(HOLDER, tmp_path / "job.log") as start:
        yield start


@pytest.mark.parametrize("end", ["in order", "killed"])
def test_a_second_job_of_one_result_waits_for_the_first(start, tmp_path, end):
    """As after a `kill -9` of Snakemake, whose job lives on."""
    path = tmp_path / "job.log"
    first = start()
    assert first.stdout.readline() == "at work\n"
    second = start()
    assert second.stderr.readline() == "\n"
    waiting = f"train x: process {first.pid} on {socket.gethostname()} is at work on this; waiting for its end"
    assert second.stderr.readline() == f"{waiting} ({tmp_path / 'job.lock'})\n"
    assert path.read_text() == "first\n"
    if end == "killed":
        first.kill()
    else:
        first.communicate("\n", timeout=60)
    assert second.stdout.readline() == "at work\n"
    second.communicate("\n", timeout=60)
    assert second.returncode == 0
    assert path.read_text().startswith(waiting.removeprefix("train x: "))
    assert path.read_text().endswith("\nfirst\ndone\n")
    assert [path.name for path in tmp_path.iterdir()] == ["job.log"]


def leave_lock(lock, **holder):
    lock.write_text(json.dumps({"host": "n1", "pid": 1, "job": "7", "namespace": module._namespace()} | holder))


def hold(lock):
    said = []
    with working_alone(lock, said.append):
        held = json.loads(lock.read_text())
        assert (held["host"], held["pid"]) == (socket.gethostname(), os.getpid())
    assert list(lock.parent.iterdir()) == []
    return said


def dead_pid():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


@pytest.mark.parametrize("pid", [dead_pid, os.getpid])  # a container may give the same number again
def test_the_lock_of_a_dead_process_of_this_host_is_stale_at_once(tmp_path, pid):
    lock = tmp_path / "x.lock"
    leave_lock(lock, host=socket.gethostname(), pid=pid())
    (said,) = hold(lock)
    assert re.fullmatch(
        rf"{lock}: left behind by job 7, process \d+ on \S+, which shows no sign of life; going on", said
    )


@pytest.fixture
def hasty(monkeypatch):
    for name, seconds in {"BEAT_S": 0.05, "STALE_S": 0.6, "POLL_S": 0.02}.items():
        monkeypatch.setattr(module, name, seconds)


def test_the_lock_of_another_host_is_stale_once_it_shows_no_life(tmp_path, hasty):
    lock = tmp_path / "x.lock"
    leave_lock(lock)
    os.utime(lock, (1, 1))  # a clock that goes wrong
    waiting, stale = hold(lock)
    assert waiting == f"job 7, process 1 on n1 is at work on this; waiting for its end ({lock})"
    assert stale == f"{lock}: left behind by job 7, process 1 on n1, which shows no sign of life; going on"


def test_a_look_that_hangs_makes_no_lock_stale(tmp_path, hasty, monkeypatch):
    """As where a file system's server is away for a while: the holder can show no life meanwhile, either."""
    lock, looks, last_beat = tmp_path / "x.lock", [], module._last_beat
    leave_lock(lock)

    def look(path):
        looks.append(path)
        if len(looks) == 2:
            time.sleep(1)
        if len(looks) == 4:
            lock.unlink()  # its job ends well
        return last_beat(path)

    monkeypatch.setattr(module, "_last_beat", look)
    (waiting,) = hold(lock)
    assert "is at work on this" in waiting


def test_a_lock_that_shows_life_is_waited_for(tmp_path, hasty):
    lock = tmp_path / "x.lock"
    leave_lock(lock)
    ended = []

    def live():
        for _ in range(20):  # longer than a lock without a sign of life is left alone
            os.utime(lock)
            time.sleep(0.05)
        ended.append(time.monotonic())
        lock.unlink()

    thread = threading.Thread(target=live)
    thread.start()
    with working_alone(lock, lambda text: None):
        assert ended
    thread.join()


def test_the_holder_of_a_lock_shows_life(tmp_path, hasty):
    lock = tmp_path / "x.lock"
    with working_alone(lock, lambda text: None):
        os.utime(lock, (1, 1))
        deadline = time.monotonic() + 60
        while lock.stat().st_mtime == 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert lock.stat().st_mtime > 1


def test_a_lock_that_was_taken_over_is_left_to_its_new_holder(tmp_path):
    lock = tmp_path / "x.lock"
    with working_alone(lock, lambda text: None):
        leave_lock(lock)
    assert lock.exists()


def test_who_was_taken_for_dead_ends(tmp_path, hasty):
    """As after it was suspended for long: two that write the same files would harm each other."""
    lock, ended = tmp_path / "x.lock", []
    before = signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    try:
        with working_alone(lock, lambda text: None):
            leave_lock(lock)
            deadline = time.monotonic() + 60
            while not ended and time.monotonic() < deadline:
                time.sleep(0.01)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ended


def test_a_process_of_another_container_is_not_known_to_be_dead(tmp_path, hasty):
    lock = tmp_path / "x.lock"
    leave_lock(lock, host=socket.gethostname(), pid=dead_pid(), namespace="pid:[1]")
    waiting, stale = hold(lock)
    assert "is at work on this" in waiting
    assert "left behind" in stale


def test_a_file_system_without_links_has_locks(tmp_path, hasty, monkeypatch):
    def fail(*_):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", fail)
    lock = tmp_path / "x.lock"
    assert hold(lock) == []
    leave_lock(lock)
    assert len(hold(lock)) == 2


def test_a_damaged_lock_is_one_of_an_unknown_holder(tmp_path, hasty):
    lock = tmp_path / "x.lock"
    lock.write_bytes(b"\0" * 40)
    assert "process 0 on ?" in hold(lock)[0]


def test_nothing_waits_where_no_lock_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    with working_alone(tmp_path / "file" / "x.lock", pytest.fail):
        pass


def test_of_many_at_once_one_holds_the_lock(tmp_path, hasty):
    """All find the same stale lock."""
    lock, counts = tmp_path / "x.lock", []
    leave_lock(lock, host=socket.gethostname(), pid=dead_pid())
    code = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        sys.path.insert(0, {str(SCRIPTS)!r})
        from rv_study.around_jobs import working_alone as module
        module.POLL_S = 0.01
        with module.working_alone(Path(sys.argv[1]), lambda text: None):
            inside = Path(sys.argv[1]).with_suffix(".inside")
            inside.touch(exist_ok=False)
            time.sleep(0.05)
            inside.unlink()
    """)
    jobs = [subprocess.Popen([sys.executable, "-c", code, lock]) for _ in range(6)]
    counts = [job.wait(timeout=60) for job in jobs]
    assert counts == [0] * 6
    assert list(tmp_path.iterdir()) == []
