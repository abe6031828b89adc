"""Writes files atomically: whole or not at all, so that a crash never leaves half of one."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ModuleNotFoundError:  # Windows, where only one's own or closed files can be renamed
    flock = None  # type: ignore[assignment]
if sys.platform == "emscripten":  # whose locks lock nothing: each of them succeeds
    flock = None  # type: ignore[assignment]

PREFIX = ".glassgrad-"
OLD = 3600  # seconds after which a temporary file counts as abandoned where files have no locks
REMEDIES = {
    errno.ENOSPC: "free some space, or choose another folder",
    errno.EDQUOT: "free some space, or choose another folder",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EISDIR: "choose another path",
}


def write_atomically(path: str | Path, content: str | bytes) -> Path:
    """Write a file so that a reader finds the old content or all of the new, never a part.

    The content goes to a temporary file in the same folder, which then replaces the file. A
    symbolic link stays one, and the file that it points to is replaced. A file keeps its
    permissions; a new one gets those that the umask allows. Temporary files that a killed process
    has left in the folder are removed.

    Args:
        path: the file; its folder must exist.
        content: text, which is written in UTF-8, or bytes.

    Returns:
        The path.

    Raises:
        OSError: the folder does not exist or cannot be written to, the file is read-only, or the
            disk is full; the old file is unchanged, and no temporary file is left.

    Example:
        >>> import engine
        >>> folder = getfixture("tmp_path")
        >>> engine.write_atomically(folder / "notes.txt", "∂out/∂a").read_text("utf-8")
        '∂out/∂a'
    """
    write_together({path: content})
    return Path(path)


def write_together(
    contents: Mapping[str | Path, str | bytes], *, instead_of: Iterable[Path] = ()
) -> None:
    """Write several files that belong together, each as `write_atomically` does.

    All temporary files are complete before the first of them replaces its file, so that only
    within a fraction of a millisecond some files are old and some new.

    Args:
        contents: by path.
        instead_of: files to remove in the same moment.

    Raises:
        OSError: as of `write_atomically`; no file is changed.
    """
    written: list[tuple[int, Path, Path]] = []
    path: str | Path = ""
    try:
        for path, content in contents.items():
            data = content.encode() if isinstance(content, str) else content
            written += written_beside(Path(path), data)
        for path in instead_of:
            path.unlink(missing_ok=True)
        for _, temporary, path in written:
            os.replace(temporary, os.path.realpath(path))
    except OSError as error:
        raise cannot_write(Path(path), error) from None
    finally:
        for handle, temporary, _ in written:
            temporary.unlink(missing_ok=True)
            if flock is not None:
                os.close(handle)


def written_beside(path: Path, data: bytes) -> list[tuple[int, Path, Path]]:
    """Write a temporary file; return its handle, it and the path, if it is to replace a file.

    Where files have locks the handle stays open, and the file locked, until it has replaced.

    Raises:
        OSError: it cannot be written; none is left.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"cannot write {path.name}: there is no folder {str(path.parent)!r}; make it first"
        )
    if target.exists() and not target.is_file():
        target.write_bytes(data)  # a device or a pipe cannot be replaced
        return []
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(f"cannot write {path}: the file is read-only; choose another name")
    remove_abandoned(target.parent)
    handle, temporary = new_temporary(target.parent)
    try:
        with open(handle, "wb", closefd=False) as file:
            file.write(data)
        os.fsync(handle)
        if target.exists():
            os.chmod(temporary, target.stat().st_mode & 0o7777)
    except BaseException:
        temporary.unlink()
        os.close(handle)
        raise
    if flock is None:  # nothing to hold, and Windows renames closed files only
        os.close(handle)
    return [(handle, temporary, path)]


def new_temporary(folder: Path) -> tuple[int, Path]:
    """Return a new file, open and locked, so that no other process takes it for abandoned."""
    # A short name of its own: a long one with a suffix could be too long. The mode is open()'s.
    temporary = folder / f"{PREFIX}{os.urandom(8).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o666)
    if lock_file(handle) is not False and os.fstat(handle).st_nlink:
        return handle, temporary
    os.close(handle)  # another process has removed it just before
    return new_temporary(folder)


def remove_abandoned(folder: Path) -> None:
    """Remove the temporary files in a folder whose processes have ended."""
    names: list[str] = []
    with suppress(OSError):  # one may write to a folder without reading it
        names = [name for name in os.listdir(folder) if name.startswith(PREFIX)]
    for name in names:
        with suppress(OSError):  # it is gone, or another user's
            handle = os.open(folder / name, os.O_RDONLY)
            try:
                locked = lock_file(handle)
                if locked:
                    os.unlink(folder / name)
                age = time.time() - os.fstat(handle).st_mtime
            finally:
                os.close(handle)
            if locked is None and age > OLD:
                os.unlink(folder / name)


def lock_file(handle: int) -> bool | None:
    """Lock a file or folder until it is closed, or its process has ended.

    Returns:
        Whether it is locked now; False if another has locked it; None where there are no locks.
    """
    if flock is None:
        return None
    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def cannot_write(path: Path, error: OSError) -> OSError:
    """Return an error that names the file, says why it cannot be written, and what to do."""
    if error.strerror is None:
        return error  # says so already
    remedy = REMEDIES.get(error.errno or 0, "choose a folder that you may write to")
    return type(error)(f"cannot write {path}: {error.strerror}; {remedy}")
