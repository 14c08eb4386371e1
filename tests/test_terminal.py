"""What Snakemake's process shows of its jobs: progress, texts, the time left, and the end."""

import io
import logging
import os
import re
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from rv_study.around_jobs import progress, to_snakemake
from rv_study.durations import in_words
from rv_study.job_log import job_log
from rv_study.terminal.brief_reasons import shorten_reasons
from rv_study.terminal.listener import Listener
from rv_study.terminal.panel import ALL, MAX_TALL, Panel, find_progress
from rv_study.terminal.plain_lines import Lines
from rv_study.terminal.summary import summarize
from rv_study.terminal.time_left import TimeLeft
from rv_study.terminal.watch import Watch

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Recorder:
    """A display that keeps what it is told."""

    def __init__(self):
        self.told, self.is_closed = [], False

    def progress(self, told):
        self.told.append(told)

    def say(self, text, *, is_error):
        self.told.append(("error" if is_error else "say", text))

    def end(self, job, *, is_done):
        self.told.append(("end", job, is_done))

    def close(self):
        self.is_closed = True


@pytest.fixture
def recorder():
    """A display that a listener tells what jobs of this process send."""
    display = Recorder()
    listener = Listener(display)
    yield display
    listener.close()


def test_a_job_speaks_through_the_listener(recorder, tmp_path, capsys):
    with job_log(tmp_path / "log", "train x") as log:
        log.warn("no gradient\nat all")
        with log.bar(10, 5) as bar:
            bar.set_postfix_str("epoch 2/2, loss 0.5", refresh=False)
            bar.update(2)
            bar.refresh()
    of_bar, of_job = ("end", "train x", False), ("end", "train x", True)
    end = time.monotonic() + 30
    while of_bar not in recorder.told and time.monotonic() < end:  # nobody waits for what a bar tells
        time.sleep(0.01)
    bars = [told for told in recorder.told if isinstance(told, dict)]
    assert recorder.told[0] == ("say", "train x: no gradient\nat all")
    assert [told for told in recorder.told[1:] if told not in bars] in ([of_bar, of_job], [of_job, of_bar])
    assert bars[-1]["job"] == "train x"
    assert bars[-1]["share"] == 0.7
    assert bars[-1]["text"] == "epoch 2/2, loss 0.5"
    assert bars[-1]["left_s"] is not None
    assert capsys.readouterr().err == ""


def test_a_failed_job_says_so_before_it_ends(recorder, tmp_path):
    with pytest.raises(SystemExit), job_log(tmp_path / "log", "train x"):
        raise ValueError("bad number")
    assert recorder.told == [("error", "Error: train x: bad number"), ("end", "train x", False)]


