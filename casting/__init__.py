"""Casting: how the built-in presenters and backgrounds are made; nothing of it runs in a render."""
