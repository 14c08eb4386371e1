import re

import pytest
import torch

from rotational_variance.storage.history_reader import read_history
from rotational_variance.training.resume import Progress, ResumeFile
from rv_jobs import train_network

MADE_BY = ["training.py: 12ab", "training.epochs: 3", "threads: 2"]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.resume.pt"
    state = {"epoch": 1, "model": {"weight": torch.arange(6.0)}, "random": {"cpu": torch.zeros(4, dtype=torch.uint8)}}
    ResumeFile(path, MADE_BY).save(Progress([{"epoch": 1, "train_loss": 0.1}], state))
    return path


def test_round_trip(path):
    progress = ResumeFile(path, MADE_BY).load()
    assert progress.rows == [{"epoch": 1, "train_loss": 0.1}]
    assert progress.state["epoch"] == 1
    assert torch.equal(progress.state["model"]["weight"], torch.arange(6.0))


def test_no_file_is_no_progress(tmp_path):
    assert ResumeFile(tmp_path / "a.resume.pt", MADE_BY).load() is None


@pytest.mark.parametrize(("made_by", "difference"), [
    (["training.py: 12ab", "training.epochs: 4", "threads: 2"], "training.epochs: 3; now training.epochs: 4"),
    (["training.py: 34cd", "training.epochs: 3", "threads: 2"], "training.py: 12ab; now training.py: 34cd"),
    ([*MADE_BY, "training.momentum: 0.9"], "nothing; now training.momentum: 0.9"),
])  # fmt: skip
def test_the_file_of_another_training_is_refused(path, made_by, difference):
    with pytest.raises(ValueError, match=rf"^{re.escape(str(path))}: belongs to another training \({difference}\)$"):
        ResumeFile(path, made_by).load()


@pytest.mark.parametrize("kept", [0, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_refused(path, kept):
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ValueError, match=rf"^{re.escape(str(path))}: not a whole resume file"):
        ResumeFile(path, MADE_BY).load()


def test_a_flipped_bit_is_noticed(path):
    content = bytearray(path.read_bytes())
    place = content.index(torch.arange(6.0).numpy().tobytes())
    content[place + 5] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a whole resume file"):
        ResumeFile(path, MADE_BY).load()


def test_a_checkpoint_is_no_resume_file(tmp_path):
    torch.save({"format": "rotational-variance checkpoint 1"}, tmp_path / "a.pt")
    with pytest.raises(ValueError, match="its format is not 'rotational-variance resume 1'"):
        ResumeFile(tmp_path / "a.pt", MADE_BY).load()


def test_a_run_without_training_goes_on_as_well(one_run, monkeypatch):
    def bytes_of_run():
        one_run.train(epochs=0)
        assert not one_run.resume.exists()
        return one_run.checkpoint.read_bytes(), one_run.history.read_bytes()

    undisturbed = bytes_of_run()
    (row,) = read_history(one_run.history)
    assert row["epoch"] == 0
    log = (one_run.folder / "job.log").read_text()
    assert f"no training, tested upright {row['test_upright_accuracy']:.2%}, rotated " in log
    assert "nan" not in log

    def fail(*_):
        raise OSError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(train_network, "save_checkpoint", fail)
        with pytest.raises(SystemExit):
            one_run.train(epochs=0)
    assert one_run.resume.exists()
    assert bytes_of_run() == undisturbed
    assert f"going on after epoch 0, from {one_run.resume}" in (one_run.folder / "job.log").read_text()
