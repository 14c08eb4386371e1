"""Set up how torch computes: the device, the number of threads, and the same bits every time; send numbers to it."""

import os

import torch


def set_up(device: str, n_threads: int) -> torch.device:
    """Choose the device, use `n_threads` CPU threads, and make later computations repeatable.

    device  "cpu", "cuda", or "auto": cuda if torch sees a CUDA device, else cpu
    Raises ValueError for another name, or for cuda if torch sees no CUDA device.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device: got {device!r}, expected auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: got cuda, but torch sees no CUDA device here; use auto or cpu")
    torch.set_num_threads(n_threads)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it, cuBLAS does not give the same bits again
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False  # its mantissa of 10 bits would be noise in units that hardly vary
    # Only a warning, because some CUDA kernels have no repeatable version; all CPU kernels used here have one.
    torch.use_deterministic_algorithms(True, warn_only=True)
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")


def send(values: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Copy numbers from the CPU to a device, and do not wait until a GPU is done with what it was given before."""
    if device.type == "cuda":
        return values.pin_memory().to(device, non_blocking=True)
    return values.to(device)
