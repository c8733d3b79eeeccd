"""Releases: what goes out, whether it is well, and the way back."""
