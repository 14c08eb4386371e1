"""Decode an image file to the pixels that a person sees: 8 bits, grey or RGB, upright, without transparency.

Pillow decodes; it does by itself neither turn images as EXIF says nor lay them on a background, and cuts 16 bits off.
"""

import io
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

with suppress(ModuleNotFoundError):  # one of the project's packages, but not of its environments for conda
    from pi_heif import register_heif_opener

    register_heif_opener()

Image.init()
# What Pillow reads into other pixels of these is refused below. It knows more kinds, such as FITS and JPEG 2000, of
# which it reads some wrongly, without a word.
KINDS = ("AVIF", "BMP", "GIF", "HEIF", "ICO", "JPEG", "PCX", "PNG", "PPM", "PSD", "QOI", "TGA", "TIFF", "WEBP")
FORMATS = [kind for kind in KINDS if kind in Image.OPEN]

GREY_MODES = {"1", "L", "LA", "La"}
_ORIENTATION = 0x0112  # EXIF's tag; 1 is upright
_TURNED = range(2, 9)
_XMP = ("xmp", "XML:com.adobe.xmp")  # Pillow's names for it
# Tags of TIFF, and values of them.
_KIND, _N_BITS, _COMPRESSION, _PHOTOMETRIC, _BIT_ORDER, _N_CHANNELS = 254, 258, 259, 262, 266, 277
_PLANES, _SAMPLE_FORMAT, _COARSER, _DNG = 284, 339, 530, 50706
_IS_PREVIEW, _BARE, _WHITE_IS_ZERO, _YCBCR, _APART, _SIGNED = 1, 1, 0, 6, 2, 2
_GREY_STEP = {"L;2": 85, "L;4": 17}  # between two levels of grey
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}

UPRIGHT = "turned as EXIF says"
EIGHT_BITS = "scaled to 8 bits"
FIRST_FRAME = "animated or of several pages, the first taken"


class NotAnImageError(ValueError):
    """A file is not an image, or of a kind that is not read here."""


@dataclass(frozen=True)
class Pixels:
    """An image of mode L or RGB.

    conversions  what was converted to get it, in words
    brightest    its brightest value, 0 to 255, of what is not transparent, if it had more than 8 bits; else None
    """

    image: Image.Image
    conversions: list[str]
    brightest: int | None


def laid_on(background: str) -> str:
    """Return the words for a transparent image that was laid on a background."""
    return f"transparent, laid on {background}"


def decode(content: bytes, background: str) -> Pixels:
    """Decode the content of an image file.

    background  white, as image viewers show transparent images, or black: what these are laid on
    Raises ValueError, or another error of Pillow's, for content that has more than 16 bits or is damaged;
    NotAnImageError for content of another kind.
    """
    if not content:
        raise ValueError("it is empty; copy it again, or take it out")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, about large photos and odd files that it reads all the same
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.format == "PNG":  # the checksums of its parts, which Pillow passes over as it decodes
                    image.verify()
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                return _decode(image, background)
    except UnidentifiedImageError:
        raise NotAnImageError(_not_an_image(content)) from None
    except Image.DecompressionBombError as error:
        raise ValueError(f"{error} Make it smaller, or take it out") from error


def _not_an_image(content: bytes) -> str:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "HEIC needs the package pi-heif; install it, or save the image as JPEG"
    return "not an image, or of a kind that is not read here; take the file out, or save it as PNG or JPEG"


def _decode(image: Image.Image, background: str) -> Pixels:
    if image.format == "TIFF":
        _check_tiff(image)
    conversions = []
    if getattr(image, "is_animated", False) and image.format != "MPO":  # a photo with a preview beside it
        conversions.append(FIRST_FRAME)
    depth, orientation = _depth(image), _orientation(image)  # in this order, and before loading, which forgets both
    is_grey = image.mode in GREY_MODES or image.mode.startswith("I") or depth.startswith("LA")
    image.load()
    key = image.info.get("transparency")
    if isinstance(key, int):  # Pillow compares it with levels that it has stretched to 8 bits
        image.info["transparency"] = key * _GREY_STEP.get(depth, 1)
    if image.mode == "La":  # grey that was multiplied by its opacity
        image = image.convert("LA")
    if orientation in _TURNED:
        conversions.append(UPRIGHT)
        if _orientation(image) == orientation:  # Pillow turns TIFF by itself
            image = ImageOps.exif_transpose(image)
    is_deep = image.mode.startswith("I") or (re.search(";1[26]", depth) is not None and not depth.startswith("BGR;"))
    if image.mode.startswith(("I", "F")):
        image = _to_8_bits(image, depth)
    brightest = None
    if is_deep:
        conversions.append(EIGHT_BITS)
        brightest = _brightest(image)
    if image.has_transparency_data:
        image, is_laid = _lay(image, background, is_deep)
        conversions += [laid_on(background)] * is_laid
    elif image.mode == "LAB":
        raise ValueError("LAB colours, which Pillow does not convert; save it as RGB")
    elif image.mode not in {*GREY_MODES, "P", "RGB"}:
        conversions.append(f"converted from {image.mode} to RGB")
    return Pixels(image.convert("L" if is_grey else "RGB"), conversions, brightest)


