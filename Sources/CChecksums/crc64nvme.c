// CRC-64/NVME: polynomial 0xAD93D23594C93659, bits reflected, begun with and ended by inverting all bits.
// Source: NVM Express NVM Command Set Specification, "64b CRC definition"; S3 calls it CRC64NVME.

#include "crc64nvme.h"

#include <string.h>

/// The polynomial with its bits reflected.
#define POLYNOMIAL UINT64_C(0x9A6C9329AC4BC9B5)

/// Eight tables: `tables[k][b]` is what byte b contributes when k more bytes follow it.
static uint64_t tables[8][256];

__attribute__((constructor)) static void make_tables(void) {
    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? POLYNOMIAL : 0);
        tables[0][byte] = crc;
    }
    for (int k = 1; k < 8; k++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t before = tables[k - 1][byte];
            tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
        }
    }
}

/// The register after some bytes, without the inversions at both ends.
static uint64_t by_tables(uint64_t crc, const uint8_t *bytes, size_t count) {
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
    return crc;
}

uint64_t obsync_crc64nvme_portable(uint64_t crc, const void *bytes, size_t count) {
    return ~by_tables(~crc, bytes, count);
}

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

static int has_multiplication = 0;

__attribute__((constructor)) static void ask_processor(void) {
    unsigned eax, ebx, ecx, edx;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) has_multiplication = (ecx & bit_PCLMUL) && (ecx & bit_SSE4_1);
}

/// `block` moved on by as many bits as `factors` are made for, and `next` added.
__attribute__((target("pclmul,sse4.1"))) static inline __m128i fold(__m128i block, __m128i factors, __m128i next) {
    __m128i low = _mm_clmulepi64_si128(block, factors, 0x00);
    __m128i high = _mm_clmulepi64_si128(block, factors, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// At least 64 bytes, four blocks of 16 at a time; what is left of them is less than a block.
///
/// The factors are x^(n+64-1) and x^(n-1) modulo the polynomial, reflected, for blocks n bits apart. Method: V. Gopal and
/// others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009.
__attribute__((target("pclmul,sse4.1"))) static uint64_t by_multiplication(
    uint64_t crc, const uint8_t *bytes, size_t count
) {
    const __m128i by_512 = _mm_set_epi64x(INT64_C(0x62242240ACE5045A), INT64_C(0x0C32CDB31E18A84A));
    const __m128i by_128 = _mm_set_epi64x(INT64_C(0x21E9761E252621AC), (int64_t)UINT64_C(0xEADC41FD2BA3D420));
    const __m128i *blocks = (const __m128i *)bytes;
    __m128i x0 = _mm_xor_si128(_mm_loadu_si128(blocks), _mm_set_epi64x(0, (int64_t)crc));
    __m128i x1 = _mm_loadu_si128(blocks + 1);
    __m128i x2 = _mm_loadu_si128(blocks + 2);
    __m128i x3 = _mm_loadu_si128(blocks + 3);
    for (blocks += 4, count -= 64; count >= 64; blocks += 4, count -= 64) {
        x0 = fold(x0, by_512, _mm_loadu_si128(blocks));
        x1 = fold(x1, by_512, _mm_loadu_si128(blocks + 1));
        x2 = fold(x2, by_512, _mm_loadu_si128(blocks + 2));
        x3 = fold(x3, by_512, _mm_loadu_si128(blocks + 3));
    }
    __m128i folded = fold(fold(fold(x0, by_128, x1), by_128, x2), by_128, x3);
    for (; count >= 16; blocks++, count -= 16) folded = fold(folded, by_128, _mm_loadu_si128(blocks));
    uint8_t rest[16];
    _mm_storeu_si128((__m128i *)rest, folded);
    return by_tables(by_tables(0, rest, sizeof rest), (const uint8_t *)blocks, count);
}

int obsync_crc64nvme_is_accelerated(void) { return has_multiplication; }

uint64_t obsync_crc64nvme(uint64_t crc, const void *bytes, size_t count) {
    if (has_multiplication && count >= 64) return ~by_multiplication(~crc, bytes, count);
    return obsync_crc64nvme_portable(crc, bytes, count);
}

#else

int obsync_crc64nvme_is_accelerated(void) { return 0; }

uint64_t obsync_crc64nvme(uint64_t crc, const void *bytes, size_t count) {
    return obsync_crc64nvme_portable(crc, bytes, count);
}

#endif
