/* Inner loops of the listeners that hear samples. Plain C11, opened with ctypes by sound_kernels.py,
 * which documents every function.
 *
 * Results are the same to the bit however a stream is cut into calls, and on every processor: sums
 * run in a fixed order (lanes that depend on the place in the block, never on the call), and the
 * compiler may neither reorder them nor fuse products into sums (-ffp-contract=off). */

#include <math.h>
#include <stdint.h>
#include <string.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_WIDE_REGISTERS __attribute__((target_clones("avx2", "default")))
#else
#define FOR_WIDE_REGISTERS
#endif

enum { LANES = 8 };

/* ---- K-weighting ----------------------------------------------------------------------------- */

enum { TAPS = 9, PAIR = 2, PAST = 2 * (TAPS - 1), BLOCKS_PER_SECOND = 50 };

typedef double four __attribute__((vector_size(32)));

typedef struct {
    double taps[TAPS], shelf[2], high_pass[2];
    int64_t rate_hz, pairs, blocks_done, filled;
    int64_t stride;      /* doubles of one line: the past and a block, for two channels */
    const double *weight; /* of each channel */
    double *lines;       /* for each pair: heard, shelved, weighted */
} weighting;

static int64_t block_frames(const weighting *w)
{
    return (w->blocks_done + 1) * w->rate_hz / BLOCKS_PER_SECOND - w->blocks_done * w->rate_hz / BLOCKS_PER_SECOND;
}

/* The recursions are rewritten to reach two and four frames back, so that four numbers (two frames of
 * two channels) never wait for each other. */
FOR_WIDE_REGISTERS
static void weigh_block(const weighting *w, int64_t frames, const double *restrict heard, double *restrict shelved,
                        double *restrict weighted, double *restrict sum)
{
    const double *t = w->taps, a = w->shelf[0], b = w->shelf[1], c = w->high_pass[0], d = w->high_pass[1];
    const int64_t n = PAIR * frames, whole = n - n % 4;
    for (int64_t i = 0; i < n; i++) {
        const double *x = heard + i;
        shelved[i] = ((t[0] * x[0] + t[1] * x[-2]) + (t[2] * x[-4] + t[3] * x[-6]))
                     + ((t[4] * x[-8] + t[5] * x[-10]) + (t[6] * x[-12] + t[7] * x[-14])) + t[8] * x[-16];
    }
    four s1, s2, w1, w2, s, y, sums = {0};
    memcpy(&s1, shelved - 4, sizeof s1); memcpy(&s2, shelved - 8, sizeof s2);
    memcpy(&w1, weighted - 4, sizeof w1); memcpy(&w2, weighted - 8, sizeof w2);
    for (int64_t i = 0; i < whole; i += 4) {
        memcpy(&s, shelved + i, sizeof s);
        s = (s - b * s2) - a * s1;
        y = (s - d * w2) - c * w1;
        memcpy(shelved + i, &s, sizeof s);
        memcpy(weighted + i, &y, sizeof y);
        sums += y * y;
        s2 = s1; s1 = s; w2 = w1; w1 = y;
    }
    sum[0] = sums[0] + sums[2]; sum[1] = sums[1] + sums[3];
    for (int64_t i = whole; i < n; i++) {
        shelved[i] = (shelved[i] - b * shelved[i - 8]) - a * shelved[i - 4];
        weighted[i] = (shelved[i] - d * weighted[i - 8]) - c * weighted[i - 4];
        sum[i - whole] += weighted[i] * weighted[i];
    }
}

/* Keeps the end of a line as the past of the next block; what has died away becomes zero, since
 * processors are slow with the smallest numbers. */
static void keep_past(double *line, int64_t frames)
{
    double loudest = 0;
    memmove(line, line + PAIR * frames, PAST * sizeof *line);
    for (int i = 0; i < PAST; i++) loudest = MAX(loudest, fabs(line[i]));
    if (loudest < 1e-30) memset(line, 0, PAST * sizeof *line);
}

FOR_WIDE_REGISTERS
static void interleave(const float *restrict left, const float *restrict right, int64_t n, double *restrict out)
{
    for (int64_t i = 0; i < n; i++) { out[2 * i] = left[i]; out[2 * i + 1] = right[i]; }
}

