"""Rostra: a self-hosted avatar platform. A script becomes a presenter's video."""

__version__ = "0.1.0"
