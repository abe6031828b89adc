"""Catch the bug: twelve wrong engines beside the right one, and the shortest proof of each."""
