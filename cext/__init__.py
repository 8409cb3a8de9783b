"""Cython kernels: samples flow in, samples or events flow out.

No I/O, no policy, no allocation in a loop; this package imports nobody.
"""
