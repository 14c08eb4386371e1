"""Look through a zip or a tar of images, which is never unpacked to the disk."""

import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rotational_variance.samples.image_files.tree_names import find_top, is_passed_over, printable

_GUESSES = ("gbk", "big5", "cp932", "euc_kr", "cp437", "cp1252")  # how zips name files whose names are not UTF-8
_TAR_MAGIC = slice(257, 262)  # where a tar says that it is one
_OTHERS = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "rar", b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4"}
_ENCRYPTED, _IS_UTF8 = 0x1, 0x800  # bits of a zip's members
_UNICODE_PATH = 0x7075  # a field of these: the name in UTF-8, of programs that do not set the bit
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_UNPACK = "unpack it, and give the folder"

Listed = tuple[list[tuple[str, "Member"]], list[str]]  # names of files, each with its member, and of folders


@dataclass(frozen=True)
class Member:
    """A file of an archive.

    n_bytes   that it unpacks to, as the archive says, which may be wrong
    position  in the archive: reading in this order never goes back
    read      a function that returns its first bytes, at most as many as it is given
    """

    n_bytes: int
    position: int
    read: Callable[[int], bytes]


@dataclass(frozen=True)
class ArchiveTree:
    """Names in an archive, relative to `top`, with slashes between folders; as `tree_names` says.

    top          the folder that holds `train` and `test`, with a slash at its end, or ""
    files        {name: member}, in the order of their names
    folders      names
    content      all that lies in `top` but hidden and system files, in order, as it can be printed; folders with a
                 slash at their end
    passed_over  names of hidden and system files that were left out, without their folders; of members that are there
                 twice, of which the last is read, as it is in the folder when the archive is unpacked
    """

    top: str
    files: dict[str, Member]
    folders: list[str]
    content: list[str]
    passed_over: set[str]


@contextmanager
def open_archive(path: Path, encoding: str | None) -> Iterator[ArchiveTree]:
    """Yield the tree of a zip or a tar, whatever it is called.

    encoding  of names that are not marked as UTF-8; None for UTF-8
    Raises ValueError for a file that is neither, or damaged, and for a member that points outside.
    """
    open_kind, list_kind = {"zip": (_open_zip, _list_zip), "tar": (_open_tar, _list_tar)}[kind := _kind(path)]
    with _naming_damage(path, kind, encoding):
        archive = open_kind(path, encoding)
    with archive:
        with _naming_damage(path, kind, encoding):
            members, folders = list_kind(archive, encoding)
        yield _tree(path, members, folders)


@contextmanager
def _naming_damage(path: Path, kind: str, encoding: str | None) -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        advice = "correct `encoding`, or leave it out" if encoding else f"they are marked as that; {_UNPACK}"
        raise ValueError(f"{path}: its names cannot be read as {encoding or 'UTF-8'} ({error}); {advice}") from error
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(
            f"{path}: not a whole {kind} file ({' '.join(str(error).split())}); copy or download it again"
        ) from error


def guess_readings(name: str) -> str:
    """Return how encodings other than UTF-8 read a name: "as gbk 猫, as cp437 ├¿"."""
    content = name.encode("utf-8", "surrogateescape")
    readings = []
    for encoding in _GUESSES:
        try:
            readings.append(f"as {encoding} {content.decode(encoding)}")
        except UnicodeDecodeError:
            continue
    return ", ".join(readings)


def _kind(path: Path) -> str:
    with open(path, "rb") as file:
        beginning = file.read(_TAR_MAGIC.stop)
    for magic, other in _OTHERS.items():
        if beginning.startswith(magic):
            raise ValueError(f"{path}: is a {other} file, which is not read; {_UNPACK}")
    if beginning.startswith(b"PK"):
        return "zip"
    if beginning[_TAR_MAGIC] == b"ustar" or tarfile.is_tarfile(path):  # which does not know a damaged one
        return "tar"
    if zipfile.is_zipfile(path) or path.suffix.lower() == ".zip":  # a program that unpacks itself; a damaged one
        return "zip"
    if {".tar", ".tgz"} & {suffix.lower() for suffix in path.suffixes}:
        return "tar"
    raise ValueError(f"{path}: is neither a folder nor a zip or tar file; {_UNPACK}")


def _open_zip(path: Path, encoding: str | None) -> zipfile.ZipFile:
    return zipfile.ZipFile(path, metadata_encoding=encoding)


def _list_zip(archive: zipfile.ZipFile, encoding: str | None) -> Listed:
    infos = archive.infolist()
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise ValueError(f"{archive.filename}: is encrypted; {_UNPACK}")
    if other := {info.compress_type for info in infos} - _METHODS:
        raise ValueError(f"{archive.filename}: is compressed by a method that is not read ({min(other)}); {_UNPACK}")
    names = [_zip_name(info, encoding) for info in infos]
    if not any("/" in name for name in names):  # some programs on Windows separate folders so
        names = [name.replace("\\", "/") for name in names]
    files, folders = [], []
    for name, info in zip(names, infos, strict=True):
        if name.endswith("/"):
            folders.append(name)
        else:
            files.append((name, Member(info.file_size, info.header_offset, partial(_read_zip, archive, info))))
    return files, folders


