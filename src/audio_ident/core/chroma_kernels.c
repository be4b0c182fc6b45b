/* Spectra of many frames, and sums over their bins. Plain C11, opened by chroma_kernels.py, which
 * documents every function. Eight frames are transformed side by side, one in each lane of a wide
 * register, so that a frame's result depends on no other frame and on no grouping. */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_WIDE_REGISTERS __attribute__((target_clones("avx2", "default")))
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define FOR_WIDE_REGISTERS
#define ALWAYS_INLINE static inline
#endif

enum { LANES = 8, OUT_OF_MEMORY = -1, MOST_EXTREME = 16 };

/* ---- spectra --------------------------------------------------------------------------------- */

/* The same number of eight frames; compilers lower it to what the processor has. */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));
typedef struct { lanes re, im; } number;

/* One pass of a radix-4 Stockham transform of length 4 * quarter, `stride` transforms at once;
 * `turn` holds cosine and -sine of k / (8 * quarter * stride) turns. */
ALWAYS_INLINE void pass_of_four(int64_t quarter, int64_t stride, const float *restrict turn, const number *restrict in,
                                number *restrict out)
{
    const int64_t far = quarter * stride;
    for (int64_t p = 0; p < quarter; p++) {
        const float *w1 = turn + 4 * p * stride, *w2 = turn + 8 * p * stride, *w3 = turn + 12 * p * stride;
        const float c1 = w1[0], s1 = w1[1], c2 = w2[0], s2 = w2[1], c3 = w3[0], s3 = w3[1];
        for (int64_t q = 0; q < stride; q++) {
            const number *x = in + p * stride + q;
            number *y = out + 4 * p * stride + q;
            const number a = x[0], b = x[far], c = x[2 * far], d = x[3 * far];
            const lanes sum_r = a.re + c.re, sum_i = a.im + c.im, gap_r = a.re - c.re, gap_i = a.im - c.im;
            const lanes odd_r = b.re + d.re, odd_i = b.im + d.im, turned_r = b.im - d.im, turned_i = d.re - b.re;
            const lanes first_r = gap_r + turned_r, first_i = gap_i + turned_i;
            const lanes second_r = sum_r - odd_r, second_i = sum_i - odd_i;
            const lanes third_r = gap_r - turned_r, third_i = gap_i - turned_i;
            y[0].re = sum_r + odd_r;
            y[0].im = sum_i + odd_i;
            y[stride].re = c1 * first_r - s1 * first_i;
            y[stride].im = c1 * first_i + s1 * first_r;
            y[2 * stride].re = c2 * second_r - s2 * second_i;
            y[2 * stride].im = c2 * second_i + s2 * second_r;
            y[3 * stride].re = c3 * third_r - s3 * third_i;
            y[3 * stride].im = c3 * third_i + s3 * third_r;
        }
    }
}

ALWAYS_INLINE void pass_of_two(int64_t half, const number *restrict in, number *restrict out)
{
    for (int64_t q = 0; q < half; q++) {
        out[q].re = in[q].re + in[q + half].re;
        out[q].im = in[q].im + in[q + half].im;
        out[q + half].re = in[q].re - in[q + half].re;
        out[q + half].im = in[q].im - in[q + half].im;
    }
}

/* Eight windowed frames, even samples as real and odd ones as imaginary parts; frames that are
 * missing repeat the last. */
ALWAYS_INLINE void load_frames(const float *restrict samples, const float *restrict window, int64_t length, int64_t hop,
                               int64_t frames, number *restrict out)
{
    const float *in[LANES];
    for (int64_t lane = 0; lane < LANES; lane++) in[lane] = samples + (lane < frames ? lane : frames - 1) * hop;
    for (int64_t k = 0; k < length; k++) {
        for (int64_t lane = 0; lane < LANES; lane++) out[k].re[lane] = in[lane][2 * k];
        for (int64_t lane = 0; lane < LANES; lane++) out[k].im[lane] = in[lane][2 * k + 1];
        out[k].re *= window[2 * k];
        out[k].im *= window[2 * k + 1];
    }
}

