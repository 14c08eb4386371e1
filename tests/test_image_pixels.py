"""Pixels as a person sees them: orientation, transparency, bits, proportions; and what is said of it."""

import io
import json
import re
import struct
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from helpers.image_trees import TREE, assert_same, encode, noise, plain, write_folder, write_zip
from rotational_variance.samples.image_files.pixels import decode
from rotational_variance.samples.image_files.read_images import read_images
from rotational_variance.storage.dataset_reader import read_dataset
from rotational_variance.storage.dataset_writer import write_dataset

HEIC = Path(__file__).parent / "helpers" / "photo.heic"
PHOTO = np.repeat(np.array([[0, 40, 80], [120, 160, 200]], np.uint8), 8, axis=0).repeat(8, axis=1)  # [16, 24]


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def as_stored(upright, orientation):
    """Return what a camera stores so that this orientation turns it into `upright`."""
    undo = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1], 5: upright.T,
        6: np.rot90(upright), 7: upright[::-1, ::-1].T, 8: np.rot90(upright, -1),
    }  # fmt: skip
    return np.ascontiguousarray(undo[orientation])


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_images_are_turned_as_exif_says(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 100}, "WEBP": {"lossless": True}}.get(kind, {})
    decoded = decode(saved(Image.fromarray(as_stored(PHOTO, orientation)), kind, exif=exif, **options), "white")
    pixels = np.asarray(decoded.image.convert("L")).astype(int)
    assert pixels.shape == PHOTO.shape
    assert np.abs(pixels - PHOTO).max() <= 3  # of JPEG
    assert decoded.conversions == (["turned as EXIF says"] if orientation > 1 else [])


@pytest.mark.parametrize("orientation", [0, 9, 99])
def test_an_orientation_that_there_is_not_turns_nothing(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode(saved(Image.fromarray(PHOTO), "PNG", exif=exif), "white")
    np.testing.assert_array_equal(np.asarray(decoded.image), PHOTO)
    assert decoded.conversions == []


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP"])
def test_an_orientation_of_xmp_alone_turns_nothing(kind):
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    options = {"quality": 100} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        content = saved(Image.fromarray(PHOTO), kind, pnginfo=text)
    elif kind == "TIFF":
        content = saved(Image.fromarray(PHOTO), kind, tiffinfo={700: xmp})
    else:
        content = saved(Image.fromarray(PHOTO), kind, xmp=xmp, **options)
    with Image.open(io.BytesIO(content)) as image:
        assert image.getexif().get(0x0112) == 6  # Pillow obeys it
    decoded = decode(content, "white")
    assert decoded.image.size == (24, 16)
    assert decoded.conversions == []


def test_damaged_exif_turns_nothing():
    content = saved(Image.fromarray(PHOTO), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff", quality=100)
    decoded = decode(content, "white")
    assert decoded.image.size == (24, 16)
    assert decoded.conversions == []


def test_photos_of_iphones_are_read():
    image = np.asarray(decode(HEIC.read_bytes(), "white").image).astype(int)
    expected = np.zeros((16, 24, 3), int)
    expected[:8] = 255
    expected[:, :4] = [255, 0, 0]
    assert image.shape == expected.shape
    assert np.abs(image - expected).mean() < 30


# ---- transparency


INK = PHOTO[:16, :16]  # [16, 16]


def transparent(mode):
    """Return a square image whose darkness is in its transparency: black ink of more or less weight."""
    alpha = Image.fromarray(INK)
    image = Image.new(mode.removesuffix("A"), (16, 16))
    image.putalpha(alpha)
    return image


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize(("background", "expected"), [("white", 255 - INK), ("black", 0 * INK)])
def test_transparent_images_are_laid_on_a_background(mode, background, expected):
    decoded = decode(saved(transparent(mode), "PNG"), background)
    assert decoded.image.mode == {"LA": "L", "RGBA": "RGB"}[mode]
    np.testing.assert_array_equal(np.asarray(decoded.image.convert("L")), expected)
    assert decoded.conversions == [f"transparent, laid on {background}"]


def test_hidden_colours_are_no_pixels():
    rgba = noise(0, 8, 8, 4)
    rgba[..., 3] = 0
    rgba[2:6, 2:6, 3] = 255
    seen = np.full((8, 8, 3), 255)
    seen[2:6, 2:6] = rgba[2:6, 2:6, :3]
    np.testing.assert_array_equal(np.asarray(decode(encode(rgba), "white").image), seen)


def test_a_palette_may_hold_a_transparent_colour():
    image = Image.fromarray(np.repeat(np.arange(4, dtype=np.uint8), 4).reshape(4, 4), "P")
    image.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0, 0, 0, 200])
    for kind in ("PNG", "GIF"):
        pixels = np.asarray(decode(saved(image, kind, transparency=2), "white").image)
        assert pixels[:, 0].tolist() == [[0, 0, 0], [200, 0, 0], [255, 255, 255], [0, 0, 200]]


