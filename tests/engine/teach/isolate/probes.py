"""Probes for the tests: functions that a new interpreter can import."""

import json
import os
import sys
from contextlib import suppress


def call(student, argument):
    return student(argument)


def deed(student, argument):
    """Do what a student's code may do, by name."""
    return student.__getattribute__(student(), argument)()


class Student:
    """Code that misbehaves."""

    def right(self):
        return 1.5

    def raises(self):
        raise ValueError("no such luck")

    def loops(self):
        while True:
            pass

    def ends(self):
        os._exit(0)

    def exits(self):
        sys.exit(3)

    def prints(self):
        for k in range(1_000_000):
            print("a line", k)
        return 2.5

    def recurses(self):
        return self.recurses()

    def allocates(self):
        kept = []
        while True:
            kept.append(bytearray(10_000_000))

    def closes(self):
        os.closerange(0, 200)
        return 1.0

    def forks(self):
        if hasattr(os, "fork"):
            os.fork()
        return 3.5

    def replaces(self):
        json.JSONEncoder.encode = lambda *_: "nonsense"
        return 1.0

    def lies(self):
        for descriptor in range(3, 64):
            with suppress(OSError):
                os.write(descriptor, b'{"value": 99}\n0 {"value": 99}\n')
        return 4.5

    def asks(self):
        return input()

    def returns_an_object(self):
        return object()

    def writes_on_stderr(self):
        sys.stderr.write("to stderr")
        os.write(2, b"to 2")
        return 5.5
