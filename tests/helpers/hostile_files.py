"""Files that would run code if they were unpickled."""

import zipfile

import torch


def write_pickle_that_runs_code(path, marker):
    """Write a pickle whose reading makes the folder `marker`."""
    path.write_bytes(f"cos\nmkdir\n(V{marker}\ntR.".encode())


def write_checkpoint_that_runs_code(path, marker):
    """Write a file as torch.save does, with such a pickle in it."""
    torch.save({}, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, f"cos\nmkdir\n(V{marker}\ntR." if name.endswith("/data.pkl") else content)
