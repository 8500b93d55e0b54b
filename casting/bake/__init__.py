"""The bake: a person built in Blender becomes a pack."""
