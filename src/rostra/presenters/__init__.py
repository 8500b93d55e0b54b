"""Presenters: who is seen and heard."""
