"""Builds each message that is said to somebody: which words, with which values, under which buttons."""
