"""Weeks of the real service in a world that is drawn from a seed, breaks at every seam, and can be repeated exactly."""
