"""Data sets: generated, bundled with a library, or read from a CSV file."""

from nn.data.builtin import NAMES, load
from nn.data.dataset import Dataset, Scaling
from nn.data.generators import blobs, circles, moons, spirals, xor
from nn.data.read_csv import read_csv
from nn.data.text_file import DataError

__all__ = [
    "NAMES",
    "DataError",
    "Dataset",
    "Scaling",
    "blobs",
    "circles",
    "load",
    "moons",
    "read_csv",
    "spirals",
    "xor",
]
