# For other kernels only: nothing here is seen from Python.
