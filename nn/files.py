"""Reads the JSON files of this library, and makes fingerprints of data and settings."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


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
