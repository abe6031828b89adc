"""Generates the operators of Value and the functions of engine from the table of operations."""

from engine.table.generate import main

if __name__ == "__main__":
    main()