def test_a_job_in_another_process_finds_the_listener(recorder, tmp_path):
    program = textwrap.dedent(
        f"""
        import sys
        sys.path.insert(0, {str(SCRIPTS)!r})
        from rv_study.job_log import job_log
        with job_log({str(tmp_path / "log")!r}, "train x") as log:
            log.warn("a word " * 20_000)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert recorder.told == [("say", f"train x: {'a word ' * 20_000}"), ("end", "train x", True)]


def wait_for(condition):
    for _ in range(500):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("did not happen within ten seconds")


def test_a_job_that_is_killed_is_over(recorder, tmp_path):
    program = textwrap.dedent(
        f"""
        import sys, time
        sys.path.insert(0, {str(SCRIPTS)!r})
        from rv_study.around_jobs.progress import progress_bar
        bar = progress_bar("train x", 4)
        bar.refresh()
        time.sleep(100)
        """
    )
    job = subprocess.Popen([sys.executable, "-c", program])
    wait_for(lambda: recorder.told)
    job.kill()
    job.wait()
    wait_for(lambda: recorder.told[-1] == ("end", "train x", False))


def test_a_job_does_not_wait_for_a_slow_terminal(monkeypatch):
    """As one that is stopped by Ctrl-S: its Snakemake takes no message any more."""
    is_slow = threading.Event()

    class Slow(Recorder):
        def progress(self, told):
            is_slow.wait(20)

    listener = Listener(Slow())
    bar = progress.progress_bar("train x", 100_000)
    began = time.monotonic()
    for _ in range(3000):
        bar.refresh()
    assert time.monotonic() - began < 10
    assert bar._connection is None  # the socket is full: given up for a while
    is_slow.set()
    bar.close()
    listener.close()


def test_an_inner_snakemake_gives_the_outer_one_back(monkeypatch):
    monkeypatch.setenv(to_snakemake.VARIABLE, "outer")
    Listener(Recorder()).close()
    assert os.environ[to_snakemake.VARIABLE] == "outer"


def test_a_job_whose_listener_is_gone_speaks_for_itself(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(to_snakemake.VARIABLE, str(tmp_path / "gone"))
    with job_log(tmp_path / "log", "train x") as log:
        log.warn("no gradient")
    assert capsys.readouterr().err == "\ntrain x: no gradient\n"


def test_a_closed_listener_leaves_nothing(monkeypatch):
    display = Recorder()
    listener = Listener(display)
    folder = Path(os.environ[to_snakemake.VARIABLE]).parent
    listener.close()
    assert display.is_closed
    assert not folder.exists()
    assert to_snakemake.VARIABLE not in os.environ


def test_no_listener_below_a_path_that_is_too_long(monkeypatch, tmp_path):
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with pytest.raises(OSError, match="AF_UNIX path too long"):
        Listener(Recorder())
    assert list(deep.iterdir()) == []
    watch = Watch(logging.getLogger("test"))
    watch.begin({}, [])  # which is no error: jobs speak for themselves
    assert watch.end() >= 0


def test_without_a_listener_a_line_a_minute_at_most(monkeypatch, capsys):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0)
    with progress.progress_bar("train x", 4) as bar:
        bar.update(2)
        bar.refresh()
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith("train x (cpu") for line in lines)
    assert "): 50%" in lines[-1]
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 60)
    with progress.progress_bar("train x", 4) as bar:
        bar.update(2)
        bar.refresh()
    assert capsys.readouterr().err == ""


def test_the_time_left_is_that_of_the_work_left(clock):
    left = TimeLeft(clock)
    left.add({"a": 30, "b": 10})
    assert left.seconds() is None
    left.tell("a", 0.0)
    clock.now = 20
    left.tell("a", 0.5)
    assert left.share == pytest.approx(15 / 40)
    assert left.seconds() == pytest.approx(20 * 25 / 15)


def test_what_was_done_before_says_nothing_of_the_speed(clock):
    """A training goes on from its tenth epoch, and another one is taken from the kept results."""
    left = TimeLeft(clock)
    left.add({"resumed": 10, "kept": 10})
    left.tell("resumed", 0.5)
    left.tell("kept", 1.0)
    clock.now = 20
    assert left.share == pytest.approx(15 / 20)
    assert left.seconds() is None
    left.tell("resumed", 0.75)
    assert left.seconds() == pytest.approx(20)


def test_work_that_is_not_known_has_no_time_left(clock):
    left = TimeLeft(clock)
    left.tell("a", 0.5)
    assert (left.share, left.seconds()) == (None, None)


def told(job, share, text="", left_s=None):
    return {"job": job, "on": "cpu, 1 thread", "share": share, "text": text, "left_s": left_s}


@pytest.fixture
def logged(caplog):
    caplog.set_level(logging.INFO)
    return caplog


def test_lines_take_turns_a_minute_apart(clock, logged):
    lines = Lines(logging.getLogger("test"), TimeLeft(clock), clock)
    for clock.now in range(0, 241, 10):
        for job in ("a", "b", "c"):
            lines.progress(told(job, clock.now / 1000, left_s=90))
    assert logged.messages == [
        "a (cpu, 1 thread): 0%, 90 s left",  # at once, as no line has named the device
        "b (cpu, 1 thread): 5%, 90 s left",
        "c (cpu, 1 thread): 11%, 90 s left",
        "a (cpu, 1 thread): 18%, 90 s left",
        "b (cpu, 1 thread): 23%, 90 s left",
    ]


def test_a_slow_job_has_its_turn_and_silences_no_other(clock, logged):
    lines = Lines(logging.getLogger("test"), TimeLeft(clock), clock)
    lines.progress(told("slow", 0.01))
    for clock.now in range(0, 181, 10):
        lines.progress(told("b", clock.now / 1000))
    lines.end("slow", is_done=False)
    for clock.now in range(190, 241, 10):
        lines.progress(told("b", clock.now / 1000))
    assert [line.split()[0] for line in logged.messages] == ["slow", "b", "slow", "b"]


def test_a_line_tells_of_all_work(clock, logged):
    left = TimeLeft(clock)
    left.add({"a": 3, "b": 1})
    lines = Lines(logging.getLogger("test"), left, clock)
    clock.now = 40  # the download before counts for nothing
    lines.progress(told("a", 0))
    clock.now = 100
    lines.progress(told("a", 1 / 3, "epoch 1/3", 120))
    assert logged.messages == ["a (cpu, 1 thread): 33%, epoch 1/3, 2 min left; about 3 min for all"]


@pytest.fixture
def screen():
    return Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)


def shown(bars):
    with bars.console.capture() as capture:
        bars.console.print(bars.get_renderable())
    return capture.get()


def test_the_panel_shows_each_job_and_all_of_them(screen, clock, logged):
    bars, left = Progress(TextColumn("{task.description}"), console=screen), TimeLeft(clock)
    left.add({"train a[b]": 3, "train c": 1})
    panel = Panel(bars, logging.getLogger("test"), left)
    panel.progress(told("train a[b]", 0))
    clock.now = 30
    panel.progress(told("train a[b]", 0.5, "epoch 2/4, loss 0.5", 30))
    text = shown(bars)
    assert text.index(ALL) < text.index("train a[b]")
    assert "about 50 s left" in text
    assert "cpu, 1 thread, epoch 2/4, loss 0.5, 30 s left" in text
    panel.say("a word", is_error=False)
    assert logged.messages == ["a word"]
    panel.end("train a[b]", is_done=False)
    assert "train a[b]" not in shown(bars)
    assert f"{left.share:.0%}" == "38%"  # a training that failed has not done all
    panel.end("train a[b]", is_done=True)
    panel.end("train c", is_done=True)
    assert bars.tasks == []
    panel.progress(told("train a[b]", 0.5))
    panel.close()
    assert bars.tasks == []


def test_the_panel_is_that_of_a_logger_on_a_terminal(screen, monkeypatch):
    class Handler(logging.Handler):
        progress = Progress(console=screen)

    assert find_progress([logging.NullHandler(), Handler()]) is Handler.progress
    Handler.progress = Progress(console=Console(file=io.StringIO()))  # as in a pipe
    assert find_progress([Handler()]) is None
    monkeypatch.setenv("TERM", "dumb")  # as in an editor
    Handler.progress = Progress(console=Console(file=io.StringIO(), force_terminal=True))
    assert find_progress([Handler()]) is None
    assert find_progress([]) is None


def test_many_jobs_have_a_line_each(screen, clock):
    bars = Progress(TextColumn("{task.description}"), console=screen)
    panel = Panel(bars, logging.getLogger("test"), TimeLeft(clock))
    for _ in range(2):
        for number in range(MAX_TALL + 1):
            panel.progress(told(f"train {number}", 0.5, "epoch 2/4"))
    assert len(shown(bars).splitlines()) == MAX_TALL + 1


def test_without_a_panel_rich_need_not_be_there(tmp_path):
    """As in an environment of a user's own: Snakemake itself does not need it."""
    program = textwrap.dedent(
        f"""
        import logging, sys
        sys.path.insert(0, {str(SCRIPTS)!r})
        sys.modules["rich"] = None
        from rv_study.terminal.watch import Watch
        watch = Watch(logging.getLogger())
        watch.begin({{"a": 1}}, [logging.NullHandler()])
        watch.end()
        """
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_end_says_what_was_found_and_where(tmp_path):
    findings = tmp_path / "findings.txt"
    findings.write_text("Accuracy: 99%.\nM: 0.4 of the last layers of all.\n")
    assert summarize(findings, ["results/report.html"], 185) == [
        "Accuracy: 99%.",
        "M: 0.4 of the last layers of all.",
        "Done in 3 min: results/report.html",
    ]
    assert summarize(findings, [], 5, width=20)[1] == "M: 0.4 of the last\nlayers of all."
    assert summarize(None, [], 5) == ["Done in 5 s"]
    assert summarize(tmp_path / "none.txt", [], 5) == ["Done in 5 s"]


def test_a_study_ends_with_its_findings(two_datasets_study):
    folder, said = two_datasets_study
    findings = (folder / "results/tables/findings.txt").read_text().splitlines()
    assert len(findings) == 3
    at = said.index("\n".join(findings))
    assert re.match(r"Done in \d+ (s|min): results/report.html\n", said[at + len("\n".join(findings)) + 1 :])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (59, "59 s"),
        (99.4, "99 s"),
        (99.6, "2 min"),
        (3600, "60 min"),
        (7200, "2.0 h"),
        (126_000, "35.0 h"),
    ],
)
def test_times_in_words(seconds, words):
    assert in_words(seconds) == words


