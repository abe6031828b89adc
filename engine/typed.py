"""What `typing` gives to type checkers; importing it would take longer than the engine does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import overload as overload
else:

    def overload(function):
        """Mark one of several signatures of the function that follows."""
        return function
