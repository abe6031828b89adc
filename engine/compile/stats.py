"""What a program has recorded, compiled and replayed, in numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Stats:
    """Counts and times of a program.

    Attributes:
        recordings: how often it was recorded: per shape of arguments and captured state.
        nodes: how many operations and leaves the last recording has.
        instructions: how many array instructions they became; 0 if replayed as plain Python.
        lanes: the most lanes of any instruction.
        bytes: the size of the buffers of the last shape.
        record_ms: the time of the last recording, in milliseconds.
        compile_ms: the time to make instructions, or plain Python, of it, in milliseconds.
        replays: how often the program has been called.
        audits: how often the function was run again and did the same.
        audit_ms: the time of the last audit, in milliseconds.
    """

    recordings: int = 0
    nodes: int = 0
    instructions: int = 0
    lanes: int = 0
    bytes: int = 0
    record_ms: float = 0.0
    compile_ms: float = 0.0
    replays: int = 0
    audits: int = 0
    audit_ms: float = 0.0

    def __str__(self) -> str:
        if not self.recordings:
            return "not called yet, so nothing is recorded"
        made = "lines of Python"
        if self.instructions:
            made = (
                f"instructions: {self.instructions}, of up to {self.lanes:,} lanes, on "
                f"{self.bytes:,} bytes"
            )
        return (
            f"{self.nodes:,} nodes → {made}; recorded in {self.record_ms:.0f} ms, compiled in "
            f"{self.compile_ms:.0f} ms; recordings {self.recordings}, replays {self.replays}, "
            f"audits {self.audits}"
        )
