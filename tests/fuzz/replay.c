/* replay.c -- main() for a fuzz target without libFuzzer: runs it on the files named. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    uint8_t *data = NULL;
    size_t len = 0, room = 0, got;
    FILE *f = fopen(path, "rb");
    if (!f)
        return perror(path), -1;
    do {
        room = room ? 2 * room : 4096;
        uint8_t *grown = realloc(data, room);
        if (!grown)
            abort();
        data = grown;
        got = fread(data + len, 1, room - len, f);
        len += got;
    } while (len == room);
    fclose(f);
    LLVMFuzzerTestOneInput(data, len);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed |= replay_file(argv[i]);
    return failed ? 1 : 0;
}
