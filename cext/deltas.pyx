# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Samples packed into bits: differences of any width, and whole numbers of one to four bytes.

Polar straps send one whole sample of each channel and then blocks of differences: bits of each, how many
samples, and the differences packed from the lowest bit of the first byte on, each with its sign in the
highest bit. Ganglion boards pack 18 or 19 bits from the highest bit on, with the sign in the lowest.
"""

import numpy as np

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t


def whole(bytes data not None, Py_ssize_t first, int size, int channels, double scale=1.0):
    """Read little-endian signed numbers of `size` bytes that fill the rest of the data.

    Returns float64 (channels, samples), or None when they do not fill it.
    """
    cdef const uint8_t* p = <const uint8_t*> PyBytes_AS_STRING(data)
    cdef Py_ssize_t left = PyBytes_GET_SIZE(data) - first, n, i
    cdef int c, k, shift = 64 - 8 * size
    cdef int64_t value
    if not 1 <= size <= 4 or channels < 1 or first < 0 or left < 0 or left % (size * channels):
        return None
    n = left // (size * channels)
    values = np.empty((channels, n))
    cdef double[:, ::1] out = values
    p += first
    for i in range(n):
        for c in range(channels):
            value = 0
            for k in range(size):
                value |= <int64_t> (<uint64_t> p[k] << (8 * k + shift))
            out[c, i] = scale * <double> (value >> shift)
            p += size
    return values


def packed(bytes data not None, Py_ssize_t first, int bits, int channels, double scale=1.0):
    """Read a whole sample of `bits` bits a channel, rounded up to bytes, and the blocks of differences
    behind.

    Returns float64 (channels, samples), or None when the lengths lie or a width is over 32 bits.
    """
    cdef const uint8_t* p = <const uint8_t*> PyBytes_AS_STRING(data)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(data), at = first, n = 1, need, i
    cdef int width = (bits + 7) // 8, c, k, wide
    cdef int64_t[16] level
    cdef int64_t value
    cdef uint64_t held
    cdef int have
    if not 1 <= bits <= 32 or not 1 <= channels <= 16 or first < 0 or size < first + width * channels:
        return None
    at += width * channels
    while at < size:
        if at + 2 > size or not 1 <= p[at] <= 32:
            return None
        need = (<Py_ssize_t> p[at] * p[at + 1] * channels + 7) // 8
        if at + 2 + need > size:
            return None
        n += p[at + 1]
        at += 2 + need
    values = np.empty((channels, n))
    cdef double[:, ::1] out = values
    at = first
    for c in range(channels):
        value = 0
        for k in range(width):
            value |= <int64_t> (<uint64_t> p[at + k] << (8 * k))
        level[c] = <int64_t> (<uint64_t> value << (64 - 8 * width)) >> (64 - 8 * width)
        out[c, 0] = scale * <double> level[c]
        at += width
    n = 1
    while at < size:
        wide = p[at]
        need = (<Py_ssize_t> wide * p[at + 1] * channels + 7) // 8
        held, have = 0, 0
        k = 0
        for i in range(n, n + p[at + 1]):
            for c in range(channels):
                while have < wide:
                    held |= <uint64_t> p[at + 2 + k] << have
                    k += 1
                    have += 8
                level[c] += <int64_t> (held << (64 - wide)) >> (64 - wide)
                held >>= wide
                have -= wide
                out[c, i] = scale * <double> level[c]
        n += p[at + 1]
        at += 2 + need
    return values


def ganglion(bytes data not None, int bits, int32_t[::1] before not None):
    """Read the two samples of four channels in one packet: each what the last was, less its difference.

    bits: 18 or 19, from byte 1 on. before: the last sample, (4,), and set to the newest. Returns int32
    (4, 2), or None when the packet is too short.
    """
    cdef const uint8_t* p = <const uint8_t*> PyBytes_AS_STRING(data)
    cdef int at = 8, i, _k
    cdef uint32_t value
    if bits not in (18, 19) or before.shape[0] != 4 or PyBytes_GET_SIZE(data) < 1 + bits:
        return None
    values = np.empty((4, 2), np.int32)
    cdef int32_t[:, ::1] out = values
    for i in range(8):
        value = 0
        for _k in range(bits):
            value = value << 1 | (p[at >> 3] >> (7 - (at & 7)) & 1)
            at += 1
        if value & 1:
            value |= <uint32_t> 0xFFFFFFFF << bits
        before[i % 4] = <int32_t> (<uint32_t> before[i % 4] - value)
        out[i % 4, i // 4] = before[i % 4]
    return values
