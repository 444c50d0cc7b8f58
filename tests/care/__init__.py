"""The rules a clinician signs, rule by rule."""
