"""The precision of a model's weights during a measurement."""

import torch
from torch import nn

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_NORMALISATIONS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)


def set_precision(model: nn.Module, dtype: torch.dtype) -> None:
    """Convert a model's weights to `dtype`; for bfloat16, normalisations keep their precision, to lose fewer digits."""
    for module in model.modules():
        if dtype == torch.bfloat16 and isinstance(module, _NORMALISATIONS):
            continue
        for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(dtype)
