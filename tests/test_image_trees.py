"""Folders and archives as people have them: what counts, whose names are read how, and what is refused."""

import os
import re
import struct
import tarfile
import tracemalloc
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest

from helpers.image_trees import TREE, assert_same, plain, write_folder, write_tar, write_zip
from rotational_variance.samples.image_files import decode_files
from rotational_variance.samples.image_files.read_images import read_images
from rv_study.fingerprints import _hash, images_hash

WRITERS = {
    "folder": write_folder,
    "zip": lambda path, files: write_zip(path.with_suffix(".zip"), files),
    "tar": lambda path, files: write_tar(path.with_suffix(".tar"), files),
    "tar.gz": lambda path, files: write_tar(path.with_suffix(".tar.gz"), files, "w:gz"),
}


@pytest.fixture(params=WRITERS)
def write(request, tmp_path):
    """Return a function that writes files by name into a folder or an archive, and returns its path."""
    return lambda files: WRITERS[request.param](tmp_path / "pets", files)


@pytest.fixture
def expected(tmp_path):
    return read_images("pets", path=write_folder(tmp_path / "expected", TREE))


SYSTEM_FILES = [
    ".DS_Store", "train/.DS_Store", "train/cat/.DS_Store", "test/dog/._0.png", "train/.cache/0.png",
    "__MACOSX/train/cat/._0.png", "train/__MACOSX/cat/._0.png", "train/cat/Icon\r",
    "train/@eaDir/cat/0.png", "train/cat/@eaDir/0.png/SYNOPHOTO_THUMB_M.png", "test/#recycle/0.png", "#snapshot/x/0.png",
    "train/lost+found/0.png", "train/$RECYCLE.BIN/desktop.ini", "System Volume Information/0.png",
    "train/cat/Thumbs.db", "train/desktop.ini", "train/dog/0.png:Zone.Identifier", "test/cat/.@__thumb/0.png",
    "train/@Recycle/0.png", "train/@__thumb/0.png", "~snapshot/train/cat/0.png", "train/cat/:2eDS_Store",
    "train/cat/0.png@SynoEAStream", "test/Picasa.ini", "train/FOUND.000/0.png", "train/__pycache__/0.pyc", "train/cat/0.aae", "train/cat/0.XMP",
]  # fmt: skip


def test_hidden_and_system_files_are_passed_over(write, expected):
    dataset = read_images("pets", path=write({**dict.fromkeys(SYSTEM_FILES, b"junk"), **TREE}))
    assert_same(dataset, expected)
    assert {"@eaDir", "Thumbs.db", "lost+found", ".DS_Store", "#recycle"} <= {*dataset.passed_over}
    assert dataset.conversions == {}


def test_they_are_hashed_by_the_same_rule(tmp_path):
    images_hash.cache_clear()
    clean = images_hash(write_folder(tmp_path / "clean", TREE))
    assert images_hash(write_folder(tmp_path / "nas", {**dict.fromkeys(SYSTEM_FILES, b"junk"), **TREE})) == clean
    assert images_hash(write_folder(tmp_path / "more", {**TREE, "train/cat/9.png": b"new"})) != clean


def test_one_folder_that_holds_all_is_looked_through(write, expected):
    beside = {"README.txt": b"hi", "__MACOSX/pets/._train": b"junk"}
    assert_same(
        read_images("pets", path=write({f"pets/v2/{name}": png for name, png in TREE.items()} | beside)), expected
    )


def test_that_folder_is_hashed_too(tmp_path):
    images_hash.cache_clear()
    inside = {f"pets/{name}": png for name, png in TREE.items()}
    first = images_hash(write_folder(tmp_path / "a", inside))
    assert images_hash(write_folder(tmp_path / "b", {**inside, "pets/train/cat/0.png": b"other"})) != first


def test_a_tree_without_train_says_what_it_holds(write):
    path = write(
        {f"{name}/{i}.png": plain(1) for i, name in enumerate(("cats", "dogs", "Training"))} | {"notes.txt": b"hi"}
    )
    expected = "no folder train/<class> in it, only Training/, cats/, dogs/, notes.txt (rename Training/ to train/); "
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {expected}')}"):
        read_images("pets", path=path)


