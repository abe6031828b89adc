"""Files of pictures: by their suffix, whole or not at all."""

import pytest

import engine
from tests.graphs import fan_out


def test_older_file_stays_where_a_new_one_cannot_be_made(tmp_path, monkeypatch) -> None:
    import sys

    path = engine.draw(fan_out()).save(tmp_path / "p.png")
    older = path.read_bytes()
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(
        ImportError, match=r'needs resvg-py; run: pip install "glassgrad\[images\]"'
    ):
        engine.draw(fan_out() * 2).save(path)
    assert path.read_bytes() == older
    assert list(tmp_path.iterdir()) == [path]


def test_saved_file_replaces_an_older_one_and_leaves_nothing_next_to_it(tmp_path) -> None:
    path = tmp_path / "p.svg"
    path.write_text("older")
    picture = engine.draw(fan_out())
    assert picture.save(path) == path
    assert path.read_text() == picture.svg
    assert list(tmp_path.iterdir()) == [path]