int64_t weigh(weighting *w, const float *const *plane, int64_t n, float *power)
{
    int64_t made = 0;
    for (int64_t at = 0; at < n;) {
        const int64_t frames = block_frames(w), taken = MIN(n - at, frames - w->filled);
        for (int64_t p = 0; p < w->pairs; p++)
            interleave(plane[2 * p] + at, plane[2 * p + 1] + at, taken, w->lines + 3 * p * w->stride + PAST + PAIR * w->filled);
        at += taken;
        w->filled += taken;
        if (w->filled < frames) break;
        double total = 0;
        for (int64_t p = 0; p < w->pairs; p++) {
            double *heard = w->lines + 3 * p * w->stride, *shelved = heard + w->stride, *weighted = shelved + w->stride, sum[2];
            weigh_block(w, frames, heard + PAST, shelved + PAST, weighted + PAST, sum);
            total += w->weight[2 * p] * sum[0] + w->weight[2 * p + 1] * sum[1];
            keep_past(heard, frames); keep_past(shelved, frames); keep_past(weighted, frames);
        }
        power[made++] = (float)(total / (double)frames);
        w->blocks_done++;
        w->filled = 0;
    }
    return made;
}

/* ---- true peak ------------------------------------------------------------------------------- */

enum { REACH = 12, HALF = REACH / 2, STRETCH = 64 };

typedef struct {
    float even[HALF], odd[HALF], middle[HALF]; /* quarter phases: half their sum and difference; half phase */
    float gain;             /* no interpolated value exceeds the loudest sample around it times this */
    int32_t factor;         /* 1 looks at the samples alone */
    float sample_peak, true_peak;
} peak_meter;

FOR_WIDE_REGISTERS
static float loudest_of(const float *x, int64_t n)
{
    float most[LANES] = {0}, all = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) { const float v = fabsf(x[i + k]); most[k] = v > most[k] ? v : most[k]; }
    for (; i < n; i++) { const float v = fabsf(x[i]); all = v > all ? v : all; }
    for (int k = 0; k < LANES; k++) all = MAX(all, most[k]);
    return all;
}

/* Peaks between samples x[i + 5] and x[i + 6]. The filters of a quarter and three quarters mirror each
 * other: with E and O of their common parts they are E + O and E - O, the larger |E| + |O|. */
FOR_WIDE_REGISTERS
static void interpolate(const peak_meter *m, const float *restrict x, int64_t n, float *restrict peak)
{
    for (int64_t i = 0; i < n; i++) {
        float even = 0, odd = 0, middle = 0;
        for (int k = 0; k < HALF; k++) {
            const float sum = x[i + k] + x[i + REACH - 1 - k], difference = x[i + k] - x[i + REACH - 1 - k];
            even += m->even[k] * sum;
            odd += m->odd[k] * difference;
            middle += m->middle[k] * sum;
        }
        const float quarter = fabsf(even) + fabsf(odd), half = fabsf(middle);
        peak[i] = quarter > half ? quarter : half;
    }
}

/* Peaks of n intervals of x, which holds n + REACH - 1 samples; stretches that cannot reach the mark
 * are passed over. */
static void search_peaks(peak_meter *m, const float *x, int64_t n)
{
    float peak[STRETCH], ahead = loudest_of(x, MIN(STRETCH, n + REACH - 1));
    for (int64_t at = 0; at < n; at += STRETCH) {
        const int64_t count = MIN(STRETCH, n - at), end = n + REACH - 1;
        const float here = ahead;
        ahead = at + STRETCH < end ? loudest_of(x + at + STRETCH, MIN(STRETCH, end - at - STRETCH)) : 0;
        m->sample_peak = MAX(m->sample_peak, here);
        m->true_peak = MAX(m->true_peak, here);
        if (m->factor == 1 || MAX(here, ahead) * m->gain <= m->true_peak) continue;
        interpolate(m, x + at, count, peak);
        m->true_peak = MAX(m->true_peak, loudest_of(peak, count));
    }
}

/* `past` holds the last REACH - 1 samples of each channel. */
void meter_peaks(peak_meter *m, const float *const *plane, int64_t channels, int64_t n, float *past)
{
    enum { KEPT = REACH - 1 };
    for (int64_t c = 0; c < channels; c++, past += KEPT) {
        const float *x = plane[c];
        float seam[2 * KEPT];
        const int64_t head = MIN(n, KEPT);
        memcpy(seam, past, sizeof *seam * KEPT);
        memcpy(seam + KEPT, x, sizeof *seam * (size_t)head);
        search_peaks(m, seam, head);
        if (n > KEPT) search_peaks(m, x, n - KEPT);
        memcpy(past, n >= KEPT ? x + n - KEPT : seam + head, sizeof *past * KEPT);
    }
}

