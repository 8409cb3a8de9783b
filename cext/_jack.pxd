# The functions of libjack that a client with output ports needs, found at run time like those of libasound.
# The same interface is served by JACK 1, JACK 2 and PipeWire (whose library stands in a folder of its own).

from libc.stdint cimport uint32_t

cdef extern from *:
    """
    #include <dlfcn.h>
    #include <stddef.h>
    #include <stdint.h>

    typedef struct {
        void *(*client_open)(const char *name, int options, int *status, ...);
        int (*client_close)(void *client);
        int (*activate)(void *client);
        int (*set_process)(void *client, int (*process)(uint32_t frames, void *it), void *it);
        int (*set_xrun)(void *client, int (*xrun)(void *it), void *it);
        void (*on_shutdown)(void *client, void (*gone)(void *it), void *it);
        void *(*port_register)(void *client, const char *name, const char *type, unsigned long flags,
                               unsigned long buffer_size);
        void *(*port_get_buffer)(void *port, uint32_t frames);
        const char *(*port_name)(const void *port);
        const char **(*get_ports)(void *client, const char *names, const char *types, unsigned long flags);
        int (*connect)(void *client, const char *from, const char *to);
        void (*free)(void *memory);
        uint32_t (*get_sample_rate)(void *client);
        uint32_t (*get_buffer_size)(void *client);
        int (*is_realtime)(void *client);
        void *library;
    } echoel_jack;

    static void echoel_jack_quiet(const char *text) { (void)text; }

    static void *echoel_jack_open(echoel_jack *j, const char *name, int options, int *status,
                                  const char *server) {
        return server ? j->client_open(name, options | 4, status, server)
                      : j->client_open(name, options, status); }

    /* One library stays open for the life of the process: libjack keeps threads of its own. */
    static int echoel_jack_load(echoel_jack *j, const char *library) {
        void *h = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (!h) return 0;
        j->library = h;
        *(void **)&j->client_open = dlsym(h, "jack_client_open");
        *(void **)&j->client_close = dlsym(h, "jack_client_close");
        *(void **)&j->activate = dlsym(h, "jack_activate");
        *(void **)&j->set_process = dlsym(h, "jack_set_process_callback");
        *(void **)&j->set_xrun = dlsym(h, "jack_set_xrun_callback");
        *(void **)&j->on_shutdown = dlsym(h, "jack_on_shutdown");
        *(void **)&j->port_register = dlsym(h, "jack_port_register");
        *(void **)&j->port_get_buffer = dlsym(h, "jack_port_get_buffer");
        *(void **)&j->port_name = dlsym(h, "jack_port_name");
        *(void **)&j->get_ports = dlsym(h, "jack_get_ports");
        *(void **)&j->connect = dlsym(h, "jack_connect");
        *(void **)&j->free = dlsym(h, "jack_free");
        *(void **)&j->get_sample_rate = dlsym(h, "jack_get_sample_rate");
        *(void **)&j->get_buffer_size = dlsym(h, "jack_get_buffer_size");
        *(void **)&j->is_realtime = dlsym(h, "jack_is_realtime");
        const char *loud[] = {"jack_set_error_function", "jack_set_info_function"};
        for (int i = 0; i < 2; i++) {
            void (*set)(void (*)(const char *)) = NULL;
            *(void **)&set = dlsym(h, loud[i]);
            if (set) set(echoel_jack_quiet);
        }
        return j->client_open && j->client_close && j->activate && j->set_process && j->set_xrun
            && j->on_shutdown && j->port_register && j->port_get_buffer && j->port_name && j->get_ports
            && j->connect && j->free && j->get_sample_rate && j->get_buffer_size && j->is_realtime;
    }
    """
    ctypedef struct Jack "echoel_jack":
        int (*client_close)(void* client) noexcept nogil
        int (*activate)(void* client) noexcept nogil
        int (*set_process)(void* client, int (*process)(uint32_t, void*) noexcept nogil,
                           void* it) noexcept nogil
        int (*set_xrun)(void* client, int (*xrun)(void*) noexcept nogil, void* it) noexcept nogil
        void (*on_shutdown)(void* client, void (*gone)(void*) noexcept nogil, void* it) noexcept nogil
        void* (*port_register)(void* client, const char* name, const char* type, unsigned long flags,
                               unsigned long buffer_size) noexcept nogil
        void* (*port_get_buffer)(void* port, uint32_t frames) noexcept nogil
        const char* (*port_name)(const void* port) noexcept nogil
        const char** (*get_ports)(void* client, const char* names, const char* types,
                                  unsigned long flags) noexcept nogil
        int (*connect)(void* client, const char* source, const char* to) noexcept nogil
        void (*free)(void* memory) noexcept nogil
        uint32_t (*get_sample_rate)(void* client) noexcept nogil
        uint32_t (*get_buffer_size)(void* client) noexcept nogil
        int (*is_realtime)(void* client) noexcept nogil
    int load_jack "echoel_jack_load"(Jack* jack, const char* library) noexcept nogil
    void* open_client "echoel_jack_open"(Jack* jack, const char* name, int options, int* status,
                                         const char* server) noexcept nogil