def test_a_grey_value_may_stand_for_transparent():
    decoded = decode(saved(Image.fromarray(np.array([[0, 7], [7, 9]], np.uint8)), "PNG", transparency=7), "white")
    assert np.asarray(decoded.image).tolist() == [[0, 255], [255, 9]]


def test_opaque_alpha_changes_nothing():
    rgba = noise(0, 8, 8, 4)
    rgba[..., 3] = 255
    decoded = decode(encode(rgba), "white")
    np.testing.assert_array_equal(np.asarray(decoded.image), rgba[..., :3])
    assert decoded.conversions == []


def test_ink_of_the_colour_of_the_background_is_refused(tmp_path):
    white = Image.new("L", (16, 16), 255)
    white.putalpha(Image.fromarray(INK))
    path = write_zip(tmp_path / "a.zip", dict.fromkeys(TREE, saved(white, "PNG")))
    with pytest.raises(
        ValueError, match=r"are 255 once the transparent ones are laid on white; set `background` to black$"
    ):
        read_images("ink", path=path)
    np.testing.assert_array_equal(read_images("ink", path=path, background="black").train_images[0, ..., 0], INK)


# ---- bits


def png16(values):
    """Encode a PNG of 16 bits, which Pillow writes in grey only. values: [height, width, channel]"""
    height, width, n_channels = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[n_channels], 0, 0, 0)
    return png_of((b"IHDR", header), (b"IDAT", zlib.compress(rows)))


def png_of(*chunks):
    chunks = [*chunks, (b"IEND", b"")]
    packed = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


DEEP = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)


