import signal

import pytest

from rotational_variance.storage.file_errors import UNWRITABLE
from rv_study.advice import TO_WRITE
from rv_study.job_log import job_log


def test_lines_go_to_the_log(tmp_path):
    path = tmp_path / "logs" / "job.log"
    with job_log(path, "train x") as log:
        log.line("epoch 1")
        assert path.read_text() == "epoch 1\n"


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
