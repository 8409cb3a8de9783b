cdef int points_of(const double* t, const double* v, Py_ssize_t n) noexcept nogil
cdef void lay_even(const double* t, const double* v, Py_ssize_t n, double start_s, double rate_hz,
                   double* out, Py_ssize_t count, double* bend, double* work) noexcept nogil
cdef double straighten(double* x, Py_ssize_t n, double hann_start) noexcept nogil
cdef void add_power(const double* x, Py_ssize_t n, double rate_hz, double first_hz, double step_hz,
                    double scale, double* out, int count) noexcept nogil
cdef double band_area(const double* p, int count, double first_hz, double step_hz,
                      double low_hz, double high_hz) noexcept nogil
cdef double band_peak(const double* p, int count, double first_hz, double step_hz,
                      double low_hz, double high_hz, double* height) noexcept nogil
