"""Stage 3: write the scene as SVG."""
