"""Renamed attributes: the old name reads the new one, and says so."""

import pytest

from nn.renamed import renamed


class Measured:
    std = 1.5

    @renamed("std")
    def spread(self) -> None:
        """Old name of `std`."""


def test_old_name_reads_the_new_attribute_and_names_it() -> None:
    with pytest.warns(DeprecationWarning, match=r"^Measured\.spread is now called std; ") as seen:
        assert Measured().spread == 1.5
    assert seen[0].filename == __file__
