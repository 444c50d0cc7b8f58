"""What the house promises, shown on real databases and over real HTTP."""
