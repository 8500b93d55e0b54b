"""Own presenters from 3D models: glTF 2.0 and VRM become packs.

    container, accessors    the file, its arrays; every bound checked
    nodes, scene            what stands where, as one mesh in its pose of rest
    materials, pictures     what it is made of
    names, vrm, faces       blendshapes and expressions become channels of motion
    skeleton, portrait      arms that hang; the camera before the face
    figure, roles           the model on the canvas; which part is what
    cover, light, photograph    a small rasteriser and its studio
    keys, nets, cutter      what layers are made with
    inside, skin, layers, sheets    the layers of the pack
    bake                    all of these: `from_model`

It needs no GPU, no window and no other program; what is made is an ordinary pack.
"""

from rostra.presenters.model.bake import from_model

__all__ = ["from_model"]
