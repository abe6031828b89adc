"""Our JSON files: written whole, checked when read; and fingerprints of what they belong to."""
