"""Checks what students build, and makes a course of lessons: pages, slides, assignments."""

from nn.teach.checking import check
from nn.teach.pages import write_pages

__all__ = ["check", "write_pages"]
