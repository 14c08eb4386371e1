import contextlib
import re
from dataclasses import replace

import pytest
import torch

from helpers.hostile_files import write_checkpoint_that_runs_code, write_pickle_that_runs_code
from rotational_variance import models
from rotational_variance.measuring.trained_network import build_network, load_checkpoint
from rotational_variance.training.checkpoint import FORMAT, Checkpoint, save_checkpoint

MODEL = {"name": "all_convolutional", "n_channels": 1, "image_size": 8, "n_classes": 3, "width": 2}


@pytest.fixture
def model():
    torch.manual_seed(0)
    model = models.build(**MODEL)
    model(torch.randn(4, 1, 8, 8))  # in training mode: moves the batch statistics away from their defaults
    return model.eval()


@pytest.fixture
def checkpoint(model):
    return Checkpoint(
        run={"model": "all_convolutional", "dataset": "toy", "training": "rotated", "seed": 3},
        spec={"training": {"epochs": 2, "learning_rate": 1e-3, "rotate": 180}, "dataset": {"size": None}},
        model=MODEL,
        computed_on={"device": "cpu", "threads": 2},
        class_names=["cat", "dog", "égret"],
        state_dict=model.state_dict(),
    )


def assert_refused(path, reason=""):
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: not a whole checkpoint of this study .*{reason}"):
        load_checkpoint(path)


def test_round_trip(checkpoint, tmp_path):
    save_checkpoint(tmp_path / "a.pt", checkpoint)
    loaded = load_checkpoint(tmp_path / "a.pt")
    assert loaded.run == checkpoint.run
    assert loaded.spec == checkpoint.spec
    assert loaded.model == checkpoint.model
    assert loaded.class_names == checkpoint.class_names
    assert list(loaded.state_dict) == list(checkpoint.state_dict)
    assert all(torch.equal(loaded.state_dict[name], value) for name, value in checkpoint.state_dict.items())


def test_the_built_model_computes_the_same(model, checkpoint, tmp_path):
    save_checkpoint(tmp_path / "a.pt", checkpoint)
    built = build_network(load_checkpoint(str(tmp_path / "a.pt")))
    inputs = torch.randn(5, 1, 8, 8)
    assert not any(module.training for module in built.modules())
    assert torch.equal(built(inputs), model(inputs))


def test_torch_alone_reads_the_file(checkpoint, tmp_path):
    save_checkpoint(tmp_path / "a.pt", checkpoint)
    content = torch.load(tmp_path / "a.pt", weights_only=True)
    assert type(content) is dict
    assert content.keys() == {"format", "run", "spec", "model", "class_names", "computed_on", "state_dict"}
    assert content["run"] == checkpoint.run


def test_equal_runs_write_equal_bytes(checkpoint, tmp_path):
    for folder in ("first", "second"):
        save_checkpoint(tmp_path / folder / "a.pt", checkpoint)
    first = (tmp_path / "first" / "a.pt").read_bytes()
    assert first == (tmp_path / "second" / "a.pt").read_bytes()
    save_checkpoint(tmp_path / "second" / "a.pt", replace(checkpoint, class_names=["cat", "dog", "eel"]))
    assert first != (tmp_path / "second" / "a.pt").read_bytes()


def test_saving_leaves_nothing_else_behind(checkpoint, tmp_path):
    save_checkpoint(tmp_path / "new" / "a.pt", checkpoint)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.pt"]


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, -1], ids=str)
def test_refuses_a_truncated_file(kept, checkpoint, tmp_path):
    path = tmp_path / "a.pt"
    save_checkpoint(path, checkpoint)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept) if isinstance(kept, float) else kept])
    assert_refused(path)


@pytest.mark.parametrize("write", [write_pickle_that_runs_code, write_checkpoint_that_runs_code])
def test_runs_no_code(write, tmp_path):
    path, marker = tmp_path / "a.pt", tmp_path / "marker"
    write(path, marker)
    assert_refused(path)
    assert not marker.exists()
    with contextlib.suppress(RuntimeError):  # "Invalid magic number", once the code has run
        torch.load(path, weights_only=False)  # so what is refused above would have run
    assert marker.exists()


@pytest.mark.parametrize(
    "content",
    [{"format": "rotational-variance checkpoint 0"}, {"run": {}}, [1, 2], torch.zeros(2)],
    ids=["other version", "no format", "list", "tensor"],
)
def test_refuses_another_format(content, tmp_path):
    torch.save(content, tmp_path / "a.pt")
    assert_refused(tmp_path / "a.pt", re.escape(f"its format is not {FORMAT!r}"))


def test_refuses_a_file_with_parts_missing(tmp_path):
    torch.save({"format": FORMAT, "run": {}, "spec": {}}, tmp_path / "a.pt")
    assert_refused(tmp_path / "a.pt", "state_dict")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a\.pt"):
        load_checkpoint(tmp_path / "a.pt")


@pytest.mark.parametrize("change", [{"width": 3}, {"n_classes": 4}, {"name": "simple_conv", "hidden": 4}])
def test_refuses_weights_that_do_not_fit(change, checkpoint):
    with pytest.raises(ValueError, match=r"^its weights do not fit the model .*state_dict"):
        build_network(replace(checkpoint, model={**MODEL, **change}))
