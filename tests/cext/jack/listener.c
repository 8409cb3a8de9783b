/* A loudspeaker made of memory: joins a JACK server, takes what is played and writes it to a file.
   listener SERVER FRAMES FILE PORT... ; each PORT is connected as soon as it exists ("-" leaves that to the player),
   then FRAMES frames of all of them are kept, float32, frame by frame, from one common frame on. Prints "ready" when it listens, and at the
   end how often the server was late. The functions are declared by hand: no headers are needed to build it. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PORTS = 8 };
static void *ports[MOST_PORTS];
static int port_count, xruns, is_listening;
static long wanted, kept;
static float *memory;
static void *(*get_buffer)(void *port, uint32_t frames);

static int take(uint32_t frames, void *it) {
    (void)it;
    if (!__atomic_load_n(&is_listening, __ATOMIC_ACQUIRE)) return 0;
    for (int p = 0; p < port_count; p++) {
        const float *in = get_buffer(ports[p], frames);
        for (uint32_t j = 0; j < frames && kept + j < wanted; j++) memory[(kept + j) * port_count + p] = in[j];
    }
    __atomic_store_n(&kept, kept + frames, __ATOMIC_RELEASE);
    return 0;
}

static int count_xrun(void *it) { (void)it; xruns++; return 0; }

int main(int count, char **words) {
    void *h = dlopen("libjack.so.0", RTLD_NOW);
    if (!h || count < 5) return 2;
    void *(*open)(const char *, int, int *, ...) = dlsym(h, "jack_client_open");
    int (*close)(void *) = dlsym(h, "jack_client_close");
    int (*activate)(void *) = dlsym(h, "jack_activate");
    int (*set_process)(void *, int (*)(uint32_t, void *), void *) = dlsym(h, "jack_set_process_callback");
    int (*set_xrun)(void *, int (*)(void *), void *) = dlsym(h, "jack_set_xrun_callback");
    void *(*port_register)(void *, const char *, const char *, unsigned long, unsigned long) =
        dlsym(h, "jack_port_register");
    const char *(*port_name)(const void *) = dlsym(h, "jack_port_name");
    int (*connect)(void *, const char *, const char *) = dlsym(h, "jack_connect");
    get_buffer = dlsym(h, "jack_port_get_buffer");
    int status;
    void *client = open("speakers", 1 | 4, &status, words[1]);
    if (!client) return 3;
    wanted = atol(words[2]);
    port_count = count - 4;
    memory = calloc(wanted * port_count, sizeof(float));
    set_process(client, take, NULL);
    set_xrun(client, count_xrun, NULL);
    for (int p = 0; p < port_count; p++) {
        char name[16];
        snprintf(name, sizeof name, "in_%d", p + 1);
        ports[p] = port_register(client, name, "32 bit float mono audio", 1 | 4, 0);
    }
    if (activate(client)) return 4;
    puts("ready");
    fflush(stdout);
    for (int p = 0; p < port_count; p++) {
        int tries = 0, answer;
        /* 17 is EEXIST: the player has connected itself already. */
        while (words[4 + p][0] != '-' && (answer = connect(client, words[4 + p], port_name(ports[p]))) && answer != 17)
            if (++tries > 4000) return 5;
            else usleep(5000);
    }
    __atomic_store_n(&is_listening, 1, __ATOMIC_RELEASE);
    for (int tries = 0; __atomic_load_n(&kept, __ATOMIC_ACQUIRE) < wanted; tries++)
        if (tries > 12000) return 6;
        else usleep(5000);
    close(client);
    FILE *file = fopen(words[3], "wb");
    fwrite(memory, sizeof(float), wanted * port_count, file);
    fclose(file);
    printf("xruns %d\n", xruns);
    return 0;
}
