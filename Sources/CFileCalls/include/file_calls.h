#ifndef FILE_CALLS_H
#define FILE_CALLS_H

/// What Swift's Glibc module does not show: renames with flags.
///
/// The call of the kernel, as the C library has a function for it only since 2.28. Gives 0, or -1 and errno.
int file_calls_rename(int old_folder, const char *old_name, int new_folder, const char *new_name, unsigned int flags);

#define FILE_CALLS_NOREPLACE 1u
#define FILE_CALLS_EXCHANGE 2u

#endif