/* ---- points of a curve ----------------------------------------------------------------------- */

typedef struct { float low[LANES], high[LANES], square[LANES]; } point_lanes;

typedef struct {
    int64_t samples_per_point, filled, channels;
    point_lanes *lanes; /* of each channel */
} tracer;

static void clear_lanes(point_lanes *l)
{
    for (int k = 0; k < LANES; k++) { l->low[k] = INFINITY; l->high[k] = -INFINITY; l->square[k] = 0; }
}

static inline void add_sample(point_lanes *l, int k, float v)
{
    l->low[k] = v < l->low[k] ? v : l->low[k];
    l->high[k] = v > l->high[k] ? v : l->high[k];
    l->square[k] += v * v;
}

typedef float eight __attribute__((vector_size(32)));
typedef int32_t mask __attribute__((vector_size(32)));

#define PICK(where, a, b) ((eight)(((mask)(a) & (where)) | ((mask)(b) & ~(where))))

/* The sample at place p of a point goes to lane p % LANES, however the point is cut. */
FOR_WIDE_REGISTERS
static void add_samples(point_lanes *l, const float *x, int64_t n, int64_t place)
{
    int64_t i = 0;
    for (; i < n && (place + i) % LANES; i++) add_sample(l, (int)((place + i) % LANES), x[i]);
    eight low, high, square, v;
    memcpy(&low, l->low, sizeof low); memcpy(&high, l->high, sizeof high); memcpy(&square, l->square, sizeof square);
    for (; i + LANES <= n; i += LANES) {
        memcpy(&v, x + i, sizeof v);
        low = PICK(v < low, v, low);
        high = PICK(v > high, v, high);
        square += v * v;
    }
    memcpy(l->low, &low, sizeof low); memcpy(l->high, &high, sizeof high); memcpy(l->square, &square, sizeof square);
    for (int k = 0; i < n; i++, k++) add_sample(l, k, x[i]);
}

/* Ends the point that is open: lowest and highest sample and mean square over all channels. */
void end_point(tracer *t, float *low, float *high, float *power)
{
    float lowest = INFINITY, highest = -INFINITY;
    double square = 0;
    for (int64_t c = 0; c < t->channels; c++) {
        point_lanes *l = t->lanes + c;
        for (int k = 0; k < LANES; k++) {
            lowest = MIN(lowest, l->low[k]);
            highest = MAX(highest, l->high[k]);
            square += l->square[k];
        }
        clear_lanes(l);
    }
    *low = lowest; *high = highest;
    *power = (float)(square / (double)(t->channels * t->filled));
    t->filled = 0;
}

void begin_points(tracer *t)
{
    for (int64_t c = 0; c < t->channels; c++) clear_lanes(t->lanes + c);
    t->filled = 0;
}

int64_t trace(tracer *t, const float *const *plane, int64_t n, float *low, float *high, float *power)
{
    int64_t made = 0;
    for (int64_t at = 0; at < n;) {
        const int64_t taken = MIN(n - at, t->samples_per_point - t->filled);
        for (int64_t c = 0; c < t->channels; c++) add_samples(t->lanes + c, plane[c] + at, taken, t->filled);
        at += taken;
        t->filled += taken;
        if (t->filled < t->samples_per_point) break;
        end_point(t, low + made, high + made, power + made);
        made++;
    }
    return made;
}

/* ---- silence --------------------------------------------------------------------------------- */

/* Stretches of at least `least` samples below the threshold that end in this block. *quiet_since is
 * the place behind the last loud sample, relative to the block; it may be negative. The sample `least`
 * behind a loud one is asked first: where sound goes on, hardly any other needs to be looked at. */
int64_t find_quiet(const float *x, int64_t n, float threshold, int64_t least, int64_t *quiet_since, int64_t *start, int64_t *end)
{
    int64_t found = 0, since = *quiet_since;
    for (;;) {
        const int64_t first = MAX(since, 0), last = MIN(since + least - 1, n - 1);
        int64_t loud = last;
        while (loud >= first && fabsf(x[loud]) < threshold) loud--;
        if (loud < first) {
            for (loud = MAX(last + 1, first); loud < n && fabsf(x[loud]) < threshold; loud++) {}
            if (loud >= n) break;
            start[found] = since; end[found++] = loud;
        }
        since = loud + 1;
    }
    *quiet_since = since;
    return found;
}
