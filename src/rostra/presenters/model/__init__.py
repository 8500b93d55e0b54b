"""Own presenters from 3D models: glTF 2.0 and VRM become packs."""

from rostra.presenters.model.bake import bake

__all__ = ["bake"]