def test_train_in_other_letters_is_to_be_renamed(write):
    path = write({name.replace("t", "T", 1): png for name, png in TREE.items()})
    with pytest.raises(
        ValueError, match=re.escape("in it, only Test/, Train/ (rename Train/ to train/); expected train/")
    ):
        read_images("pets", path=path)


def test_what_lies_beside_is_named(write):
    dataset = read_images("pets", path=write({**TREE, "valid/cat/0.png": plain(1), "labels.csv": b"x", ".git/x": b"x"}))
    beside = ["labels.csv (beside train/ and test/)", "valid/ (beside train/ and test/)"]
    assert [name for name in dataset.passed_over if "beside" in name] == beside


def test_backslashes_in_a_zip_are_slashes(tmp_path, expected):
    path = write_zip(tmp_path / "a.zip", {name.replace("/", "\\"): png for name, png in TREE.items()}, "ascii")
    assert_same(read_images("pets", path=path), expected)


def test_a_home_is_found(tmp_path, monkeypatch, expected):
    monkeypatch.setenv("HOME", str(tmp_path))
    write_folder(tmp_path / "pets", TREE)
    assert_same(read_images("pets", path="~/pets"), expected)
    images_hash.cache_clear()
    assert images_hash(Path("~/pets")) == images_hash(tmp_path / "pets")


# ---- names


CHINESE = {name.replace("cat", "猫").replace("dog", "狗"): png for name, png in TREE.items()}


def test_names_are_read_as_utf8(write):
    assert read_images("pets", path=write(CHINESE)).class_names == ["狗", "猫"]


def test_a_zip_need_not_say_that_its_names_are_utf8(tmp_path):
    assert read_images("pets", path=write_zip(tmp_path / "a.zip", CHINESE, "utf-8")).class_names == ["狗", "猫"]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_other_encodings_are_refused_with_what_they_may_be_or_given(kind, tmp_path):
    if kind == "zip":
        path = write_zip(tmp_path / "a.zip", CHINESE, "gbk")
    else:
        path = write_tar(tmp_path / "a.tar", CHINESE, encoding="gbk")
    message = (
        r"the name of the folder train/\xb9\xb7 is not UTF-8; as gbk train/狗, as big5 train/僩, as cp932 train/ｹｷ, "
    )
    with pytest.raises(
        ValueError, match=f"^{re.escape(f'{path}: {message}')}.*; set `encoding`.* It holds test/, train/$"
    ):
        read_images("pets", path=path)
    assert read_images("pets", path=path, encoding="gbk").class_names == ["狗", "猫"]
    with pytest.raises(ValueError, match=r"names cannot be read as ascii .*; correct `encoding`"):
        read_images("pets", path=path, encoding="ascii")
    for nonsense in ("nonsense", "base64"):  # the latter is no encoding of text
        with pytest.raises(ValueError, match=f"`encoding` is {nonsense}, which there is not; one of many is gbk"):
            read_images("pets", path=path, encoding=nonsense)


def test_names_of_files_may_be_anything(tmp_path, expected):
    folder = Path(write_folder(tmp_path / "pets", TREE))
    os.rename(folder / "train/cat/1.png", os.fsencode(folder) + b"/train/cat/1\xe9.png")
    assert_same(read_images("pets", path=str(folder)), expected)
    images_hash.cache_clear()
    first = images_hash(folder)
    os.rename(os.fsencode(folder) + b"/train/cat/1\xe9.png", os.fsencode(folder) + b"/train/cat/1\xe8.png")
    images_hash.cache_clear()
    assert images_hash(folder) != first


def test_the_name_of_a_class_is_text(tmp_path):
    folder = Path(write_folder(tmp_path / "pets", TREE))
    os.rename(folder / "train/cat", os.fsencode(folder) + b"/train/caf\xe9")
    with pytest.raises(
        ValueError, match=re.escape(r"the folder train/caf\xe9 is not UTF-8; ") + ".*train/café; rename it"
    ):
        read_images("pets", path=str(folder))


