"""Writes the API reference from the docstrings to out/api; needs `pip install -e ".[docs]"`."""

from pathlib import Path

import pdoc

import engine
import nn

# pdoc looks for public names in a package's dictionary; some are imported when first asked for.
for package in (engine, nn):
    for name in package.__all__:
        setattr(package, name, getattr(package, name))

pdoc.render.configure(docformat="google")
public = ("engine", "nn", "nn.export", "nn.plots")
internal = (r"!engine\.", r"!nn\.(?!data$|export$|plots$|schedules$)")
pdoc.pdoc(*public, *internal, output_directory=Path("out/api"))
