#ifndef PLAIN_SCAN_H
#define PLAIN_SCAN_H

#include <stdint.h>

// What a plain scan of a file of JSON Lines has counted.
struct plain_scan_counts {
    uint64_t bytes;
    uint64_t lines;
    uint64_t texts;
    uint64_t members;
};

// Walks the bytes of a file one by one, as any reader of JSON has to: it tells texts, escapes and members apart, and keeps
// nothing. Returns 0, or -1 when the file cannot be read.
int plain_scan(const char *path, struct plain_scan_counts *counts);

// Keeps this process on one of the processors that it may run on. Returns 0, or -1 when that cannot be done.
int use_one_processor(void);

#endif
