# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Lines of numbers, as small boards print them, read without a Python object a line.

A decimal number of at most 15 digits and a power of ten up to 22 is one exact product or quotient of
doubles (W. D. Clinger, PLDI (1990) 92); anything longer is left to Python's own reading, so that every value
is the one `float` gives.
"""

import numpy as np

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.math cimport INFINITY, NAN
from libc.stdint cimport int64_t, uint8_t

# What a line is. Letters before a number give their own code; what else begins so is TEXT.
NUMBER, OFF, TEXT, NOISE, LONG, HUGE = 0, 1, 2, 3, 4, 5

cdef double[23] _TENS
cdef int _i
for _i in range(23):
    _TENS[_i] = float(f"1e{_i}")

cdef enum:
    MOST_COLUMNS = 8


cdef int _number(const uint8_t* p, const uint8_t* end, double* value) noexcept nogil:
    """1: read exactly; 2: a number, but for Python to read; 0: no number."""
    cdef int64_t mantissa = 0
    cdef int digits = 0, places = 0, power = 0, sign_power = 1, kept = 0
    cdef bint is_negative = False, has_point = False
    if p < end and (p[0] == 43 or p[0] == 45):
        is_negative = p[0] == 45
        p += 1
    while p < end:
        if 48 <= p[0] <= 57:
            digits += 1
            if kept < 18:
                mantissa = mantissa * 10 + (p[0] - 48)
                kept += mantissa > 0
            else:
                kept += 1
            places += has_point
        elif p[0] == 46 and not has_point:
            has_point = True
        else:
            break
        p += 1
    if digits == 0:
        return 0
    if p < end and (p[0] == 101 or p[0] == 69):
        p += 1
        if p < end and (p[0] == 43 or p[0] == 45):
            sign_power = -1 if p[0] == 45 else 1
            p += 1
        if p >= end or not 48 <= p[0] <= 57:
            return 0
        while p < end and 48 <= p[0] <= 57:
            if power < 100000:
                power = power * 10 + (p[0] - 48)
            p += 1
    if p != end:
        return 0
    power = power * sign_power - places
    if kept > 15 or power > 22 or power < -22:
        return 2
    value[0] = <double> mantissa * _TENS[power] if power >= 0 else <double> mantissa / _TENS[-power]
    if is_negative:
        value[0] = -value[0]
    return 1


def lines(bytes data not None, Py_ssize_t longest):
    """Read whole lines.

    data: ends with a line's end, LF or CR or both. Returns (kinds, values, columns, bad): uint8 (n,) of the
    codes of this module or a capital or small letter that stood before the number; float64 (n, 8), the line's
    numbers from the left, the last one in the last column; uint8 (n,), how many; and uint16 (n,), how many of
    its bytes are no text. Empty lines are left out.
    """
    cdef const uint8_t* p = <const uint8_t*> PyBytes_AS_STRING(data)
    cdef const uint8_t* stop = p + PyBytes_GET_SIZE(data)
    cdef const uint8_t* end
    cdef const uint8_t* q
    cdef const uint8_t* begin
    cdef const uint8_t* first
    cdef Py_ssize_t n = 0, most = (stop - p) // 2 + 1
    cdef int kind, count, ok, bad
    cdef double value = 0.0
    kind_array, value_array = np.empty(most, np.uint8), np.empty((most, MOST_COLUMNS))
    count_array, bad_array = np.empty(most, np.uint8), np.empty(most, np.uint16)
    cdef uint8_t[::1] kinds = kind_array
    cdef uint8_t[::1] counts = count_array
    cdef unsigned short[::1] bads = bad_array
    cdef double[:, ::1] values = value_array
    while p < stop:
        end = p
        while end < stop and end[0] != 10 and end[0] != 13:
            end += 1
        first = begin = p
        q = end
        p = end + 1
        while begin < q and (begin[0] == 32 or begin[0] == 9):
            begin += 1
        while q > begin and ((q - 1)[0] == 32 or (q - 1)[0] == 9):
            q -= 1
        if begin == q:
            continue
        kind, count, bad = 0, 0, 0
        values[n, MOST_COLUMNS - 1] = NAN
        if q - begin > longest:
            kind = 4
        elif q - begin == 1 and begin[0] == 33:
            kind = 1
        else:
            if (65 <= begin[0] <= 90 or 97 <= begin[0] <= 122) and q - begin > 1:
                kind = begin[0]
                begin += 1
            while begin <= q:
                end = begin
                while end < q and end[0] != 44 and end[0] != 9 and end[0] != 32:
                    end += 1
                ok = _number(begin, end, &value)
                if ok == 2:
                    value = float((<const char*> begin)[: end - begin])
                if ok == 0:
                    value = NAN
                if end >= q:
                    values[n, MOST_COLUMNS - 1] = value
                    if ok == 0:
                        kind = 2
                    elif value == INFINITY or value == -INFINITY:
                        kind = 5
                    count += 1
                    break
                if count < MOST_COLUMNS - 1:
                    values[n, count] = value
                    count += 1
                begin = end + 1
        if kind == 2 or kind == 4:
            begin = first
            while begin < p - 1 and bad < 60000:
                bad += begin[0] >= 127 or (begin[0] < 32 and begin[0] != 9)
                begin += 1
            if bad and kind == 2:
                kind = 3
        kinds[n], counts[n], bads[n] = kind, count, bad
        n += 1
    return kind_array[:n], value_array[:n], count_array[:n], bad_array[:n]