CHANGED = "Params have changed since last execution: before: ['epochs: 8', 'shift: 2'] now: ['epochs: 9', 'shift: 2']"
PATHS = ", ".join(f"results/plots/{i}.png" for i in range(18))


@pytest.mark.parametrize(("reason", "short"), [
    (f"Missing output files: {PATHS}", "Missing output files: results/plots/0.png and 17 more"),
    ("Missing output files: a", "Missing output files: a"),
    (f"Input files updated by another job: {PATHS}; Code has changed since last execution",
     "Input files updated by another job: results/plots/0.png and 17 more; Code has changed since last execution"),
    ("Forced execution", "Forced execution"),
    (CHANGED, CHANGED),
])  # fmt: skip
def test_reasons_are_short(reason, short):
    stream, whole = io.StringIO(), logging.StreamHandler(io.StringIO())
    logger = logging.Logger("short reasons")
    logger.addHandler(logging.StreamHandler(stream))
    logger.handlers[0].setFormatter(logging.Formatter("%(reason)s"))
    shorten_reasons(logger)
    whole.setFormatter(logging.Formatter("%(reason)s"))
    logger.addHandler(whole)
    logger.info("", extra={"reason": reason})
    assert (stream.getvalue(), whole.stream.getvalue()) == (f"{short}\n", f"{reason}\n")
