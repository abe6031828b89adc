"""Our JSON files: whatever is wrong with one is said in a line, with the file and the place."""

import json
import os
from pathlib import Path

import pytest

from nn.saved.json_file import MOST_BYTES, FileKind, read_json, write_json
from nn.saved.schema import FINITE, TEXT

NOTE = FileKind("glassgrad note", 2, {"text": TEXT, "x": [FINITE]}, "write it again", older=(1,))
CONTENT = {"text": "μ", "x": [0.1, 1e300]}


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.json"
    write_json(path, NOTE, CONTENT)
    return path


def refusal(path: Path) -> str:
    """Return the one line that refuses a file."""
    with pytest.raises((ValueError, OSError)) as caught:
        read_json(path, NOTE)
    message = str(caught.value)
    assert str(path) in message
    assert len(message.splitlines()) == 1
    return message


def test_what_is_written_is_read(note: Path) -> None:
    assert read_json(note, NOTE) == CONTENT


def test_spaces_order_line_ends_and_a_mark_in_front_do_not_matter(note: Path) -> None:
    turned = dict(reversed(json.loads(note.read_text()).items()))
    note.write_bytes(b"\xef\xbb\xbf" + json.dumps(turned, indent=4).replace("\n", "\r\n").encode())
    assert read_json(note, NOTE) == CONTENT


def test_what_would_not_be_read_is_not_written(note: Path) -> None:
    before = note.read_bytes()
    with pytest.raises(ValueError, match=r"not written: x\[1\] must be a finite number, got nan"):
        write_json(note, NOTE, {"text": "", "x": [0.0, float("nan")]})
    assert note.read_bytes() == before


def test_changed_number_is_noticed_unless_the_file_says_that_a_hand_did_it(note: Path) -> None:
    note.write_text(note.read_text().replace("0.1", "0.2"))
    assert 'if you edited it, write "checksum": "edited by hand" in it' in refusal(note)
    content = json.loads(note.read_text())
    note.write_text(json.dumps(content | {"checksum": "edited by hand"}))
    assert read_json(note, NOTE)["x"] == [0.2, 1e300]
    del content["checksum"]
    note.write_text(json.dumps(content))
    assert "has no checksum" in refusal(note)


def test_earlier_version_is_read_without_a_checksum_and_says_so(note: Path) -> None:
    old = {"format": NOTE.name, "version": 1, **CONTENT}
    note.write_text(json.dumps(old))
    with pytest.warns(UserWarning, match="is of version 1, which has no checksum.* save it again"):
        assert read_json(note, NOTE) == CONTENT


@pytest.mark.parametrize("version", [0, 3, True, 2.0, "2", None, [], 10**400])
def test_other_version_is_refused(note: Path, version: object) -> None:
    note.write_text(json.dumps(json.loads(note.read_text()) | {"version": version}))
    assert "this release reads version 1 and 2" in refusal(note)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b" ", "Expecting value"),
        (b"\x00" * 100, "Expecting value"),
        ('{"format"'.encode("utf-16"), "not text in UTF-8"),
        (b'{"text": "\xff"}', "not text in UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"x": 1, "y": 2, "x": 3}', "'x' is in it 2 times"),
        (b"{} {}", "Extra data"),
        (b"[]", "its 'format' must be 'glassgrad note'"),
        (b"null", "its 'format' must be"),
        (b'{"format": ["glassgrad note"]}', "its 'format' must be"),
    ],
)
def test_what_is_no_file_of_ours_is_refused(note: Path, data: bytes, why: str) -> None:
    note.write_bytes(data)
    assert why in refusal(note)


def test_whole_number_of_5000_digits_is_refused_by_its_place(note: Path) -> None:
    note.write_text(note.read_text().replace("0.1", "7" * 5000))
    assert "x[0] must be a finite number, got inf" in refusal(note)


def test_folder_missing_file_pipe_and_gigantic_file_are_refused_at_once(tmp_path: Path) -> None:
    assert "is a folder; name the glassgrad note file in it" in refusal(tmp_path)
    assert "No such file" in refusal(tmp_path / "gone.json")
    assert "too long" in refusal(tmp_path / ("x" * 300)).lower()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "is a pipe or a device" in refusal(tmp_path / "pipe")
    with open(tmp_path / "large.json", "wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert "more than a glassgrad note file can have" in refusal(tmp_path / "large.json")


def test_file_that_may_not_be_read_is_named(note: Path, monkeypatch) -> None:
    def forbidden(_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    assert "cannot read" in refusal(note)
    assert "Permission denied" in refusal(note)
