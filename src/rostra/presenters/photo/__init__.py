"""Own presenters from one photo: a picture of a face becomes a pack.

    reading      the file, or why it is none
    environment  the Python that has the face finder, and how to get it
    sight        what the finder sees (`finder` runs there, in its own process)
    fitness      whether the photo will do, and if not, why
    portrait     the photo on the canvas, the person cut out (`matte`)
    face         rest and expressions of the landmarks (`topology`)
    eyes, mouth, head    the layers
    build        all of these: `from_photo`

Only the finder needs more than the rest of Rostra; what is made is an ordinary pack.
"""

from rostra.presenters.photo.build import from_photo

__all__ = ["from_photo"]
