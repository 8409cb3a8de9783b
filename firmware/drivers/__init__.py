"""One chip a file, and beside each its fake: a model of its registers for the simulated board.

Readings flow out of the drivers into `sampling`. A driver touches only the bus or pin that it was given.
"""
