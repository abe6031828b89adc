"""Writes files whole or not at all, and reads the JSON files of this library."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path


def write_whole(path: str | Path, content: str | bytes) -> Path:
    """Write a file through a temporary one beside it; an old one stays until it is complete.

    Raises:
        OSError: the folder does not exist or cannot be written to, or the disk is full.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"cannot write {path.name}: there is no folder {str(path.parent)!r}; make it first"
        )
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise type(error)(
            f"cannot write {path.name} in {str(path.parent)!r}: {error.strerror}; "
            "choose a folder that you may write to"
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files for their owner alone; a picture or a model is for everybody to read.
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def read_json(path: str | Path, kind: str, version: int) -> dict[str, object]:
    """Read one of our own JSON files.

    Args:
        path: the file.
        kind: what its "format" field must say, such as "glassgrad model".
        version: the newest version this code reads.

    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: it is cut short, of another kind, or of a newer version.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path.name} is not a whole {kind} file: {error}; it was cut short or is another "
            "kind of file, so write it again"
        ) from None
    if not isinstance(content, dict) or content.get("format") != kind:
        raise ValueError(f"{path.name} is not a {kind} file: its 'format' field must say {kind!r}")
    if content.get("version") != version:
        raise ValueError(
            f"{path.name} is version {content.get('version')} of a {kind} file; this release reads "
            f"version {version}, so write it again with this release"
        )
    return content


def fingerprint(*things: object) -> str:
    """Return a short text that differs for different data and settings."""
    return hashlib.sha256(repr(things).encode()).hexdigest()[:16]
