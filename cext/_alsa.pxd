# The dozen functions of libasound that a sound card needs, found at run time: the package builds and its
# tests run where there is no ALSA. Only the public, stable interface of alsa-lib 1.0 and later.

cdef extern from *:
    """
    #include <dlfcn.h>
    #include <stddef.h>

    typedef struct {
        int (*open)(void **pcm, const char *name, int stream, int mode);
        int (*set_params)(void *pcm, int format, int access, unsigned int channels, unsigned int rate,
                          int soft_resample, unsigned int latency_us);
        long (*writei)(void *pcm, const void *frames, unsigned long count);
        int (*recover)(void *pcm, int error, int silent);
        int (*drop)(void *pcm);
        int (*close)(void *pcm);
        const char *(*strerror)(int error);
    } echoel_alsa;

    static void *echoel_alsa_handle = NULL;

    /* The library prints on standard error by itself; our caller says the same in words a person can use. */
    static void echoel_alsa_quiet(const char *file, int line, const char *function, int error,
                                  const char *format, ...) {
        (void)file; (void)line; (void)function; (void)error; (void)format; }

    static int echoel_alsa_load(echoel_alsa *a, const char *library) {
        void *h = echoel_alsa_handle ? echoel_alsa_handle : dlopen(library, RTLD_NOW | RTLD_LOCAL);
        if (!h) return 0;
        echoel_alsa_handle = h;
        *(void **)&a->open = dlsym(h, "snd_pcm_open");
        *(void **)&a->set_params = dlsym(h, "snd_pcm_set_params");
        *(void **)&a->writei = dlsym(h, "snd_pcm_writei");
        *(void **)&a->recover = dlsym(h, "snd_pcm_recover");
        *(void **)&a->drop = dlsym(h, "snd_pcm_drop");
        *(void **)&a->close = dlsym(h, "snd_pcm_close");
        *(void **)&a->strerror = dlsym(h, "snd_strerror");
        int (*set_handler)(void (*)(const char *, int, const char *, int, const char *, ...)) = NULL;
        *(void **)&set_handler = dlsym(h, "snd_lib_error_set_handler");
        if (set_handler) set_handler(echoel_alsa_quiet);
        return a->open && a->set_params && a->writei && a->recover && a->drop && a->close && a->strerror;
    }
    """
    ctypedef struct Alsa "echoel_alsa":
        int (*open)(void** pcm, const char* name, int stream, int mode) noexcept nogil
        int (*set_params)(void* pcm, int format, int access, unsigned int channels, unsigned int rate,
                          int soft_resample, unsigned int latency_us) noexcept nogil
        long (*writei)(void* pcm, const void* frames, unsigned long count) noexcept nogil
        int (*recover)(void* pcm, int error, int silent) noexcept nogil
        int (*drop)(void* pcm) noexcept nogil
        int (*close)(void* pcm) noexcept nogil
        const char* (*strerror)(int error) noexcept nogil
    int load_alsa "echoel_alsa_load"(Alsa* alsa, const char* library)