def _check_tiff(image: Image.Image) -> None:
    """Raise ValueError for a TIFF of which Pillow would read other pixels than it holds, without a word."""

    def numbers(tag: int, default: int) -> list[int]:
        return [int(number) for number in np.atleast_1d(image.tag_v2.get(tag, default))]

    if numbers(_KIND, 0)[0] & _IS_PREVIEW or _DNG in image.tag_v2:
        raise ValueError("a camera's raw file, of which there is only a preview to be read; save it as PNG or JPEG")
    if _SIGNED in numbers(_SAMPLE_FORMAT, 1):
        raise _number_error(image)
    n_channels = numbers(_N_CHANNELS, 1)[0]
    if n_channels > len(image.getbands()):
        raise ValueError(f"{n_channels} channels; save it as grey or RGB, with or without transparency")
    is_bare = numbers(_COMPRESSION, _BARE) == [_BARE]
    is_plain = max(numbers(_N_BITS, 1)) == 8 and image.mode in {"L", "RGB", "RGBA", "CMYK"}
    is_plain &= numbers(_PHOTOMETRIC, 1) != [_WHITE_IS_ZERO] and numbers(_BIT_ORDER, 1) == [1]
    if numbers(_PLANES, 1) == [_APART] and not is_plain and (is_bare or n_channels > 1):
        raise ValueError("channels one after the other; save them pixel by pixel, or as PNG")
    if is_bare and numbers(_PHOTOMETRIC, 1) == [_YCBCR] and numbers(_COARSER, 2) != [1, 1]:
        raise ValueError("YCbCr colours of fewer pixels, not compressed; save it as RGB")


def _number_error(image: Image.Image) -> ValueError:
    return ValueError(
        f"numbers that are signed or have more than 16 bits (mode {image.mode}); save it with 8 or 16 bits"
    )


def _orientation(image: Image.Image) -> int:
    """Return EXIF's orientation. Pillow would take that of XMP where EXIF has none, as no browser does."""
    if image.format == "PNG":
        image.load()  # EXIF and XMP may stand behind its pixels; an error of these is not one of EXIF
    try:
        for key in _XMP:
            image.info.pop(key, None)
        return image.getexif().get(_ORIENTATION, 1)
    except Exception:  # Pillow raises many types for damaged EXIF, with which viewers show the image as it is stored
        return 1


def _depth(image: Image.Image) -> str:
    """Return Pillow's name for how pixels are stored, such as "RGB;16B": it opens 16-bit colour as RGB of 8 bits."""
    arguments = image.tile[0].args if image.tile else ""
    name, *others = arguments if isinstance(arguments, tuple) and arguments else (arguments,)
    if image.format == "PPM" and others and others[0] > 255:
        return f"{name};16"
    return name if isinstance(name, str) else ""


def _to_8_bits(image: Image.Image, depth: str) -> Image.Image:
    """Scale a grey image by the range of its type (white is 2^16 - 1 or 2^12 - 1): to its high 8 bits, as in colour."""
    if not (image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM")):
        raise _number_error(image)
    n_bits = 12 if "12" in depth else 16
    values = np.asarray(image).astype(np.uint16)  # [height, width]
    grey = Image.fromarray((values >> (n_bits - 8)).astype(np.uint8))
    if image.format == "TIFF" and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        grey = ImageOps.invert(grey)  # as Pillow does up to 8 bits
    key = image.info.get("transparency")
    if key is not None:
        grey.putalpha(Image.fromarray(np.where(values == key, 0, 255).astype(np.uint8)))
    return grey


def _brightest(image: Image.Image) -> int:
    pixels = np.asarray(image.convert("RGBA"))  # [height, width, channel]
    return int(pixels[..., :3][pixels[..., 3] > 0].max(initial=0))


def _lay(image: Image.Image, background: str, is_deep: bool) -> tuple[Image.Image, bool]:
    """Lay an image on a background; say whether anything in it was transparent."""
    if is_deep and "transparency" in image.info and image.mode == "RGB":
        raise ValueError("a colour of 16 bits that stands for transparent; save it with 8 bits, or an alpha channel")
    layer = image.convert("RGBA")
    if layer.getchannel("A").getextrema()[0] == 255:
        return image, False
    canvas = Image.new("RGBA", image.size, background)
    canvas.alpha_composite(layer)
    return canvas.convert("RGB"), True
