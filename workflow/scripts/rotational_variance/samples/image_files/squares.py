"""Make images square and of one size."""

from PIL import Image, ImageOps

FITS = {  # for images that are not square: what becomes of them
    "squash": "squashed to a square",
    "crop": "cropped to a square",
    "pad": "padded to a square with black",
}
_METHOD = Image.Resampling.BILINEAR


class SizeError(ValueError):
    """An image has not the size or the proportions of the others."""


def to_square(image: Image.Image, size: int | None, fit: str | None) -> tuple[Image.Image, list[str]]:
    """Resize an image to `size` x `size` pixels (bilinear); return it, and what else was done, in words.

    size  None: the image is to be square, and stays as it is
    fit   a key of FITS, for an image that is not square: squash stretches it, crop keeps the largest square in its
          middle, pad adds black at two sides, as rotation does in corners; None: there are none
    Raises SizeError for an image that is not square and cannot be made so.
    """
    is_square = image.width == image.height
    if not is_square and (size is None or fit is None):
        raise SizeError(
            f"has {image.width} x {image.height} pixels (width x height), expected a square; to make squares of all, "
            f"set {'`fit`' if size else '`size`, the pixels of a side, and `fit`'}: {', '.join(FITS)}"
        )
    if size is None:
        return image, []
    if is_square:
        return image.resize((size, size), _METHOD), []
    make = {"squash": Image.Image.resize, "crop": ImageOps.fit, "pad": ImageOps.pad}[fit]
    return make(image, (size, size), _METHOD), [FITS[fit]]
