"""Picture: motion to frames to files."""
