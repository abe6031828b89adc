"""Writes a file atomically: whole or not at all, so that a crash never leaves half of one."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: str | Path, content: str | bytes) -> Path:
    """Write a file so that a reader finds the old content or all of the new, never a part.

    The content goes to a temporary file in the same folder, which then replaces the file. A
    symbolic link stays one, and the file that it points to is replaced. A file keeps its
    permissions; a new one gets those that the umask allows.

    Args:
        path: the file; its folder must exist.
        content: text, which is written in UTF-8, or bytes.

    Returns:
        The path.

    Raises:
        OSError: the folder does not exist or cannot be written to, or the disk is full; the old
            file is unchanged, and no temporary file is left.

    Example:
        >>> import engine
        >>> folder = getfixture("tmp_path")
        >>> engine.write_atomically(folder / "notes.txt", "∂out/∂a").read_text("utf-8")
        '∂out/∂a'
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"cannot write {path.name}: there is no folder {str(path.parent)!r}; make it first"
        )
    if target.exists() and not target.is_file():
        target.write_bytes(data)  # a device or a pipe cannot be replaced
        return path
    # A short name of its own: a long one with a suffix could be too long. The mode is open()'s.
    temporary = target.with_name(f".{os.urandom(8).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(temporary, flags, 0o666)
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
        if target.exists():
            os.chmod(temporary, target.stat().st_mode & 0o7777)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path
