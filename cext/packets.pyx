# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Packets of one size in a byte stream, as boards send them: found by a test of each and by their counting.

A byte that marks a beginning also comes by chance, and a CRC of four bits holds once in sixteen times. So the
first packets are believed only when so many stand one after the other and count up, and a later one when it
counts on and those behind it pass the test too, with so weak a CRC also by counting; then the first two of a
row are passed over, because noise before them looks like one of them once in 256 times. OpenBCI Cyton: 33
bytes, A0, a number, eight big-endian 24-bit values, six more bytes, C0 to C6. BITalino: number and CRC-4
(x^4 + x + 1) in the last byte.
"""

import numpy as np

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint8_t
from libc.string cimport memcmp, memcpy

CYTON, BITALINO = 0, 1

cdef extern from *:
    """
    static uint8_t echoel_crc4_step[16], echoel_crc4_byte[256];
    static void echoel_begin_crc4(void) {
        for (int x = 0; x < 16; x++) {
            int y = x;
            for (int k = 0; k < 8; k++) y = y & 8 ? (y << 1 ^ 0x13) : y << 1;
            echoel_crc4_step[x] = y;
        }
        for (int b = 0; b < 256; b++) {
            int y = b >> 4;
            for (int k = 0; k < 4; k++) y = y & 8 ? (y << 1 ^ 0x13) : y << 1;
            echoel_crc4_byte[b] = y ^ (b & 15);
        }
    }
    static int echoel_is_packet(const uint8_t *p, int size, int kind) {
        if (kind == 0) return p[0] == 0xA0 && p[32] >= 0xC0 && p[32] <= 0xC6;
        uint8_t x = 0;
        for (int i = 0; i < size - 1; i++) x = echoel_crc4_step[x] ^ echoel_crc4_byte[p[i]];
        return (echoel_crc4_step[x] ^ echoel_crc4_byte[p[size - 1] & 0xF0]) == (p[size - 1] & 15);
    }
    """
    void _begin_crc4 "echoel_begin_crc4"()
    bint _is_packet "echoel_is_packet"(const uint8_t*, int, int) noexcept nogil

_begin_crc4()


cdef class Packets:
    """Finds one device's packets.

    kind: `CYTON` or `BITALINO`. size: bytes of one, at most 64. confirm: how many must stand in a row,
    counting up, to begin with. ahead: how many behind one must pass the test. skipped: bytes that were no
    packet. broken: how often a packet did not follow where one should. duplicates: packets that came twice.
    """

    cdef int kind, size, confirm, ahead, counts, last, doubted
    cdef bint is_locked, has_last
    cdef uint8_t[64] before
    cdef bytes rest
    cdef int64_t place
    cdef readonly int64_t skipped, broken, duplicates, missing

    def __init__(self, int kind, int size, int confirm, int ahead=0):
        if kind not in (0, 1) or not 2 <= size <= 64 or (kind == 0) > (size == 33):
            raise ValueError("no such kind of packet")
        if min(confirm, ahead + 1) < 1:
            raise ValueError("no such kind of packet")
        self.kind, self.size, self.confirm, self.ahead = kind, size, confirm, ahead
        self.counts = 256 if kind == 0 else 16
        self.place = -1
        self.rest = b""

    cdef inline int _number(self, const uint8_t* p) noexcept nogil:
        return p[1] if self.kind == 0 else p[self.size - 1] >> 4

    cdef int _judge(self, const uint8_t* p, Py_ssize_t left) noexcept nogil:
        """1 for a packet, 0 for none, -1 when more bytes must come first."""
        cdef int k, size = self.size, rows = self.ahead + 1 if self.is_locked else self.confirm
        for k in range(rows):
            if left < (k + 1) * size:
                return -1
            if not _is_packet(p + k * size, size, self.kind):
                return 0
            if k and (self.kind == 1 or not self.is_locked):
                if self._number(p + k * size) != (self._number(p + (k - 1) * size) + 1) % self.counts:
                    return 0
        return 1

    @property
    def dropped(self):
        """What was not taken: reason ("framing", "duplicate") -> count, without noughts."""
        counts = {"framing": self.broken, "duplicate": self.duplicates}
        return {reason: count for reason, count in counts.items() if count}

    def restart(self):
        """Forget half a packet; the next ones must show themselves again."""
        self.rest = b""
        self.is_locked = False

    def feed(self, data):
        """Take bytes in pieces of any size.

        Returns (places, packets): int64 (n,), each packet's number since the first, missing ones counted,
        and uint8 (n, size).
        """
        cdef bytes whole = self.rest + bytes(data) if self.rest else bytes(data)
        cdef const uint8_t* p = <const uint8_t*> PyBytes_AS_STRING(whole)
        cdef Py_ssize_t left = PyBytes_GET_SIZE(whole), count = 0
        cdef int verdict, number, size = self.size
        found = np.empty((left // size + 1, size), np.uint8)
        numbers = np.empty(left // size + 1, np.int64)
        cdef uint8_t[:, ::1] out = found
        cdef int64_t[::1] places = numbers
        with nogil:
            while left >= size:
                number = self._number(p)
                if self.is_locked and number != (self.last + 1) % self.counts:
                    if memcmp(p, self.before, size) == 0:
                        self.duplicates += 1
                        p += size
                        left -= size
                        continue
                    self.is_locked = False
                    self.broken += 1
                verdict = self._judge(p, left)
                if verdict < 0:
                    break
                if verdict == 0:
                    if self.is_locked:
                        self.is_locked = False
                        self.broken += 1
                    else:
                        self.skipped += 1
                        p += 1
                        left -= 1
                    continue
                if not self.is_locked:
                    self.doubted = 2 if self.kind == 1 else 0
                if self.has_last:
                    self.missing += (number - self.last - 1 + self.counts) % self.counts
                    self.place += (number - self.last - 1 + self.counts) % self.counts
                self.place += 1
                self.has_last = self.is_locked = True
                self.last = number
                memcpy(self.before, p, size)
                if self.doubted:
                    self.doubted -= 1
                    self.missing += 1
                else:
                    memcpy(&out[count, 0], p, size)
                    places[count] = self.place
                    count += 1
                p += size
                left -= size
        self.rest = PyBytes_FromStringAndSize(<const char*> p, left) if left else b""
        return numbers[:count], found[:count]


def wide(const uint8_t[:, ::1] packets not None, int first, int channels, double scale):
    """Read big-endian 24-bit values that stand one after the other from `first`.

    Returns float64 (channels, packets). Raises ValueError when they are not all inside.
    """
    cdef Py_ssize_t n = packets.shape[0], i
    cdef int c, at
    if first < 0 or channels < 0 or first + 3 * channels > packets.shape[1]:
        raise ValueError("the packet is shorter than that")
    values = np.empty((channels, n))
    cdef double[:, ::1] out = values
    for i in range(n):
        for c in range(channels):
            at = first + 3 * c
            out[c, i] = scale * <double> (
                (<int> (<signed char> packets[i, at]) * 65536)
                + (packets[i, at + 1] << 8) + packets[i, at + 2]
            )
    return values


def tens(const uint8_t[:, ::1] packets not None, int channels):
    """Read the one to six inputs of BITalino packets: four of 10 bits, two of 6, from the end backwards.

    Returns float64 (channels, packets). Raises ValueError when they are not all inside.
    """
    cdef Py_ssize_t n = packets.shape[0], i, size = packets.shape[1]
    cdef const uint8_t* e
    cdef int c
    if not 1 <= channels <= 6 or size != bitalino_size(channels):
        raise ValueError("so many inputs make other packets")
    values = np.empty((channels, n))
    cdef double[:, ::1] out = values
    for i in range(n):
        e = &packets[i, 0] + size
        for c in range(channels):
            if c == 0:
                out[c, i] = ((e - 2)[0] & 15) << 6 | (e - 3)[0] >> 2
            elif c == 1:
                out[c, i] = ((e - 3)[0] & 3) << 8 | (e - 4)[0]
            elif c == 2:
                out[c, i] = (e - 5)[0] << 2 | (e - 6)[0] >> 6
            elif c == 3:
                out[c, i] = ((e - 6)[0] & 63) << 4 | (e - 7)[0] >> 4
            elif c == 4:
                out[c, i] = ((e - 7)[0] & 15) << 2 | (e - 8)[0] >> 6
            else:
                out[c, i] = (e - 8)[0] & 63
    return values


def bitalino_size(int channels):
    """How many bytes a BITalino packet with so many inputs has."""
    return (12 + 10 * channels + 7) // 8 if channels <= 4 else (52 + 6 * (channels - 4) + 7) // 8
