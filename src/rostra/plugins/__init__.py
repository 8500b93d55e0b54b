"""Rostra's presenters inside other people's frameworks for agents. Each module needs an extra of its own."""