def _zip_name(info: zipfile.ZipInfo, encoding: str | None) -> str:
    """Return a member's name; without a mark that says UTF-8, zipfile has read it as cp437, which few programs mean."""
    name = info.orig_filename.partition("\0")[0]
    if info.flag_bits & _IS_UTF8:
        return name
    raw = name.encode(encoding or "cp437")
    return _unicode_path(info.extra, raw) or (name if encoding else raw.decode("utf-8", "surrogateescape"))


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Return the name that the Unicode path field holds, if it belongs to this name (APPNOTE.TXT, 4.6.9)."""
    while len(extra) >= 4:
        kind, n_bytes = struct.unpack("<HH", extra[:4])
        content, extra = extra[4 : 4 + n_bytes], extra[4 + n_bytes :]
        if kind == _UNICODE_PATH and content[1:5] == struct.pack("<I", zlib.crc32(raw)):
            return content[5:].decode("utf-8", "surrogateescape")
    return None


def _read_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, n_bytes: int) -> bytes:
    try:
        with archive.open(info) as file:
            return file.read(min(n_bytes, info.file_size + 1))  # no more, should the archive be wrong about its size
    except zipfile.BadZipFile as error:
        raise ValueError(f"{error}: the archive is damaged, or one part of several; copy it again") from error


def _open_tar(path: Path, encoding: str | None) -> tarfile.TarFile:
    return tarfile.open(path, encoding=encoding or "utf-8", errors="strict" if encoding else "surrogateescape")


def _list_tar(archive: tarfile.TarFile, encoding: str | None) -> Listed:
    files, folders = [], []
    for info in archive.getmembers():
        if info.isdir():
            folders.append(f"{info.name}/")
        else:
            files.append((info.name, Member(info.size, info.offset, partial(_read_tar, archive, info))))
    _check_end(archive)
    return files, folders


def _check_end(archive: tarfile.TarFile) -> None:
    """Raise ReadError unless nothing but zeros, a block of them at least, follows what tarfile has listed.

    At a damaged or missing header, tarfile takes the archive for finished. Reading on also reaches the checksum of a
    compressed tar, which stands at its very end.
    """
    archive.fileobj.seek(archive.offset)
    n_bytes = 0
    while content := archive.fileobj.read(2**20):
        n_bytes += len(content)
        if content.strip(b"\0"):
            raise tarfile.ReadError("its list of files is damaged")
    if n_bytes < tarfile.BLOCKSIZE:
        raise tarfile.ReadError("it breaks off")


def _read_tar(archive: tarfile.TarFile, info: tarfile.TarInfo, n_bytes: int) -> bytes:
    file = archive.extractfile(info)  # follows links inside the archive
    if file is None:
        raise ValueError("not a file")
    with file:
        return file.read(n_bytes)


def _tree(path: Path, members: list[tuple[str, Member]], folders: list[str]) -> ArchiveTree:
    for name in [*(name for name, _ in members), *folders]:
        parts = re.split(r"[/\\]", name)
        if not parts[0] or ".." in parts or re.match("[A-Za-z]:", name):
            raise ValueError(f"{path}: member {printable(name)} points outside it; such an archive is not read")
    files = {_plain(name): member for name, member in members}
    n_times = Counter(_plain(name) for name, _ in members)
    all_folders = {_plain(name) for name in folders} | {folder for name in files for folder in _parents(name)}
    top = find_top(lambda folder: _inside(folder, all_folders))
    below = [name for name in (*files, *all_folders) if name.startswith(top)]
    hidden = {part for name in below for part in name.removeprefix(top).split("/") if is_passed_over(part)}
    seen = [name for name in below if hidden.isdisjoint(name.removeprefix(top).split("/"))]
    directly = [*((name, "/") for name in _inside(top, all_folders)), *((name, "") for name in _inside(top, files))]
    return ArchiveTree(
        top,
        files={name.removeprefix(top): files[name] for name in sorted(seen) if name in files},
        folders=[name.removeprefix(top) for name in seen if name in all_folders],
        content=sorted(f"{printable(name)}{end}" for name, end in directly if not is_passed_over(name)),
        passed_over={
            *map(printable, hidden),
            *(f"{printable(name)} (there {n_times[name]} times, the last read)" for name in seen if n_times[name] > 1),
        },
    )


def _parents(name: str) -> Iterator[str]:
    """Yield the folders that hold a file."""
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _inside(folder: str, names: Iterable[str]) -> list[str]:
    """Return what lies directly in a folder ("" or with a slash at its end), by its last name."""
    found = (name[len(folder) :] for name in names if name.startswith(folder))
    return [name for name in found if name and "/" not in name]


def _plain(name: str) -> str:
    """Return a name without "./" and slashes that say nothing."""
    return "/".join(part for part in name.split("/") if part not in ("", "."))
