# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The wearable's frames, found and proved in C: `firmware.wire.Decoder`, ten times as fast.

A zero ends a frame; COBS (Cheshire and Baker, IEEE/ACM Trans. Netw. 7 (1999) 159) and a CRC-32 guard the
line, HMAC-SHA256 (RFC 2104, FIPS 180-4) the sender, and a window of the last 64 numbers (RFC 4303) keeps
repeated frames out. The two hashes of the padded key are kept, so that a tag costs what the message costs.
"""

import numpy as np

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.object cimport PyObject_GenericSetAttr
from libc.math cimport NAN
from libc.stdint cimport int16_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memchr, memcpy, memset

from cext._frames cimport (
    DROPS, LONG, LONGEST_FRAME, LONGEST_STUFFED, Found, Key, State, begin_crcs, prove, read_samples, unwrap,
)
from cext._aes cimport aes_key, begin_aes
from cext._sha256 cimport begin_sha, hmac, hmac_key

REASONS = ("long", "stuffing", "short", "crc", "version", "length", "key", "tag", "sealed", "replayed")
_NAMES = (
    "sensor_id", "channel", "sequence", "sensor_time_s", "arrival_s", "values", "rate_hz", "unit",
    "is_simulated", "has_contact",
)
cdef int _SAMPLES = 2, _INTERVALS = 3, _SAMPLES_SIZE = 10

begin_aes()
begin_crcs()
begin_sha(True)


def tag(key, message, int size=32, bint may_be_native=True):
    """The first bytes of HMAC-SHA256.

    may_be_native: False hashes without the processor's own instructions, as a machine without them does.
    """
    cdef bytes secret = bytes(key), whole = bytes(message)
    cdef uint32_t[8] inner
    cdef uint32_t[8] outer
    cdef uint8_t[32] out
    begin_sha(may_be_native)
    hmac_key(<const uint8_t*> PyBytes_AS_STRING(secret), len(secret), inner, outer)
    hmac(inner, outer, <const uint8_t*> PyBytes_AS_STRING(whole), len(whole), out)
    begin_sha(True)
    return PyBytes_FromStringAndSize(<const char*> out, min(max(size, 0), 32))


cdef class Wire:
    """Reads one line, or one link that brings whole frames.

    keys: key id -> key of any length; `{0: b""}` lets unkeyed frames in. ciphers: key id -> 16 bytes that
    unseal its frames. `feed` and `frame` find, then `boot_end` and `frames` give what was found until the
    next `feed`. Raises ValueError for a bad key id or cipher key.
    """

    cdef State state
    cdef Py_ssize_t room
    cdef bytes rest
    cdef bint is_skipping
    cdef int64_t[256] sequences
    cdef bint has_boot, has_time, has_sent
    cdef uint16_t boot
    cdef uint32_t last_ms
    cdef int64_t wraps_ms
    cdef readonly int64_t accepted

    def __cinit__(self, dict keys not None, dict ciphers=None):
        cdef bytes secret
        cdef Key* key
        cdef int i
        self.state.keys = <Key*> malloc(256 * sizeof(Key))
        if self.state.keys == NULL:
            raise MemoryError
        memset(self.state.keys, 0, 256 * sizeof(Key))
        for i in range(256):
            self.sequences[i] = -1
        for number, given in keys.items():
            if not 0 <= number <= 255:
                raise ValueError("a key id is a number from 0 to 255")
            key = &self.state.keys[<int> number]
            secret = bytes(given)
            hmac_key(<const uint8_t*> PyBytes_AS_STRING(secret), len(secret), key.inner, key.outer)
            key.is_known, key.proves_boot = True, number != 0
        for number, given in (ciphers or {}).items():
            if not 0 <= number <= 255 or len(given) != 16:
                raise ValueError("a cipher has a key id from 0 to 255 and a key of 16 bytes")
            key = &self.state.keys[<int> number]
            secret = bytes(given)
            aes_key(<const uint8_t*> PyBytes_AS_STRING(secret), key.rounds)
            key.unseals = True
        self.rest = b""

    def __dealloc__(self):
        free(self.state.keys)
        free(self.state.found)
        free(self.state.bodies)

    @property
    def count(self):
        """How many frames the last piece brought."""
        return self.state.count

    @property
    def lost(self):
        """Frames whose numbers never came."""
        return self.state.lost

    @property
    def dropped(self):
        """Reason -> count, of what could not be believed."""
        return {REASONS[i]: self.state.drops[i] for i in range(DROPS) if self.state.drops[i]}

    def restart(self):
        """Forget half a frame."""
        self.feed(b"\0")

    cdef int _make_room(self, Py_ssize_t size) except -1:
        """Room for the frames and bytes of a piece; bodies are never longer than what they came in."""
        cdef void* found
        cdef void* bodies
        if size <= self.room:
            return 0
        found = realloc(self.state.found, (size // 24 + 2) * sizeof(Found))
        if found == NULL:
            raise MemoryError
        self.state.found = <Found*> found
        bodies = realloc(self.state.bodies, size + 16)
        if bodies == NULL:
            raise MemoryError
        self.state.bodies = <uint8_t*> bodies
        self.room = size
        return 0

    def feed(self, data):
        """Take bytes of a line, in pieces of any size; give how many good frames they complete."""
        cdef bytes whole = self.rest + bytes(data) if self.rest else bytes(data)
        cdef const uint8_t* at = <const uint8_t*> PyBytes_AS_STRING(whole)
        cdef Py_ssize_t left = PyBytes_GET_SIZE(whole), length
        cdef const uint8_t* end
        cdef uint8_t* body
        self._make_room(left)
        body = self.state.bodies
        self.state.count = 0
        with nogil:
            while left > 0:
                end = <const uint8_t*> memchr(at, 0, left)
                if end == NULL:
                    break
                length = end - at
                if length > 0 and not self.is_skipping:
                    body += unwrap(&self.state, at, length, body)
                self.is_skipping = False
                left -= length + 1
                at = end + 1
        if left > LONGEST_STUFFED:
            if not self.is_skipping:
                self.state.drops[LONG] += 1
            self.is_skipping = True
            left = 0
        self.rest = PyBytes_FromStringAndSize(<const char*> at, left) if left else b""
        self.accepted += self.state.count
        return self.state.count

    def frame(self, data):
        """Take one frame as a notification brings it; give 1, or 0 when it must not be believed."""
        cdef bytes whole = bytes(data)
        cdef Py_ssize_t size = PyBytes_GET_SIZE(whole)
        self._make_room(size)
        self.state.count = 0
        if size <= LONGEST_FRAME:
            memcpy(self.state.bodies, PyBytes_AS_STRING(whole), size)
            prove(&self.state, self.state.bodies, size)
        else:
            self.state.drops[LONG] += 1
        self.accepted += self.state.count
        return self.state.count

    def boot_end(self, Py_ssize_t first):
        """The frames from `first` on that one start of the wearable made.

        Returns (one past the last, whether another start begins here, newest sensor time in s or NaN).
        """
        cdef Py_ssize_t i = first
        cdef double newest_s = NAN, end_s
        cdef bint is_new = False
        cdef Found* one
        if first >= self.state.count:
            return first, False, newest_s
        if not self.has_boot or self.state.found[first].boot != self.boot:
            is_new = True
            self.has_boot, self.has_time, self.wraps_ms = True, False, 0
            self.boot = self.state.found[first].boot
            self.state.found[first].lost += self.has_sent
        while i < self.state.count and self.state.found[i].boot == self.boot:
            one = &self.state.found[i]
            if self.has_time and self.last_ms > one.time_ms and self.last_ms - one.time_ms > (1U << 31):
                self.wraps_ms += (<int64_t> 1) << 32
            self.has_time, self.last_ms = True, one.time_ms
            one.time_s = <double> (self.wraps_ms + one.time_ms) / 1000.0
            end_s = NAN
            if one.kind == _SAMPLES and read_samples(one, self.state.bodies):
                end_s = one.time_s + (max(one.values, 1) - 1) / <double> one.rate_hz
            elif one.kind == _INTERVALS:
                end_s = one.time_s
            if end_s == end_s and not end_s <= newest_s:
                newest_s = end_s
            i += 1
        return i, is_new, newest_s

    def frames(
        self, Py_ssize_t first, Py_ssize_t end, double offset_s, double drift, double arrival_s,
        type made not None, str sensor_id not None, tuple channels not None, tuple units not None, other,
    ):
        """Make what `boot_end` gave to sensor frames, in order.

        offset_s, drift: box time = sensor time + offset + drift x sensor time. made: the frames' class.
        other(kind, payload, box time in s, key id): makes a frame of what is no samples, or None. channels,
        units: by the number on the wire.
        """
        cdef Py_ssize_t i, j, total = 0, place = 0
        cdef Found* one
        cdef int16_t count
        cdef const uint8_t* raw
        cdef double[::1] values
        cdef list out = []
        for i in range(first, end):
            total += self.state.found[i].values
        pool = np.empty(max(total, 1))
        values = pool
        names = _NAMES
        for i in range(first, end):
            one = &self.state.found[i]
            if one.lost:
                for j in range(256):
                    if self.sequences[j] >= 0:
                        self.sequences[j] += one.lost
            if not one.is_samples or one.channel >= len(channels):
                payload = PyBytes_FromStringAndSize(<const char*> self.state.bodies + one.start, one.length)
                told = other(one.kind, payload, one.time_s + offset_s + drift * one.time_s, one.key_id)
                if told is not None:
                    out.append(told)
                continue
            raw = self.state.bodies + one.start + _SAMPLES_SIZE
            for j in range(one.values):
                count = <int16_t> (raw[2 * j] | raw[2 * j + 1] << 8)
                values[place + j] = NAN if count == -32768 else <double> count * <double> one.scale
            told = made.__new__(made)
            PyObject_GenericSetAttr(told, names[0], sensor_id)
            PyObject_GenericSetAttr(told, names[1], channels[one.channel])
            PyObject_GenericSetAttr(told, names[2], self.next_sequence(one.channel))
            PyObject_GenericSetAttr(told, names[3], one.time_s + offset_s + drift * one.time_s)
            PyObject_GenericSetAttr(told, names[4], arrival_s)
            PyObject_GenericSetAttr(told, names[5], pool[place : place + one.values])
            PyObject_GenericSetAttr(told, names[6], <double> one.rate_hz)
            PyObject_GenericSetAttr(told, names[7], units[one.channel])
            PyObject_GenericSetAttr(told, names[8], False)
            PyObject_GenericSetAttr(told, names[9], (one.flags & 2 != 0) if one.flags & 1 else None)
            out.append(told)
            place += one.values
        return out

    cpdef int64_t next_sequence(self, int channel) except -1:
        """Count one more frame of a channel; give its number."""
        if not 0 <= channel <= 255:
            raise ValueError("a channel is a number from 0 to 255")
        self.has_sent = True
        self.sequences[channel] = max(self.sequences[channel], 0)
        self.sequences[channel] += 1
        return self.sequences[channel] - 1
