"""The walls themselves: each is broken on purpose and must say so."""
