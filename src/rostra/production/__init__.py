"""The line of production: a script becomes a video."""
