#define _GNU_SOURCE
#include "plain_scan.h"

#include <sched.h>
#include <stdio.h>

int plain_scan(const char *path, struct plain_scan_counts *counts) {
    static unsigned char buffer[256 << 10];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return -1;
    }
    struct plain_scan_counts found = {0, 0, 0, 0};
    int in_text = 0;
    int is_escaped = 0;
    size_t count;
    while ((count = fread(buffer, 1, sizeof buffer, file)) > 0) {
        found.bytes += count;
        for (size_t index = 0; index < count; index++) {
            unsigned char byte = buffer[index];
            if (in_text) {
                if (is_escaped) {
                    is_escaped = 0;
                } else if (byte == '\\') {
                    is_escaped = 1;
                } else if (byte == '"') {
                    in_text = 0;
                    found.texts++;
                }
            } else if (byte == '"') {
                in_text = 1;
            } else if (byte == ':') {
                found.members++;
            } else if (byte == '\n') {
                found.lines++;
            }
        }
    }
    int failed = ferror(file);
    fclose(file);
    *counts = found;
    return failed ? -1 : 0;
}

int use_one_processor(void) {
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof all, &all) != 0) {
        return -1;
    }
    int last = CPU_SETSIZE - 1;
    while (last > 0 && !CPU_ISSET(last, &all)) {
        last--;
    }
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    return sched_setaffinity(0, sizeof one, &one);
}
