"""Casting: how the built-in presenters and backgrounds are made. Nothing here runs when a video is rendered."""
