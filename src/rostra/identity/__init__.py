"""Identity: who asks, and what they may: Kaltura sessions (KS), their privileges and their checks."""
