"""The assignments that can be exported: texts and code, with a solution between marks."""