def test_names_in_two_unicode_forms_are_one_class(write):
    composed, decomposed = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    files = {f"train/{composed}/1.png": plain(1), f"train/{decomposed}/0.png": plain(0)}
    files |= {f"test/{decomposed}/0.png": plain(2), "train/b/0.png": plain(9)}
    dataset = read_images("pets", path=write(files))
    assert dataset.class_names == ["b", composed]
    assert dataset.train_labels.tolist() == [0, 1, 1]
    assert dataset.test_labels.tolist() == [1]


# ---- links and other things that are no files


def test_links_to_folders_are_followed(tmp_path, expected):
    write_folder(tmp_path / "real", TREE)
    linked = tmp_path / "linked"
    (linked / "train").mkdir(parents=True)
    (linked / "test").symlink_to(tmp_path / "real" / "test")
    for name in ("cat", "dog"):
        (linked / "train" / name).symlink_to(tmp_path / "real" / "train" / name)
    assert_same(read_images("pets", path=str(linked)), expected)


@pytest.mark.parametrize("target", [".", "..", "../../..", "../../../.."])
def test_a_link_back_is_passed_over(target, tmp_path, expected):
    folder = Path(write_folder(tmp_path / "outer" / "pets", TREE))
    (folder / "train/cat/again").symlink_to(target)
    dataset = read_images("pets", path=str(folder))
    assert_same(dataset, expected)
    assert dataset.passed_over == ["train/cat/again (a link to a folder that is there already)"]


def test_a_folder_of_a_class_is_entered_once(tmp_path):
    """Folders that link to each other would make their images more, and more with each of them."""
    folder = Path(write_folder(tmp_path / "pets", {**TREE, **{f"train/cat/{i}/0.png": plain(i) for i in range(8)}}))
    for i in range(8):
        for other in range(8):
            (folder / f"train/cat/{i}/link{other}").symlink_to(f"../{other}")
    (folder / "train/bird").symlink_to("dog")
    assert read_images("pets", path=str(folder)).train_labels.tolist() == [0] + [1] * 10 + [2]


def test_pipes_and_links_to_nothing_are_refused(tmp_path):
    folder = Path(write_folder(tmp_path / "pets", TREE))
    os.mkfifo(folder / "train/cat/pipe.png")
    with pytest.raises(ValueError, match=r"train/cat/pipe\.png cannot be read as an image: not a file$"):
        read_images("pets", path=str(folder))
    (folder / "train/cat/pipe.png").unlink()
    (folder / "train/cat/self.png").symlink_to("self.png")
    with pytest.raises(
        ValueError, match=r"train/cat/self\.png cannot be .*: it is a link to self\.png, which is missing; take"
    ):
        read_images("pets", path=str(folder))
    (folder / "train/cat/self.png").unlink()
    (folder / "train/cat/gone.png").symlink_to("nothing")
    with pytest.raises(
        ValueError, match=r"train/cat/gone\.png cannot be .*: it is a link to nothing, which is missing; take"
    ):
        read_images("pets", path=str(folder))


def test_links_inside_a_tar_are_followed(tmp_path):
    path = write_tar(tmp_path / "a.tar", TREE)
    with tarfile.open(path, "a") as archive:
        link = tarfile.TarInfo("train/cat/2.png")
        link.type, link.linkname = tarfile.SYMTYPE, "0.png"
        archive.addfile(link)
    assert len(read_images("pets", path=path).train_labels) == 4


# ---- archives that are damaged, or meant to do harm


