"""Files of tensors and plain data, in torch's format; reading one runs no code in it.

No other module of storage imports torch.
"""

import io
import zipfile
from pathlib import Path

import torch

from rotational_variance.storage.file_errors import OtherFormatError
from rotational_variance.storage.files import replacing


def write_tensors(path: str | Path, content: dict) -> None:
    """Write a dict that `torch.load(path, weights_only=True)` reads.

    The file is built in memory, because torch would write the file's name into it, and raise no OSError if the disk is
    full.
    """
    buffer = io.BytesIO()
    torch.save(content, buffer)
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getbuffer())


def read_tensors(path: str | Path, expected_format: str) -> dict:
    """Read such a dict, without "format". Raises ValueError, with a reason, for a broken file or another format."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()  # torch does not compare the checksums
        if damaged:
            raise ValueError(f"{damaged} is damaged")
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # damaged archives raise many types
        raise ValueError(str(error).partition("\n")[0] or type(error).__name__) from error
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the bytes are whole, so they are somebody else's; unpickling them may raise any type
        raise OtherFormatError(str(error).partition("\n")[0] or type(error).__name__) from error
    if not isinstance(content, dict) or content.pop("format", None) != expected_format:
        raise OtherFormatError(f"its format is not {expected_format!r}")
    return content
