"""Where and how torch computes: the device, the number of threads, and the same bits every time."""

import os

import torch


def set_up(device: str, n_threads: int) -> torch.device:
    """Choose the device, use `n_threads` CPU threads, and make all that follows repeatable.

    device  "cpu", "cuda", or "auto": cuda where there is one, else cpu
    Raises ValueError for another name, or for cuda where there is none.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device: got {device!r}, expected auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: got cuda, but torch sees no CUDA device here; use auto or cpu")
    torch.set_num_threads(n_threads)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS repeats itself only with this
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False  # 10 bits of mantissa would be noise in units that hardly vary
    # Only a warning, because some CUDA kernels have no repeatable version; all of the CPU's that are used here do.
    torch.use_deterministic_algorithms(True, warn_only=True)
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")
