"""Wire formats: bytes as a device sends them flow in, frames and readings flow out, one file a format.

Every decoder survives any input, counts what it had to drop, and does no I/O.
"""
