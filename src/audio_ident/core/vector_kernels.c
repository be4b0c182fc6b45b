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

#define INLINE __attribute__((always_inline)) static inline

enum { BLOCK = 4 }; /* queries that one look at a row is for */

struct scan {
    const int8_t *codes;          /* rows of `stride` codes, -127 to 127, zeros behind the last */
    const float *scales;          /* of each row */
    int64_t stride;               /* a multiple of 64 */
    const int64_t *begins;        /* first row of each recording, and the end of the last */
    const uint8_t *is_wanted;     /* by recording */
    const uint8_t *is_row_wanted; /* by row; NULL for all */
    int64_t recordings;
    const int8_t *queries;        /* rows of `stride` codes */
    const float *query_scales;
    const int32_t *query_sums;    /* of the codes of each query */
    int64_t query_count;          /* 1, or a multiple of BLOCK */
};

/* Writes the products of a row with `count` queries, and of `shift` with the sum of each. */
typedef void (*products_of)(const int8_t *row, const int8_t *queries, int64_t stride, int64_t count, int32_t *sums);

/* Likeness of one row to the nearest query, `step` at a time. `shift` is what `products` adds to each
 * code of a row. */
INLINE float nearest_of(const struct scan *s, products_of products, int32_t shift, int64_t step, int64_t row)
{
    float nearest = -INFINITY;
    for (int64_t first = 0; first < s->query_count; first += step) {
        int32_t sums[BLOCK];
        products(s->codes + row * s->stride, s->queries + first * s->stride, s->stride, step, sums);
        for (int64_t q = 0; q < step; q++) {
            const int32_t sum = sums[q] - shift * s->query_sums[first + q];
            const float likeness = (float)sum * s->query_scales[first + q];
            nearest = likeness > nearest ? likeness : nearest;
        }
    }
    return nearest * s->scales[row];
}

/* Likeness of each wanted row, and of each recording over its rows; -INFINITY where nothing is
 * wanted. */
INLINE void scan_in(const struct scan *s, products_of products, int32_t shift, int64_t step, float *likeness,
                    float *best)
{
    for (int64_t r = 0; r < s->recordings; r++) {
        best[r] = -INFINITY;
        if (!s->is_wanted[r]) continue;
        for (int64_t row = s->begins[r]; row < s->begins[r + 1]; row++) {
            const int is_wanted = !s->is_row_wanted || s->is_row_wanted[row];
            likeness[row] = is_wanted ? nearest_of(s, products, shift, step, row) : -INFINITY;
            best[r] = likeness[row] > best[r] ? likeness[row] : best[r];
        }
    }
}

INLINE void scan_by(const struct scan *s, products_of products, int32_t shift, float *likeness, float *best)
{
    if (s->query_count == 1) scan_in(s, products, shift, 1, likeness, best);
    else scan_in(s, products, shift, BLOCK, likeness, best);
}

INLINE void products_plain(const int8_t *row, const int8_t *queries, int64_t stride, int64_t count, int32_t *sums)
{
    const int8_t *second = queries + stride, *third = second + stride, *fourth = third + stride;
    int32_t a = 0, b = 0, c = 0, d = 0;
    if (count < BLOCK) {
        for (int64_t j = 0; j < stride; j++) a += (int16_t)row[j] * (int16_t)queries[j];
        sums[0] = a;
        return;
    }
    for (int64_t j = 0; j < stride; j++) {
        a += (int16_t)row[j] * (int16_t)queries[j];
        b += (int16_t)row[j] * (int16_t)second[j];
        c += (int16_t)row[j] * (int16_t)third[j];
        d += (int16_t)row[j] * (int16_t)fourth[j];
    }
    sums[0] = a; sums[1] = b; sums[2] = c; sums[3] = d;
}

static void scan_plain(const struct scan *s, float *likeness, float *best)
{
    scan_by(s, products_plain, 0, likeness, best);
}

#ifdef HAS_VARIANTS
#define FOR_AVX512 __attribute__((target("avx512f,avx512bw,avx512vnni")))

__attribute__((target("avx2")))
static void scan_avx2(const struct scan *s, float *likeness, float *best)
{
    scan_by(s, products_plain, 0, likeness, best);
}

/* Four sums of sixteen numbers each. */
FOR_AVX512 INLINE __m128i four_sums(__m512i a, __m512i b, __m512i c, __m512i d)
{
    const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    const __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

/* The instruction multiplies unsigned by signed bytes: 128 is added to each code of the row. */
FOR_AVX512 INLINE void products_avx512(const int8_t *row, const int8_t *queries, int64_t stride, int64_t count,
                                       int32_t *sums)
{
    const __m512i flip = _mm512_set1_epi8((char)0x80);
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
    for (int64_t j = 0; j < stride; j += 64) {
        const __m512i codes = _mm512_xor_si512(_mm512_loadu_si512(row + j), flip);
        a = _mm512_dpbusd_epi32(a, codes, _mm512_loadu_si512(queries + j));
        if (count < BLOCK) continue;
        b = _mm512_dpbusd_epi32(b, codes, _mm512_loadu_si512(queries + stride + j));
        c = _mm512_dpbusd_epi32(c, codes, _mm512_loadu_si512(queries + 2 * stride + j));
        d = _mm512_dpbusd_epi32(d, codes, _mm512_loadu_si512(queries + 3 * stride + j));
    }
    if (count < BLOCK) sums[0] = _mm512_reduce_add_epi32(a);
    else _mm_storeu_si128((__m128i *)sums, four_sums(a, b, c, d));
}

FOR_AVX512 static void scan_avx512(const struct scan *s, float *likeness, float *best)
{
    scan_by(s, products_avx512, 128, likeness, best);
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

void scan_windows(const struct scan *s, int64_t variant, float *likeness, float *best)
{
#ifdef HAS_VARIANTS
    if (variant == 2) { scan_avx512(s, likeness, best); return; }
    if (variant == 1) { scan_avx2(s, likeness, best); return; }
#endif
    (void)variant;
    scan_plain(s, likeness, best);
}