@pytest.mark.parametrize(
    "member", ["../0.png", "train/cat/../../../0.png", "/train/cat/9.png", "C:\\0.png", "..\\0.png"]
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_refuses_an_archive_that_points_outside_itself(kind, member, tmp_path):
    path = WRITERS[kind](tmp_path / "pets", {**TREE, member: plain(1)})
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: member {member} points outside it')}"):
        read_images("pets", path=path)


MIDDLE = 3 * 1024  # bytes: the header of a file in the middle of a tar of small files


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:MIDDLE], lambda content: content[: MIDDLE + 200], lambda content: content[: MIDDLE + 700],
        lambda content: content[:MIDDLE] + bytes(512) + content[MIDDLE + 512 :],
        lambda content: content[:MIDDLE] + b"\xff" + content[MIDDLE + 1 :],
    ],
    ids=["cut at a header", "cut in a header", "cut in a file", "a header of zeros", "a wrong header"],
)  # fmt: skip
def test_refuses_a_tar_whose_list_breaks_off(damage, tmp_path):
    """Where tarfile itself takes it for finished, without a word."""
    path = Path(write_tar(tmp_path / "a.tar", TREE))
    content = path.read_bytes()
    assert content[MIDDLE + 257 : MIDDLE + 262] == b"ustar"
    path.write_bytes(damage(content))
    with pytest.raises(
        ValueError, match=f"^{re.escape(str(path))}: not a whole tar file .*; copy or download it again$"
    ):
        read_images("pets", path=str(path))


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_refuses_an_archive_that_is_cut_short(kind, tmp_path):
    path = Path(WRITERS[kind](tmp_path / "pets", TREE))
    path.write_bytes(path.read_bytes()[: 700 if kind == "tar" else -40])
    with pytest.raises(
        ValueError, match=f"^{re.escape(str(path))}: not a whole {kind[:3]} file .*; copy or download it"
    ):
        read_images("pets", path=str(path))


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_refuses_a_compressed_tar_with_a_single_wrong_bit(kind, tmp_path):
    """Of gzip, the checksum is at the very end, which tarfile does not read by itself."""
    path = Path(write_tar(tmp_path / f"pets.tar.{kind}", TREE, f"w:{kind}"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=f"^{re.escape(str(path))}: not a whole tar file .*; copy or download it again$"
    ):
        read_images("pets", path=str(path))


def test_refuses_other_archives(tmp_path):
    path = tmp_path / "pets.zip"
    path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(600))
    with pytest.raises(ValueError, match=r"is a 7z file, which is not read; unpack it, and give the folder$"):
        read_images("pets", path=str(path))
    path = tmp_path / "pets.arj"
    path.write_bytes(b"arj" * 200)
    with pytest.raises(ValueError, match=r"is neither a folder nor a zip or tar file; unpack it, and give the folder$"):
        read_images("pets", path=str(path))


def test_refuses_a_zip_with_a_damaged_member(tmp_path):
    path = Path(write_zip(tmp_path / "pets.zip", TREE))
    damaged = TREE["train/cat/1.png"].replace(b"IDAT", b"IDAX")
    path.write_bytes(path.read_bytes().replace(TREE["train/cat/1.png"], damaged))
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: train/cat/1.png cannot be read .*CRC"):
        read_images("pets", path=str(path))


def test_refuses_a_zip_whose_compressed_data_is_damaged(tmp_path):
    path = tmp_path / "pets.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in TREE.items():
            archive.writestr(name, content)
        start = archive.getinfo("train/cat/1.png").header_offset + 30 + len("train/cat/1.png")
    content = bytearray(path.read_bytes())
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"train/cat/1\.png cannot be read as an image"):
        read_images("pets", path=str(path))


def test_a_file_larger_than_an_image_is_not_read(write, monkeypatch):
    monkeypatch.setattr(decode_files, "MAX_FILE_BYTES", 2**20)
    path = write({**TREE, "train/dog/9.png": bytes(2**20 + 1)})
    with pytest.raises(
        ValueError, match=r"train/dog/9\.png .* it holds 1,048,577 bytes or more, expected 1,048,576 or fewer; take it"
    ):
        read_images("pets", path=path)