/* Power of one bin of the real frames, from the transform of their even and odd samples. */
ALWAYS_INLINE void power_of_bin(const number *restrict z, const float *restrict turn, int64_t length, int64_t bin,
                                lanes *restrict power)
{
    const number a = z[bin & (length - 1)], b = z[(length - bin) & (length - 1)]; /* length is a power of two */
    const float c = turn[2 * bin], s = turn[2 * bin + 1];
    const lanes odd_r = a.im + b.im, odd_i = b.re - a.re;
    const lanes re = a.re + b.re + (c * odd_r - s * odd_i), im = a.im - b.im + (c * odd_i + s * odd_r);
    *power = 0.25f * (re * re + im * im);
}

/* Power of `bins` bins from `first_bin` on. `turn` holds cosine and -sine of k / size turns. */
FOR_WIDE_REGISTERS
int64_t power_spectra(const float *restrict samples, const float *restrict window, const float *restrict turn, int64_t size,
                      int64_t hop, int64_t frames, int64_t first_bin, int64_t bins, float *restrict power)
{
    const int64_t length = size / 2;
    number *memory = aligned_alloc(sizeof(number), (size_t)(2 * length) * sizeof(number));
    if (!memory) return OUT_OF_MEMORY;
    for (int64_t frame = 0; frame < frames; frame += LANES) {
        number *now = memory, *next = memory + length, *swap;
        const int64_t whole = frames - frame < LANES ? frames - frame : LANES;
        int64_t stride = 1;
        load_frames(samples + frame * hop, window, length, hop, whole, now);
        for (; stride * 4 <= length; stride *= 4) {
            pass_of_four(length / stride / 4, stride, turn, now, next);
            swap = now, now = next, next = swap;
        }
        if (stride < length) {
            pass_of_two(stride, now, next);
            swap = now, now = next, next = swap;
        }
        for (int64_t bin = 0; bin < bins; bin++) {
            lanes found;
            power_of_bin(now, turn, length, first_bin + bin, &found);
            float *out = power + frame * bins + bin;
            for (int64_t lane = 0; lane < whole; lane++) out[lane * bins] = found[lane];
        }
    }
    free(memory);
    return 0;
}

/* ---- bins ------------------------------------------------------------------------------------ */

/* Every sum runs in the order of the bins; those of a few frames run side by side, so that none
 * waits for the one before. */
enum { ABREAST = 4 };

ALWAYS_INLINE void fold_frames(const float *restrict power, int64_t frames, int64_t bins,
                               const int64_t *restrict class_of_bin, int64_t classes, double *restrict out)
{
    for (int64_t k = 0; k < frames * classes; k++) out[k] = 0;
    for (int64_t b = 0; b < bins; b++)
        for (int64_t f = 0; f < frames; f++) out[f * classes + class_of_bin[b]] += (double)power[f * bins + b];
}

/* Sum of the bins of each class. */
void fold_bins(const float *restrict power, int64_t frames, int64_t bins, const int64_t *restrict class_of_bin,
               int64_t classes, double *restrict out)
{
    int64_t t = 0;
    for (; t + ABREAST <= frames; t += ABREAST)
        fold_frames(power + t * bins, ABREAST, bins, class_of_bin, classes, out + t * classes);
    fold_frames(power + t * bins, frames - t, bins, class_of_bin, classes, out + t * classes);
}

ALWAYS_INLINE void weigh_frames(const float *restrict power, int64_t frames, int64_t bins, const int64_t *restrict first,
                                const int64_t *restrict count, const float *restrict weights, int64_t bands,
                                float *restrict out)
{
    for (int64_t k = 0; k < bands; k++) {
        float sum[ABREAST] = {0};
        for (int64_t b = 0; b < count[k]; b++)
            for (int64_t f = 0; f < frames; f++) sum[f] += weights[b] * power[f * bins + first[k] + b];
        for (int64_t f = 0; f < frames; f++) out[f * bands + k] = sum[f];
        weights += count[k];
    }
}

