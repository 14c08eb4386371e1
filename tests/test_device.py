import pytest
import torch

from rotational_variance.torch_setup.device import set_up


@pytest.fixture(autouse=True)
def restore():
    n_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(n_threads)
    torch.use_deterministic_algorithms(False)


def test_threads_and_device_are_as_asked_for():
    assert set_up("cpu", 1).type == "cpu"
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()


def test_auto_takes_what_there_is():
    assert set_up("auto", 1).type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_missing_cuda_is_named():
    with pytest.raises(ValueError, match="torch sees no CUDA device here; use auto or cpu"):
        set_up("cuda", 1)


def test_unknown_device_is_refused():
    with pytest.raises(ValueError, match="got 'gpu', expected auto, cpu or cuda"):
        set_up("gpu", 1)
