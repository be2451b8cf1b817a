"""The crops of `single` and `ten`: the image warped to 256×256, its centre, or corners, centre and mirrors."""

import numpy
from PIL import Image


def cut_crops(source, policy):
    """uint8 [1 or 10, 224, 224, 3] of an image file (a path or a file object)."""
    image = Image.open(source).convert("RGB").resize((256, 256), Image.Resampling.BICUBIC)
    pixels = numpy.asarray(image)
    if policy == "single":
        return pixels[None, 16:240, 16:240]
    places = ((0, 0), (0, 32), (32, 0), (32, 32), (16, 16))
    crops = [pixels[top : top + 224, left : left + 224] for top, left in places]
    return numpy.stack(crops + [crop[:, ::-1] for crop in crops])
