import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from rotational_variance.storage.file_errors import UNWRITABLE
from rv_study.advice import TO_WRITE
from rv_study.job_log import job_log

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"


def test_lines_go_to_the_log(tmp_path):
    path = tmp_path / "logs" / "job.log"
    with job_log(path, "train x") as log:
        log.line("epoch 1")
        assert path.read_text() == "epoch 1\n"


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
    """Return a function that starts a job, whose log is job.log; jobs that still run at the end are killed."""
    started = []

    def start():
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        started.append(subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path / "job.log"], text=True, **pipes))
        return started[-1]

    yield start
    for job in started:
        job.kill()
        job.communicate()


@pytest.mark.parametrize("end", ["in order", "killed"])
def test_a_second_job_of_one_result_waits_for_the_first(start, tmp_path, end):
    """As after a `kill -9` of Snakemake, whose job lives on."""
    path = tmp_path / "job.log"
    first = start()
    assert first.stdout.readline() == "at work\n"
    second = start()
    assert second.stderr.readline() == "\n"
    assert second.stderr.readline() == "train x: another job is at work on this; waiting for its end\n"
    assert path.read_text() == "first\n"
    if end == "killed":
        first.kill()
    else:
        first.communicate("\n", timeout=60)
    assert second.stdout.readline() == "at work\n"
    second.communicate("\n", timeout=60)
    assert second.returncode == 0
    assert path.read_text() == "first\ndone\n"


@pytest.mark.parametrize("error", [ValueError("bad number"), OSError("no space")])
def test_a_users_error_is_one_line_and_an_exit_status(tmp_path, capsys, error):
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit) as caught, job_log(log, "train x"):
        raise error
    assert caught.value.code == 1
    assert log.read_text().startswith(f"Error: train x: {error}\n")
    assert capsys.readouterr().err == f"\nError: train x: {error}\n"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_is_one_line_and_an_exit_status(tmp_path, capsys, name):
    log, before = tmp_path / "job.log", signal.getsignal(signal.Signals[name])
    with pytest.raises(SystemExit) as caught, job_log(log, "train x"):
        signal.raise_signal(signal.Signals[name])
    assert caught.value.code == 1
    assert capsys.readouterr().err == f"\nError: train x: stopped by {name}; run the same command again to go on\n"
    assert signal.getsignal(signal.Signals[name]) == before


def test_a_bug_leaves_its_traceback_in_the_log(tmp_path):
    log = tmp_path / "job.log"
    with pytest.raises(KeyError), job_log(log, "train x"):
        raise KeyError("bug")
    assert "Traceback" in log.read_text()


def test_a_package_that_is_missing_is_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit), job_log(tmp_path / "job.log", "train x"):
        import no_such_package  # noqa: F401
    assert capsys.readouterr().err == (
        "\nError: train x: No module named 'no_such_package'; install it (`make setup` installs all that the project "
        "itself needs)\n"
    )


def test_there_is_advice_for_every_reason_why_a_file_cannot_be_written():
    assert set(TO_WRITE) == UNWRITABLE


@pytest.mark.parametrize("line", ["import rv_study.nothing", "from rv_study.run import nothing"])
def test_a_wrong_import_of_our_own_is_a_bug(tmp_path, line):
    with pytest.raises(ImportError), job_log(tmp_path / "job.log", "train x"):
        exec(line)
    assert "Traceback" in (tmp_path / "job.log").read_text()
