"""Drills: small graphs with nice numbers and blanks to fill in, checked step by step."""
