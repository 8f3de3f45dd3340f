// CRC-32C: polynomial 0x1EDC6F41 (Castagnoli), bits reflected, begun with and ended by inverting all bits.
// Source: RFC 3720, appendix B.4; S3 calls it CRC32C.

#include "crc32c.h"

#include <string.h>

/// The polynomial with its bits reflected.
#define POLYNOMIAL UINT32_C(0x82F63B78)

/// Eight tables: `tables[k][b]` is what byte b contributes when k more bytes follow it.
static uint32_t tables[8][256];

__attribute__((constructor)) static void make_tables(void) {
    for (unsigned byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? POLYNOMIAL : 0);
        tables[0][byte] = crc;
    }
    for (int k = 1; k < 8; k++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            uint32_t before = tables[k - 1][byte];
            tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
        }
    }
}

uint32_t obsync_crc32c_portable(uint32_t crc, const void *start, size_t count) {
    const uint8_t *bytes = start;
    crc = ~crc;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        word ^= crc;
        crc = tables[7][word & 0xFF] ^ tables[6][(word >> 8) & 0xFF] ^ tables[5][(word >> 16) & 0xFF]
            ^ tables[4][(word >> 24) & 0xFF] ^ tables[3][(word >> 32) & 0xFF] ^ tables[2][(word >> 40) & 0xFF]
            ^ tables[1][(word >> 48) & 0xFF] ^ tables[0][word >> 56];
    }
#endif
    for (; count > 0; bytes++, count--) crc = (crc >> 8) ^ tables[0][(crc ^ *bytes) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)

#include <cpuid.h>
#include <nmmintrin.h>

static int has_instruction = 0;

__attribute__((constructor)) static void ask_processor(void) {
    unsigned eax, ebx, ecx, edx;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) has_instruction = (ecx & bit_SSE4_2) != 0;
}

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t count) {
    uint64_t value = crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        value = _mm_crc32_u64(value, word);
    }
    crc = (uint32_t)value;
    for (; count > 0; bytes++, count--) crc = _mm_crc32_u8(crc, *bytes);
    return crc;
}

#elif defined(__aarch64__) && defined(__linux__)

#include <arm_acle.h>
#include <sys/auxv.h>

/// `HWCAP_CRC32` of the kernel's `asm/hwcap.h`.
#define CRC_CAPABILITY (1UL << 7)

static int has_instruction = 0;

__attribute__((constructor)) static void ask_processor(void) {
    has_instruction = (getauxval(AT_HWCAP) & CRC_CAPABILITY) != 0;
}

__attribute__((target("crc"))) static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t count) {
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        crc = __crc32cd(crc, word);
    }
    for (; count > 0; bytes++, count--) crc = __crc32cb(crc, *bytes);
    return crc;
}

#else

static const int has_instruction = 0;

static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t count) {
    return ~obsync_crc32c_portable(~crc, bytes, count);
}

#endif

int obsync_crc32c_is_accelerated(void) { return has_instruction; }

uint32_t obsync_crc32c(uint32_t crc, const void *bytes, size_t count) {
    return has_instruction ? ~by_instruction(~crc, bytes, count) : obsync_crc32c_portable(crc, bytes, count);
}
