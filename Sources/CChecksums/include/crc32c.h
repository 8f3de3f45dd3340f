#ifndef OBSYNC_CRC32C_H
#define OBSYNC_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/// Continues a CRC-32C (Castagnoli): 0 for the first bytes, then what the last call answered.
uint32_t obsync_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The same without the processor's own instruction, for comparison.
uint32_t obsync_crc32c_portable(uint32_t crc, const void *bytes, size_t count);

/// Whether the processor's own instruction is used.
int obsync_crc32c_is_accelerated(void);

#endif
