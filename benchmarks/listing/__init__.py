"""How quick are the lists at any size, and for any number of viewers? See `__main__.py`."""
