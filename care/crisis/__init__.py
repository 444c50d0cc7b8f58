"""How danger is put into words, as data for `care/safety.py`."""