def test_a_small_member_that_unpacks_to_gigabytes_costs_no_memory(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in TREE.items():
            archive.writestr(name, content)
        archive.writestr("train/dog/9.png", b"")
    content = path.read_bytes()
    # The archive says 3 GiB, as one that was made of so much would; reading would ask for as much.
    entry = content.rindex(b"PK\x01\x02")
    assert content[entry + 46 : entry + 46 + 15] == b"train/dog/9.png"
    path.write_bytes(content[: entry + 24] + (3 * 2**30).to_bytes(4, "little") + content[entry + 28 :])
    with pytest.raises(ValueError, match=r"train/dog/9\.png .* it holds 3,221,225,472 bytes or more"):
        read_images("pets", path=str(path))


def test_a_zip_may_lie_about_a_size_and_still_costs_no_memory(tmp_path):
    path, n_bytes = tmp_path / "bomb.zip", 64 * 2**20
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in TREE.items():
            archive.writestr(name, content)
        archive.writestr("train/dog/9.png", bytes(n_bytes))
    content = path.read_bytes()
    entry = content.rindex(b"PK\x01\x02")
    path.write_bytes(content[: entry + 24] + (1000).to_bytes(4, "little") + content[entry + 28 :])
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"train/dog/9\.png cannot be read as an image: Bad CRC"):
        read_images("pets", path=str(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < n_bytes / 8


def test_a_link_in_a_tar_to_a_file_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(decode_files, "MAX_FILE_BYTES", 2**20)
    path = write_tar(tmp_path / "a.tar", {**TREE, "large": bytes(2**20 + 9)})
    with tarfile.open(path, "a") as archive:
        link = tarfile.TarInfo("train/cat/2.png")
        link.type, link.linkname = tarfile.SYMTYPE, "../../large"
        archive.addfile(link)
    with pytest.raises(ValueError, match=r"train/cat/2\.png .* it holds 1,048,577 bytes or more"):
        read_images("pets", path=path)


def test_a_zip_of_the_folder_itself_is_read(tmp_path, expected):
    assert_same(read_images("pets", path=write_zip(tmp_path / "pets.zip", {"./": b"", **TREE})), expected)


def test_a_class_with_system_files_only_is_empty(write):
    path = write({**TREE, "train/bird/Thumbs.db": b"junk"})
    with pytest.raises(ValueError, match=f"^{re.escape(path)}: train/bird holds no images$"):
        read_images("pets", path=path)


def test_a_tar_is_read_in_its_own_order(tmp_path, expected, monkeypatch):
    """Going back in a compressed tar would unpack it again from its beginning, for each file."""
    names = sorted(TREE, reverse=True)
    path = write_tar(tmp_path / "a.tar.gz", {name: TREE[name] for name in names}, "w:gz")
    read, decode = [], decode_files.decode
    monkeypatch.setattr(decode_files, "decode", lambda content, *more: read.append(content) or decode(content, *more))
    assert_same(read_images("pets", path=path), expected)
    assert read == [TREE[name] for name in names]


def test_large_files_are_hashed_in_pieces(tmp_path):
    images_hash.cache_clear()
    _hash.cache_clear()
    with open(tmp_path / "a.zip", "wb") as file:
        file.truncate(2**20)
    assert images_hash(tmp_path / "a.zip") == "30e14955ebf13522"  # of a MiB of zeros, by sha256sum


def test_what_cannot_be_read_is_named_with_its_kind(write, tmp_path):
    path = write({**TREE, "train/cat/a.MOV": b"film", "train/dog/b.mov": b"film", "train/dog/c.txt": b"note"})
    with pytest.raises(
        ValueError, match=r"train/cat/a\.MOV cannot be .* save it as PNG or JPEG \(2 files end in \.mov\)$"
    ):
        read_images("pets", path=path)
    path = write_zip(tmp_path / "empty.zip", {**TREE, "train/cat/1.png": b""})
    with pytest.raises(ValueError, match=r"train/cat/1\.png cannot be .*: it is empty; copy it again, or take it out$"):
        read_images("pets", path=path)


def test_an_encrypted_zip_is_refused(tmp_path):
    path = Path(write_zip(tmp_path / "a.zip", TREE))
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1  # the flags of the first entry of its list
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: is encrypted; unpack it, and give the folder$"):
        read_images("pets", path=str(path))


@pytest.mark.parametrize(("path", "why"), [
    ("https://example.org/a.zip", "addresses are not fetched: download it"),
    ("$HOME/pets", r"variables such as \$HOME are not looked up in a path, but ~ is"),
])  # fmt: skip
def test_a_path_that_is_no_path_says_so(path, why):
    with pytest.raises(FileNotFoundError, match=rf"no such folder or archive \({why}\)$"):
        read_images("pets", path=path)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_members_that_are_there_twice_are_named(kind, tmp_path, expected):
    write = write_zip if kind == "zip" else write_tar
    path = write(tmp_path / f"a.{kind}", {"./train/cat/0.png": plain(3), **TREE})
    dataset = read_images("pets", path=path)
    assert_same(dataset, expected)
    assert dataset.passed_over == ["train/cat/0.png (there 2 times, the last read)"]


def with_unicode_paths(path, names):
    """Write a zip whose names have codes for what is not ASCII, and their true ones in its Unicode path fields."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in names.items():
            info = zipfile.ZipInfo(ascii(name)[1:-1].replace("\\", "-"))
            field = b"\1" + struct.pack("<I", zlib.crc32(info.filename.encode())) + name.encode()
            info.extra = struct.pack("<HH", 0x7075, len(field)) + field
            archive.writestr(info, content)
    return str(path)


def test_names_in_unicode_path_fields_are_read(tmp_path):
    path = with_unicode_paths(tmp_path / "a.zip", CHINESE)
    assert b"train/-u732b/0.png" in Path(path).read_bytes()
    assert read_images("pets", path=path).class_names == ["狗", "猫"]
    assert read_images("pets", path=path, encoding="cp850").class_names == ["狗", "猫"]


def test_names_marked_as_utf8_that_are_not_are_refused(tmp_path):
    path = Path(write_zip(tmp_path / "a.zip", {**TREE, "train/cat/\u00e9.png": plain(1)}))
    path.write_bytes(path.read_bytes().replace("\u00e9".encode(), b"\xe9\xe9"))
    with pytest.raises(ValueError, match=r"names cannot be read as UTF-8 \(.*\); they are marked as that; unpack it"):
        read_images("pets", path=str(path))


def test_other_methods_of_compression_are_refused(tmp_path):
    path = Path(write_zip(tmp_path / "a.zip", TREE))
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 10] = 9  # of the first entry of its list: Deflate64, as Windows writes it
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"a\.zip: is compressed by a method that is not read \(9\); unpack it, and give"
    ):
        read_images("pets", path=str(path))


def test_a_part_of_a_split_zip_says_so(tmp_path):
    path = Path(write_zip(tmp_path / "a.zip", TREE))
    content = bytearray(path.read_bytes())
    content[:4] = b"PK\x07\x08"  # where the first file should be
    path.write_bytes(content)
    with pytest.raises(ValueError, match="the archive is damaged, or one part of several; copy it again"):
        read_images("pets", path=str(path))


def test_a_path_to_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="pipe: is neither a folder nor a file; give"):
        read_images("pets", path=str(tmp_path / "pipe"))


def test_control_characters_of_names_are_not_printed(write):
    with pytest.raises(ValueError, match=r"train/cat/x\\n\\x1b\[31m\.txt cannot be read as an image"):
        read_images("pets", path=write({**TREE, "train/cat/x\n\x1b[31m.txt": b"note"}))


@pytest.mark.parametrize("folder", ["Training/", "test data/Test/"])
def test_a_folder_that_holds_all_may_have_the_name_of_a_part(write, folder, expected):
    assert_same(read_images("pets", path=write({f"{folder}{name}": png for name, png in TREE.items()})), expected)


def test_names_like_those_of_systems_are_names(write):
    more = {name.replace("dog", "recycled"): png for name, png in TREE.items() if "dog" in name}
    dataset = read_images("pets", path=write({**TREE, **more, "train/recycled/found.0001.png": plain(1)}))
    assert dataset.class_names == ["cat", "dog", "recycled"]
    assert dataset.passed_over == []


def test_parts_of_other_names_are_found_below_one_folder(write):
    path = write({f"pets/{name.replace('train', 'Train')}": png for name, png in TREE.items()})
    with pytest.raises(
        ValueError, match=r"no folder train/<class> in it, only Train/, test/ \(rename Train/ to train/\)"
    ):
        read_images("pets", path=path)
