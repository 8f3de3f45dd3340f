#ifndef OBSYNC_CRC64NVME_H
#define OBSYNC_CRC64NVME_H

#include <stddef.h>
#include <stdint.h>

/// Takes `count` more bytes into a CRC-64/NVME, by the fastest way that this processor has.
///
/// Begin with 0; what comes back is the checksum of everything so far, and what the next call begins with.
uint64_t obsync_crc64nvme(uint64_t crc, const void *bytes, size_t count);

/// The same by tables alone, which every processor can do.
uint64_t obsync_crc64nvme_portable(uint64_t crc, const void *bytes, size_t count);

/// Whether `obsync_crc64nvme` uses the carry-less multiplication of this processor.
int obsync_crc64nvme_is_accelerated(void);

#endif
