"""What happens while Rostra works, for those who run it."""
