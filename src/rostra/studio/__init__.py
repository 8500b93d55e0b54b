"""The studio: presenters before backgrounds (avatars), video projects, their scenes, and rendering them."""
