# Only other kernels call these; there is nothing here for Python.
