"""Findings in words and pictures, and points."""