@pytest.mark.parametrize("n_channels", [1, 3])
def test_16_bits_are_scaled_by_their_range_in_grey_and_colour_alike(n_channels):
    decoded = decode(png16(np.repeat(DEEP[..., np.newaxis], n_channels, axis=2)), "white")
    assert decoded.image.mode == {1: "L", 3: "RGB"}[n_channels]
    pixels = np.asarray(decoded.image).reshape(8, 8, n_channels)
    np.testing.assert_array_equal(pixels, np.repeat(DEEP[..., np.newaxis] // 256, n_channels, axis=2))
    assert decoded.conversions == ["scaled to 8 bits"]


def test_16_bits_with_alpha_are_laid_on_a_background():
    alpha = np.where(DEEP > 30000, 65535, 0).astype(np.uint16)
    for n_channels, mode in ((1, "L"), (3, "RGB")):
        decoded = decode(png16(np.dstack([DEEP] * n_channels + [alpha])), "white")
        assert decoded.image.mode == mode
        np.testing.assert_array_equal(np.asarray(decoded.image.convert("L")), np.where(alpha, DEEP // 256, 255))
        assert decoded.conversions == ["scaled to 8 bits", "transparent, laid on white"]


@pytest.mark.parametrize("kind", ["TIFF", "PGM"])
def test_16_bits_are_scaled_in_other_files(kind):
    content = (
        saved(Image.fromarray(DEEP), "TIFF") if kind == "TIFF" else b"P5 8 8 65535\n" + DEEP.astype(">u2").tobytes()
    )
    decoded = decode(content, "white")
    np.testing.assert_array_equal(np.asarray(decoded.image), DEEP // 256)
    assert decoded.conversions == ["scaled to 8 bits"]


@pytest.mark.parametrize("mode", ["I", "F"])
def test_more_than_16_bits_are_refused(mode):
    with pytest.raises(
        ValueError,
        match=rf"^numbers that are signed or have more than 16 bits \(mode {mode}\); save it with 8 or 16 bits$",
    ):
        decode(saved(Image.new(mode, (8, 8), 7), "TIFF"), "white")


def tiff_of(content, **tags):
    """Encode a TIFF of 2 x 2 pixels as no program at hand writes it; tags by their numbers, as t258=16."""
    tags = {256: 2, 257: 2, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 2, 279: len(content)} | {
        int(name[1:]): value for name, value in tags.items()
    }
    begin = 8 + len(content)
    entries = b"".join(struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in sorted(tags.items()))
    return b"II*\0" + struct.pack("<I", begin) + content + struct.pack("<H", len(tags)) + entries + bytes(4)


def test_that_tiff_is_read_but_for_what_is_refused():
    for tags in ({}, {"t284": 2}):
        assert np.asarray(decode(tiff_of(bytes([1, 2, 3, 4]), **tags), "white").image).tolist() == [[1, 2], [3, 4]]
    deep = tiff_of(zlib.compress(bytes([0, 1, 0, 2, 0, 3, 0, 255])), t258=16, t259=8, t284=2)
    assert np.asarray(decode(deep, "white").image).tolist() == [[1, 2], [3, 255]]


@pytest.mark.parametrize(("content", "said"), [
    (tiff_of(bytes(4), t339=2), "numbers that are signed or have more than 16 bits (mode L)"),
    (tiff_of(bytes(4), t254=1), "a camera's raw file, of which there is only a preview to be read"),
    (tiff_of(bytes(24), t258=16, t262=2, t277=3, t284=2), "channels one after the other"),
    (tiff_of(bytes(4), t258=4, t284=2), "channels one after the other"),
    (tiff_of(bytes(4), t262=0, t284=2), "channels one after the other"),
    (tiff_of(bytes(4), t266=2, t284=2), "channels one after the other"),
    (tiff_of(bytes(8), t277=2, t284=2, t338=1), "channels one after the other"),
    (tiff_of(bytes(12), t262=6, t277=3), "YCbCr colours of fewer pixels"),
    (tiff_of(bytes(16), t262=2, t277=4, t338=0), "4 channels; save it as grey or RGB"),
    (b"SIMPLE  =                    T", "not an image, or of a kind that is not read here"),  # FITS
])  # fmt: skip
def test_what_pillow_would_read_into_other_pixels_is_refused(content, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        decode(content, "white")


def test_a_transparent_level_of_grey_is_found_in_few_bits():
    header = struct.pack(">IIBBBBB", 2, 1, 4, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"tRNS", b"\0\3"), (b"IDAT", zlib.compress(b"\0\x35")))  # the levels 3 and 5, of 15
    assert np.asarray(decode(png_of(*chunks), "white").image).tolist() == [[255, 85]]


def test_grey_that_was_multiplied_by_its_opacity_is_read():
    content = tiff_of(bytes([10, 255, 100, 128, 0, 0, 0, 255]), t277=2, t338=1)
    assert np.asarray(decode(content, "white").image).tolist() == [[10, 227], [255, 0]]


def test_white_may_be_zero_in_a_tiff():
    for bits, values in ((8, (DEEP // 256).astype(np.uint8)), (16, DEEP)):
        content = saved(Image.fromarray(values), "TIFF", tiffinfo={262: 0})
        if bits == 8:  # Pillow turns the values as it writes, and as it reads
            np.testing.assert_array_equal(np.asarray(decode(content, "white").image), DEEP // 256)
        else:
            np.testing.assert_array_equal(np.asarray(decode(content, "white").image), 255 - DEEP // 256)


def test_a_transparent_pixel_hides_no_dark_images(tmp_path):
    alpha = np.full((8, 8), 65535, np.uint16)
    alpha[0, 0] = 0
    path = write_zip(tmp_path / "a.zip", dict.fromkeys(TREE, png16(np.dstack([DEEP // 16, alpha]))))
    with pytest.raises(ValueError, match=r"no pixel of its images of 16 bits \(5\) is brighter than 15 of 255"):
        read_images("deep", path=path)


@pytest.mark.parametrize("n_channels", [1, 3])
def test_12_bits_in_files_of_16_are_refused(n_channels, tmp_path):
    values = np.repeat((DEEP // 16)[..., np.newaxis], n_channels, axis=2)
    path = write_zip(tmp_path / "a.zip", dict.fromkeys(TREE, png16(values)))
    expected = "no pixel of its images of 16 bits (5) is brighter than 15 of 255, as if they used a part of the bits only; scale"
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {expected}')}"):
        read_images("deep", path=path)


def test_dark_images_beside_a_bright_one_are_counted(tmp_path):
    deep = DEEP[..., np.newaxis]
    first, *others = TREE
    path = write_zip(tmp_path / "a.zip", {first: png16(deep), **dict.fromkeys(others, png16(deep // 16))})
    dataset = read_images("deep", path=path)
    assert dataset.conversions == {"of 16 bits without a pixel above 63 of 255": 4, "scaled to 8 bits": 5}


# ---- others


def test_other_conversions_are_said():
    frames = [Image.new("L", (8, 8), value) for value in (50, 200)]
    decoded = decode(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), "white")
    assert np.unique(np.asarray(decoded.image)) == [50]
    assert decoded.conversions == ["animated or of several pages, the first taken"]
    assert decode(saved(Image.new("CMYK", (8, 8)), "TIFF"), "white").conversions == ["converted from CMYK to RGB"]


def test_a_png_with_a_single_wrong_bit_is_refused(tmp_path):
    """Pillow decodes it without a word, to other pixels."""
    content = bytearray(TREE["train/cat/0.png"])
    content[content.index(b"IDAT") + 20] ^= 1
    path = write_zip(tmp_path / "a.zip", {**TREE, "train/cat/0.png": bytes(content)})
    with pytest.raises(
        ValueError, match=r"train/cat/0\.png cannot be read as an image: .*IDAT.*; copy it again, or take it"
    ):
        read_images("a", path=path)


def test_what_is_not_an_image_is_refused_without_an_address():
    with pytest.raises(
        ValueError, match=r"^not an image, or of a kind that is not read here; take the file out, or save"
    ):
        decode(b"text", "white")


def test_more_pixels_than_pillow_decodes_are_refused():
    content = bytearray(png16(DEEP[..., np.newaxis]))
    content[16:33] = struct.pack(">IIBBBBB", 20_000, 20_000, 16, 0, 0, 0, 0) + struct.pack(">I", 0)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    with pytest.raises(ValueError, match=r"400000000 pixels.* exceeds limit.*Make it smaller, or take it out$"):
        decode(bytes(content), "white")


# ---- proportions


def wide(kind="PNG"):
    """Return an image of 24 x 8 pixels: a third black, a third grey, a third white."""
    return encode(np.repeat(np.array([[0, 100, 255]], np.uint8), 8, axis=0).repeat(8, axis=1), kind)


@pytest.mark.parametrize(
    ("fit", "expected", "said"),
    [
        ("squash", [[0, 100, 255]] * 3, "squashed to a square"),
        ("crop", [[100] * 3] * 3, "cropped to a square"),
        ("pad", [[0] * 3, [0, 100, 255], [0] * 3], "padded to a square with black"),
    ],
)
def test_rectangles_become_squares_as_told(fit, expected, said, tmp_path):
    path = write_folder(tmp_path / "a", {"train/a/0.png": wide(), "test/a/0.png": plain(9, 24, 24)})
    dataset = read_images("a", path=path, size=24, fit=fit)
    assert dataset.train_images[0, 4::8, 4::8, 0].tolist() == expected
    assert np.unique(dataset.test_images) == [9]
    assert dataset.conversions == {said: 1}


def test_rectangles_are_refused_without_being_told(tmp_path):
    path = write_folder(tmp_path / "a", {"train/a/0.png": wide(), "test/a/0.png": plain(9)})
    expected = (
        "train/a/0.png has 24 x 8 pixels (width x height), expected a square; to make squares of all, set `fit`: squash"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {expected}')}"):
        read_images("a", path=path, size=8)


def test_a_photo_is_turned_before_it_is_cropped(tmp_path):
    upright = np.zeros((24, 8), np.uint8)
    upright[8:16] = 200
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = saved(Image.fromarray(np.ascontiguousarray(np.rot90(upright))), "PNG", exif=exif)
    path = write_folder(tmp_path / "a", {"train/a/0.png": photo, "train/a/1.png": plain(9), "test/a/0.png": photo})
    dataset = read_images("a", path=path, size=8, fit="crop")
    assert np.unique(dataset.train_images[0]) == [200]
    assert dataset.conversions == {"cropped to a square": 2, "turned as EXIF says": 2}


# ---- the dataset file


def test_the_file_tells_what_was_converted_and_only_then(tmp_path):
    plain_files = read_images("a", path=write_folder(tmp_path / "plain", TREE))
    write_dataset(tmp_path / "plain.h5", plain_files, plain_files.conversions)
    write_dataset(tmp_path / "before.h5", plain_files)
    assert (tmp_path / "plain.h5").read_bytes() == (tmp_path / "before.h5").read_bytes()
    files = {**TREE, "train/cat/7.png": saved(transparent("LA").resize((8, 8)), "PNG")}
    converted = read_images("a", path=write_folder(tmp_path / "converted", files))
    write_dataset(tmp_path / "converted.h5", converted, converted.conversions)
    with h5py.File(tmp_path / "converted.h5") as file:
        assert json.loads(file.attrs["conversions"]) == {"transparent, laid on white": 1}
    assert_same(read_dataset(tmp_path / "converted.h5").dataset, converted)


def test_a_png_whose_pixels_are_damaged_under_sound_checksums_is_refused():
    header = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    with pytest.raises(OSError, match="broken data stream"):
        decode(png_of((b"IHDR", header), (b"IDAT", b"no zlib stream")), "white")
