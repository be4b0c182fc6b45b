/* Scan of a vector index: likeness of all windows to some queries, from codes of one byte a number.
 * Plain C11, opened with ctypes by vector_kernels.py, which documents the function.
 *
 * The body is compiled for several kinds of processors, and the one at hand chooses. All of them
 * add the same whole numbers, so that every machine finds the same windows. */

#include <math.h>
#include <stdint.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_VARIANTS 1
#include <immintrin.h>
#endif

struct scan {
    const int8_t *codes;          /* rows of `stride` codes, -127 to 127, zeros behind the last */
    const float *scales;          /* of each row */
    int64_t stride;               /* a multiple of 64 */
    const int64_t *begins;        /* first row of each recording, and the end of the last */
    const uint8_t *is_wanted;     /* by recording */
    const uint8_t *is_row_wanted; /* by row; NULL for all */
    int64_t recordings;
    const int8_t *queries;
    const float *query_scales;
    int64_t query_count;
};

typedef int32_t (*product_of)(const int8_t *row, const int8_t *query, int64_t stride);

/* Best likeness of each wanted row, and of each recording over its rows; -INFINITY where nothing is
 * wanted. */
__attribute__((always_inline))
static inline void scan_by(const struct scan *s, product_of product, float *row_best, float *best)
{
    for (int64_t r = 0; r < s->recordings; r++) {
        best[r] = -INFINITY;
        if (!s->is_wanted[r]) continue;
        for (int64_t i = s->begins[r]; i < s->begins[r + 1]; i++) {
            row_best[i] = -INFINITY;
            if (s->is_row_wanted && !s->is_row_wanted[i]) continue;
            float nearest = -INFINITY;
            for (int64_t q = 0; q < s->query_count; q++) {
                const int32_t sum = product(s->codes + i * s->stride, s->queries + q * s->stride, s->stride);
                const float likeness = (float)sum * s->query_scales[q];
                nearest = likeness > nearest ? likeness : nearest;
            }
            row_best[i] = nearest * s->scales[i];
            best[r] = row_best[i] > best[r] ? row_best[i] : best[r];
        }
    }
}

__attribute__((always_inline))
static inline int32_t product_plain(const int8_t *row, const int8_t *query, int64_t stride)
{
    int32_t sum = 0;
    for (int64_t j = 0; j < stride; j++) sum += (int16_t)row[j] * (int16_t)query[j];
    return sum;
}

static void scan_plain(const struct scan *s, float *row_best, float *best)
{
    scan_by(s, product_plain, row_best, best);
}

#ifdef HAS_VARIANTS
__attribute__((target("avx2")))
static void scan_avx2(const struct scan *s, float *row_best, float *best)
{
    scan_by(s, product_plain, row_best, best);
}

/* The instruction multiplies unsigned by signed bytes: 128 is added to each code of the row, and
 * 128 times the sum of the query is taken off again. */
__attribute__((target("avx512f,avx512bw,avx512vnni"), always_inline))
static inline int32_t product_vnni(const int8_t *row, const int8_t *query, int64_t stride)
{
    const __m512i flip = _mm512_set1_epi8((char)0x80);
    __m512i sum = _mm512_setzero_si512(), extra = _mm512_setzero_si512();
    for (int64_t j = 0; j < stride; j += 64) {
        const __m512i theirs = _mm512_loadu_si512(query + j);
        sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(_mm512_loadu_si512(row + j), flip), theirs);
        extra = _mm512_dpbusd_epi32(extra, flip, theirs);
    }
    return _mm512_reduce_add_epi32(_mm512_sub_epi32(sum, extra));
}

__attribute__((target("avx512f,avx512bw,avx512vnni")))
static void scan_vnni(const struct scan *s, float *row_best, float *best)
{
    scan_by(s, product_vnni, row_best, best);
}
#endif

/* 0: plain, 1: AVX2, 2: AVX-512 with VNNI; the widest that this processor has. */
int64_t widest_scan(void)
{
#ifdef HAS_VARIANTS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vnni"))
        return 2;
    if (__builtin_cpu_supports("avx2")) return 1;
#endif
    return 0;
}

void scan_windows(const struct scan *s, int64_t variant, float *row_best, float *best)
{
#ifdef HAS_VARIANTS
    if (variant == 2) { scan_vnni(s, row_best, best); return; }
    if (variant == 1) { scan_avx2(s, row_best, best); return; }
#endif
    (void)variant;
    scan_plain(s, row_best, best);
}
