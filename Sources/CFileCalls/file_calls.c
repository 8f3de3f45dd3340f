#define _GNU_SOURCE
#include "file_calls.h"

#if defined(__APPLE__)
#include <stdio.h>

int file_calls_rename(int old_folder, const char *old_name, int new_folder, const char *new_name, unsigned int flags) {
    unsigned int same = (flags & FILE_CALLS_NOREPLACE ? RENAME_EXCL : 0) | (flags & FILE_CALLS_EXCHANGE ? RENAME_SWAP : 0);
    return renameatx_np(old_folder, old_name, new_folder, new_name, same);
}
#else
#include <sys/syscall.h>
#include <unistd.h>

int file_calls_rename(int old_folder, const char *old_name, int new_folder, const char *new_name, unsigned int flags) {
    return (int)syscall(SYS_renameat2, old_folder, old_name, new_folder, new_name, flags);
}
#endif
