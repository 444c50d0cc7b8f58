"""THE RULES: what a clinician signs; pure, and `now` is an argument."""