/* Weighted sums of neighbouring bins: band k takes `count[k]` bins from `first[k]` on, and its
 * weights follow those of the band before. */
void weigh_bands(const float *restrict power, int64_t frames, int64_t bins, const int64_t *restrict first,
                 const int64_t *restrict count, const float *restrict weights, int64_t bands, float *restrict out)
{
    int64_t t = 0;
    for (; t + ABREAST <= frames; t += ABREAST)
        weigh_frames(power + t * bins, ABREAST, bins, first, count, weights, bands, out + t * bands);
    weigh_frames(power + t * bins, frames - t, bins, first, count, weights, bands, out + t * bands);
}

typedef int32_t mask __attribute__((vector_size(LANES * sizeof(int32_t))));

#define PICK(where, a, b) ((lanes)(((mask)(a) & (where)) | ((mask)(b) & ~(where))))

/* Mean of the n highest of `count` values, of their negatives if sign is -1. Every lane keeps the
 * highest that it met, in falling order; the highest of all lanes are picked from those. */
ALWAYS_INLINE float mean_of_highest(const float *restrict value, int64_t count, int64_t n, float sign)
{
    const lanes none = (lanes){0} - INFINITY;
    const mask place = {0, 1, 2, 3, 4, 5, 6, 7};
    lanes kept[MOST_EXTREME];
    float highest[MOST_EXTREME], sum = 0;
    for (int64_t i = 0; i < n; i++) { kept[i] = none; highest[i] = -INFINITY; }
    for (int64_t b = 0; b < count; b += LANES) {
        lanes now = none;
        if (b + LANES <= count) {
            memcpy(&now, value + b, sizeof now);
            now *= sign;
        } else if (count >= LANES) { /* the last eight, without those that were met */
            memcpy(&now, value + count - LANES, sizeof now);
            now = PICK(place >= (mask){0} + (int32_t)(b + LANES - count), now * sign, none);
        } else {
            for (int64_t lane = 0; lane < count; lane++) now[lane] = sign * value[lane];
        }
        for (int64_t i = 0; i < n; i++) {
            const lanes before = kept[i];
            const mask is_higher = now > before;
            kept[i] = PICK(is_higher, now, before);
            now = PICK(is_higher, before, now);
        }
    }
    for (int64_t k = 0; k < n * LANES; k++) {
        const float found = kept[k / LANES][k % LANES];
        int64_t i = n - 1;
        if (!(found > highest[i])) continue;
        for (; i > 0 && highest[i - 1] < found; i--) highest[i] = highest[i - 1];
        highest[i] = found;
    }
    for (int64_t i = 0; i < n; i++) sum += highest[i];
    return sign * (sum / (float)n);
}

#define MEANS(n) (*above = mean_of_highest(band, count, n, 1), *below = mean_of_highest(band, count, n, -1))

/* Mean of the `most` highest and of the `most` lowest values of each band [edge[k], edge[k + 1]). */
FOR_WIDE_REGISTERS
void band_extremes(const float *restrict power, int64_t frames, int64_t bins, const int64_t *restrict edge,
                   const int64_t *restrict most, int64_t bands, float *restrict high, float *restrict low)
{
    for (int64_t t = 0; t < frames; t++) {
        for (int64_t k = 0; k < bands; k++) {
            const float *band = power + t * bins + edge[k];
            const int64_t count = edge[k + 1] - edge[k];
            float *above = high + t * bands + k, *below = low + t * bands + k;
            switch (most[k]) { /* numbers that the compiler knows: the loops over them vanish */
            case 1: MEANS(1); break;
            case 2: MEANS(2); break;
            case 4: MEANS(4); break;
            default: MEANS(most[k]);
            }
        }
    }
}
