"""The library: media entries, how they come in, what is known of them, how they are shown and played."""
