# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""NeuroSky ThinkGear packets: AA AA, length, rows, and a sum of the rows' bytes turned over.

Source: ThinkGear Serial Stream Guide (NeuroSky). A row is any number of 55, a code and one byte, or from code
80 on a length and so many bytes. A packet counts only when its rows fill it to the byte, and the first two
only when one stands right behind the other.
"""

import numpy as np

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int16_t, int64_t, uint8_t

cdef int _SYNC = 0xAA, _LONGEST = 169

cdef class ThinkGear:
    """Finds packets, and reads what they say.

    poor_signal: 0 good to 200 no contact, -1 unknown. attention, meditation, blink: -1 unknown. bands: delta,
    theta, low and high alpha, low and high beta, low and middle gamma. broken: reason -> count.
    """

    cdef bytes rest
    cdef bint is_locked
    cdef readonly int poor_signal, attention, meditation, blink
    cdef int64_t[8] _bands
    cdef int64_t[3] drops

    def __cinit__(self):
        self.rest = b""
        self.poor_signal = self.attention = self.meditation = self.blink = -1

    @property
    def bands(self):
        """Eight powers without a unit."""
        return tuple(self._bands[i] for i in range(8))

    @property
    def dropped(self):
        """Reason -> count."""
        names = ("framing", "sum", "rows")
        return {names[i]: self.drops[i] for i in range(3) if self.drops[i]}

    def restart(self):
        """Forget half a packet."""
        self.rest = b""
        self.is_locked = False

    cdef int _size(self, const uint8_t* p, Py_ssize_t left) noexcept nogil:
        """Bytes of the packet that begins here; 0 when none does, -1 when more must come."""
        cdef int length, i, total = 0, at, step
        if p[0] != _SYNC or (left > 1 and p[1] != _SYNC):
            return 0
        if left < 4:
            return 0 if left > 2 and p[2] > _LONGEST else -1
        length = p[2]
        if length > _LONGEST or length == 0:
            return 0
        if left < length + 4:
            return -1
        for i in range(length):
            total += p[3 + i]
        if (~total & 255) != p[3 + length]:
            self.drops[1] += self.is_locked
            return 0
        at = 0
        while at < length:
            while at < length and p[3 + at] == 0x55:
                at += 1
            if at >= length:
                break
            if p[3 + at] < 0x80:
                step = 2
            else:
                step = 2 + p[4 + at] if at + 1 < length else 1000
                if (p[3 + at] == 0x80 and step != 4) or (p[3 + at] == 0x83 and step != 26):
                    step = 1000
            at += step
        if at != length:
            self.drops[2] += self.is_locked
            return 0
        return length + 4

    cdef void _read(self, const uint8_t* row, int length) noexcept nogil:
        cdef int at = 0, code, i
        while at < length:
            code = row[at]
            if code == 0x55:
                at += 1
                continue
            if code == 0x02:
                self.poor_signal = row[at + 1]
            elif code == 0x04:
                self.attention = row[at + 1]
            elif code == 0x05:
                self.meditation = row[at + 1]
            elif code == 0x16:
                self.blink = row[at + 1]
            elif code == 0x83:
                for i in range(8):
                    self._bands[i] = (
                        row[at + 2 + 3 * i] << 16 | row[at + 3 + 3 * i] << 8 | row[at + 4 + 3 * i]
                    )
            at += 2 if code < 0x80 else 2 + row[at + 1]

    def feed(self, data):
        """Take bytes in pieces of any size.

        Returns (values, poor signal): float64 and int16 (n,): each raw sample, and how it stood then.
        """
        cdef bytes whole = self.rest + bytes(data) if self.rest else bytes(data)
        cdef const uint8_t* p = <const uint8_t*> PyBytes_AS_STRING(whole)
        cdef Py_ssize_t left = PyBytes_GET_SIZE(whole), count = 0
        cdef int size, follower, at, length
        raw = np.empty(left // 4 + 1)
        poor = np.empty(left // 4 + 1, np.int16)
        cdef double[::1] values = raw
        cdef int16_t[::1] states = poor
        with nogil:
            while left > 0:
                size = self._size(p, left)
                if size > 0 and not self.is_locked:
                    follower = self._size(p + size, left - size) if left > size else -1
                    if follower < 0:
                        break
                    if follower == 0:
                        size = 0
                if size < 0:
                    break
                if size == 0:
                    self.drops[0] += self.is_locked
                    self.is_locked = False
                    p += 1
                    left -= 1
                    continue
                self.is_locked = True
                length = size - 4
                self._read(p + 3, length)
                at = 0
                while at < length:
                    if p[3 + at] == 0x80:
                        values[count] = <int16_t> (p[5 + at] << 8 | p[6 + at])
                        states[count] = self.poor_signal
                        count += 1
                    at += 1 if p[3 + at] == 0x55 else (2 if p[3 + at] < 0x80 else 2 + p[4 + at])
                p += size
                left -= size
        self.rest = PyBytes_FromStringAndSize(<const char*> p, left) if left else b""
        return raw[:count], poor[:count]
