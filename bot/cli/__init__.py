"""The command line: one small file for each group of commands; `app.py` joins them."""
