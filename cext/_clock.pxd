# What a thread that must never be late asks of the system: a clock, a sleep, a place before all others, and
# memory that is not taken away. Each is asked for politely: where it is refused the box plays on without it.

from libc.stdint cimport int64_t

cdef extern from *:
    """
    #include <pthread.h>
    #include <sched.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <time.h>

    static inline int64_t echoel_now_ns(void) {
        struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }
    static inline void echoel_sleep_until(int64_t ns) {
        struct timespec t; t.tv_sec = ns / 1000000000; t.tv_nsec = ns % 1000000000;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0) { } }
    static inline int echoel_ask_realtime(int priority) {
        struct sched_param p; memset(&p, 0, sizeof p); p.sched_priority = priority;
        return pthread_setschedparam(pthread_self(), SCHED_FIFO, &p) == 0; }
    #ifndef MCL_ONFAULT
    #define MCL_ONFAULT 4
    #endif
    /* Only pages in use, and only those of now: locking whole stacks would cost 8 MB a thread, and locking
       future ones makes an ordinary allocation fail where the limit is small. */
    static inline int echoel_keep_memory(void) { return mlockall(MCL_CURRENT | MCL_ONFAULT) == 0; }
    /* The pages of the stack that rendering will need, before the first sample is due. */
    static inline void echoel_touch_stack(void) {
        volatile char deep[65536]; for (size_t i = 0; i < sizeof deep; i += 1024) deep[i] = 0; }
    static inline int echoel_start(unsigned long *thread, void *(*body)(void *), void *argument) {
        pthread_t made; int failed = pthread_create(&made, NULL, body, argument);
        if (!failed) *thread = (unsigned long)made;
        return failed; }
    static inline void echoel_join(unsigned long thread) { pthread_join((pthread_t)thread, NULL); }
    """
    int64_t now_ns "echoel_now_ns"() noexcept nogil
    void sleep_until "echoel_sleep_until"(int64_t ns) noexcept nogil
    int ask_realtime "echoel_ask_realtime"(int priority) noexcept nogil
    int keep_memory "echoel_keep_memory"() noexcept nogil
    void touch_stack "echoel_touch_stack"() noexcept nogil
    int start_thread "echoel_start"(unsigned long* thread, void* (*body)(void*) noexcept nogil, void* it)
    void join_thread "echoel_join"(unsigned long thread) noexcept nogil
