/* Inner loops of the exact engine. Plain C11, no Python: opened with ctypes by kernels.py, which
 * documents every function. All arrays are C-contiguous; sizes are counts of elements. */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Loops that gain from wide registers are compiled twice; the processor at hand chooses. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_WIDE_REGISTERS __attribute__((target_clones("avx2", "default")))
#else
#define FOR_WIDE_REGISTERS
#endif

enum { BLOCK_FRAMES = 256, WIDEST_MEAN = 64, MOST_TARGETS = 32, VOTES_AT_MOST = 4095, OUT_OF_MEMORY = -1 };

/* ---- decimation ------------------------------------------------------------------------------ */

/* Every second sample of `in` after a symmetric filter; `in` holds 2 * (n - 1) + taps samples. */
FOR_WIDE_REGISTERS
void halve_rate(const float *restrict in, const float *restrict filter, int64_t taps, int64_t n,
                float *restrict even, float *restrict odd, float *restrict out)
{
    const int64_t half = taps / 2, length = n + half - 1;
    for (int64_t i = 0; i < length; i++) { even[i] = in[2 * i]; odd[i] = in[2 * i + 1]; }
    for (int64_t i = 0; i < n; i++) out[i] = 0;
    for (int64_t k = 0; k < half; k++) {
        const float a = filter[2 * k], b = filter[2 * k + 1];
        for (int64_t i = 0; i < n; i++) out[i] += a * even[i + k] + b * odd[i + k];
    }
}

/* ---- peaks ----------------------------------------------------------------------------------- */

typedef struct {
    int64_t frame_radius, bin_radius, lowest_bin, mean_frame_radius, mean_bin_radius;
    int64_t most_per_window, window_radius;
    double mean_weight;
} peak_rule;

/* Mean over the box around one cell. Few cells are asked for: only peaks. Columns are summed side by
 * side, since one long sum of floats has to wait for every addition. */
static float mean_around(const float *level, int64_t frames, int64_t bins, int64_t t, int64_t b, const peak_rule *rule)
{
    const int64_t first = MAX(0, b - rule->mean_bin_radius), width = MIN(bins - 1, b + rule->mean_bin_radius) - first + 1;
    const int64_t begin = MAX(0, t - rule->mean_frame_radius), end = MIN(frames - 1, t + rule->mean_frame_radius);
    float column[2 * WIDEST_MEAN + 1] = {0}, sum = 0;
    for (int64_t u = begin; u <= end; u++) {
        const float *row = level + u * bins + first;
        for (int64_t c = 0; c < width; c++) column[c] += row[c];
    }
    for (int64_t c = 0; c < width; c++) sum += column[c];
    return sum / (float)(width * (end - begin + 1));
}

/* Marks the cells of a row that are not lower than the eight next to them; without branches, as
 * no processor can guess them. */
FOR_WIDE_REGISTERS
static void mark_row(const float *restrict before, const float *restrict row, const float *restrict after, int64_t bins,
                     uint32_t *restrict mark)
{
    for (int64_t b = 1; b < bins - 1; b++) {
        const uint32_t beside = (row[b] > row[b - 1]) & (row[b] >= row[b + 1]);
        const uint32_t earlier = (row[b] >= before[b - 1]) & (row[b] >= before[b]) & (row[b] >= before[b + 1]);
        const uint32_t later = (row[b] >= after[b - 1]) & (row[b] >= after[b]) & (row[b] >= after[b + 1]);
        mark[b] = beside & earlier & later;
    }
}

/* Is any cell of a stretch above a value? Looked at as a whole: guessing branches cost more. */
static inline int any_above(const float *row, int64_t first, int64_t last, float value)
{
    int above = 0;
    for (int64_t c = first; c <= last; c++) above |= row[c] > value;
    return above;
}

/* Is this cell the highest of its neighbourhood? The nearest rows are asked first. */
static int is_highest(const float *level, int64_t frames, int64_t bins, int64_t t, int64_t b, const peak_rule *rule)
{
    const float value = level[t * bins + b], below = nextafterf(value, -INFINITY); /* the first of equals wins */
    const int64_t first = MAX(0, b - rule->bin_radius), last = MIN(bins - 1, b + rule->bin_radius);
    if (any_above(level + t * bins, first, last, value)) return 0;
    for (int64_t away = 1; away <= rule->frame_radius; away++) {
        if (t - away >= 0 && any_above(level + (t - away) * bins, first, last, below)) return 0;
        if (t + away < frames && any_above(level + (t + away) * bins, first, last, value)) return 0;
    }
    return 1;
}

/* Keep the highest-ranked peaks of every window, so that quiet and loud passages get their share. */
static int64_t thin_out(int64_t n, const peak_rule *rule, uint32_t *frame, uint16_t *bin, float *rank, float *height)
{
    uint8_t *keep = malloc((size_t)n + 1);
    if (!keep) return OUT_OF_MEMORY;
    int64_t low = 0, high = 0, kept = 0;
    for (int64_t i = 0; i < n; i++) {
        while ((int64_t)frame[low] < (int64_t)frame[i] - rule->window_radius) low++;
        while (high < n && (int64_t)frame[high] <= (int64_t)frame[i] + rule->window_radius) high++;
        int64_t above = 0;
        for (int64_t j = low; j < high; j++) above += rank[j] > rank[i];
        keep[i] = above < rule->most_per_window;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!keep[i]) continue;
        frame[kept] = frame[i]; bin[kept] = bin[i]; height[kept] = height[i];
        kept++;
    }
    free(keep);
    return kept;
}

int64_t pick_peaks(const float *level, int64_t frames, int64_t bins, const peak_rule *rule,
                   uint32_t *frame, uint16_t *bin, float *height, int64_t room)
{
    float *rank = malloc(sizeof *rank * (size_t)room + 1);
    uint32_t *mark = malloc(sizeof *mark * (size_t)bins + 1);
    if (!rank || !mark) { free(rank); free(mark); return OUT_OF_MEMORY; }
    int64_t n = 0;
    for (int64_t t = 0; t < frames; t++) {
        const float *row = level + t * bins;
        mark_row(t > 0 ? row - bins : row, row, t + 1 < frames ? row + bins : row, bins, mark);
        for (int64_t b = MAX(rule->lowest_bin, 1); b < bins - 2 && n < room; b++) {
            if (!mark[b] || !is_highest(level, frames, bins, t, b, rule)) continue;
            const float around = mean_around(level, frames, bins, t, b, rule);
            if (row[b] <= around) continue;
            frame[n] = (uint32_t)t; bin[n] = (uint16_t)b;
            height[n] = row[b] - around;
            rank[n] = row[b] - (float)rule->mean_weight * around;
            n++;
        }
    }
    n = thin_out(n, rule, frame, bin, rank, height);
    free(rank); free(mark);
    return n;
}

/* ---- pairs ----------------------------------------------------------------------------------- */

typedef struct {
    int64_t most_targets, least_frames, most_frames, most_bins;
    double frame_cost;
} pair_rule;

int64_t pair_peaks(const uint32_t *frame, const uint16_t *bin, int64_t n, const pair_rule *rule,
                   uint32_t *anchor, uint32_t *target, int64_t room)
{
    int64_t made = 0;
    for (int64_t i = 0; i < n; i++) {
        double cost[MOST_TARGETS];
        uint32_t best[MOST_TARGETS];
        int64_t found = 0;
        for (int64_t j = i + 1; j < n; j++) {
            const int64_t later = (int64_t)frame[j] - frame[i], higher = (int64_t)bin[j] - bin[i];
            if (later > rule->most_frames) break;
            if (later < rule->least_frames || higher < -rule->most_bins || higher >= rule->most_bins) continue;
            const double c = rule->frame_cost * (double)later + (double)llabs(higher);
            if (found == rule->most_targets && c >= cost[found - 1]) continue;
            int64_t p = found < rule->most_targets ? found++ : found - 1;
            for (; p > 0 && cost[p - 1] > c; p--) { cost[p] = cost[p - 1]; best[p] = best[p - 1]; }
            cost[p] = c; best[p] = (uint32_t)j;
        }
        for (int64_t k = 0; k < found && made < room; k++, made++) { anchor[made] = (uint32_t)i; target[made] = best[k]; }
    }
    return made;
}

/* ---- packed postings ------------------------------------------------------------------------- */

static inline uint64_t record_at(const uint8_t *packed, int64_t i, int64_t width)
{
    const uint64_t bit = (uint64_t)i * (uint64_t)width;
    uint64_t word;
    memcpy(&word, packed + (bit >> 3), sizeof word);
    return (word >> (bit & 7)) & ((UINT64_C(1) << width) - 1);
}

void pack_records(const uint64_t *record, int64_t n, int64_t width, int64_t first, uint8_t *packed)
{
    for (int64_t i = 0; i < n; i++) {
        const uint64_t bit = (uint64_t)(first + i) * (uint64_t)width;
        uint64_t word;
        memcpy(&word, packed + (bit >> 3), sizeof word);
        word |= record[i] << (bit & 7);
        memcpy(packed + (bit >> 3), &word, sizeof word);
    }
}

void unpack_records(const uint8_t *packed, int64_t first, int64_t n, int64_t width, uint64_t *record)
{
    for (int64_t i = 0; i < n; i++) record[i] = record_at(packed, first + i, width);
}

/* ---- votes ----------------------------------------------------------------------------------- */

typedef struct {
    const uint8_t *packed;
    int64_t low_bits, frame_bits;
} postings;

/* First record of a bucket whose low hash bits are at least `low`. */
static int64_t lower_bound(const postings *p, int64_t first, int64_t end, uint64_t low)
{
    const int64_t width = p->low_bits + p->frame_bits;
    while (first < end) {
        const int64_t middle = first + (end - first) / 2;
        if (record_at(p->packed, middle, width) >> p->frame_bits < low) first = middle + 1;
        else end = middle;
    }
    return first;
}

/* Copies the places that the postings of some hashes vote for. The records of hash range i lie from
 * begin[i] to end[i], those of its last bucket from middle[i] on: the table of buckets is not read
 * again, since each page of it costs as much as a page of postings. hits[i] becomes the number of
 * places that hash range i gave. */
int64_t gather_places(const postings *p, const uint32_t *first_hash, const uint32_t *last_hash, const int32_t *clip_frame,
                      const int64_t *begin, const int64_t *middle, const int64_t *end, int64_t n,
                      int64_t *hits, uint32_t *place, int64_t room)
{
    const int64_t width = p->low_bits + p->frame_bits, ahead = 12;
    const uint64_t low_mask = (UINT64_C(1) << p->low_bits) - 1, frame_mask = (UINT64_C(1) << p->frame_bits) - 1;
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++) {
        if (i + ahead < n) __builtin_prefetch(p->packed + ((uint64_t)begin[i + ahead] * (uint64_t)width >> 3));
        const int is_one_bucket = first_hash[i] >> p->low_bits == last_hash[i] >> p->low_bits;
        const int64_t before = found;
        int64_t r = lower_bound(p, begin[i], is_one_bucket ? end[i] : middle[i], first_hash[i] & low_mask);
        for (; r < end[i] && found < room; r++) {
            const uint64_t record = record_at(p->packed, r, width);
            if (r >= middle[i] && record >> p->frame_bits > (last_hash[i] & low_mask)) break;
            place[found++] = (uint32_t)((int64_t)(record & frame_mask) - clip_frame[i]);
        }
        hits[i] = found - before;
    }
    return found;
}

/* Least-significant-digit radix sort; returns where the sorted numbers lie (x or scratch). */
static uint32_t *sort_numbers(uint32_t *x, uint32_t *scratch, int64_t n)
{
    uint32_t largest = 0;
    for (int64_t i = 0; i < n; i++) largest = MAX(largest, x[i]);
    for (int shift = 0; shift < 33 && largest >> MIN(shift, 31); shift += 11) {
        int64_t start[2049] = {0};
        for (int64_t i = 0; i < n; i++) start[((x[i] >> shift) & 2047) + 1]++;
        for (int d = 0; d < 2048; d++) start[d + 1] += start[d];
        for (int64_t i = 0; i < n; i++) scratch[start[(x[i] >> shift) & 2047]++] = x[i];
        uint32_t *other = x; x = scratch; scratch = other;
    }
    return x;
}

/* Counts votes in windows of `spread` frames and keeps the places with the most, in order of place. */
static int64_t best_places(const uint32_t *place, int64_t n, int64_t spread, int64_t most,
                           uint32_t *candidate, uint32_t *votes, uint32_t *distinct, uint16_t *count)
{
    int64_t histogram[VOTES_AT_MOST + 1] = {0}, found = 0, ahead = 0;
    for (int64_t i = 0; i < n;) {
        const uint32_t here = place[i];
        while (ahead < n && place[ahead] < (uint64_t)here + (uint64_t)spread) ahead++;
        count[found] = (uint16_t)MIN(ahead - i, VOTES_AT_MOST);
        histogram[count[found]]++;
        distinct[found++] = here;
        while (i < n && place[i] == here) i++;
    }
    int64_t least = VOTES_AT_MOST, above = 0;
    while (least > 0 && above + histogram[least] <= most) above += histogram[least--];
    int64_t kept = 0, tied = most - above; /* of those with exactly `least` votes only some fit */
    for (int64_t i = 0; i < found; i++) {
        if (count[i] < least || (count[i] == least && tied-- <= 0)) continue;
        candidate[kept] = distinct[i];
        votes[kept++] = count[i];
    }
    return kept;
}

int64_t count_votes(uint32_t *place, int64_t n, int64_t spread, int64_t most, uint32_t *candidate, uint32_t *votes)
{
    uint32_t *scratch = malloc(sizeof *scratch * (size_t)(2 * n + 1));
    uint16_t *count = malloc(sizeof *count * (size_t)(n + 1));
    int64_t kept = OUT_OF_MEMORY;
    if (scratch && count)
        kept = best_places(sort_numbers(place, scratch, n), n, spread, most, candidate, votes, scratch + n, count);
    free(scratch); free(count);
    return kept;
}

/* ---- verification ---------------------------------------------------------------------------- */

typedef struct {
    const uint32_t *block_start; /* first peak of every BLOCK_FRAMES frames */
    const uint8_t *frame_in_block;
    const uint16_t *bin;
} stored_peaks;

typedef struct {
    int64_t place;              /* clip frame 0 on the axis of the segment, in clip frames */
    int64_t first, end;         /* the recording, in frames of the index */
    double time_scale, pitch_scale;
} hypothesis;

void verify(const float *map, int64_t frames, int64_t bins, const stored_peaks *peaks, int64_t frames_per_index_frame,
            const hypothesis *guesses, int64_t n, float *sum, float *count)
{
    const int64_t step = frames_per_index_frame;
    for (int64_t g = 0; g < n; g++) {
        const hypothesis *h = guesses + g;
        const double inverse = 1 / h->time_scale;
        const int64_t last_place = h->place + (int64_t)((double)(frames - 1) * h->time_scale);
        const int64_t first = MAX(h->first, h->place / step), end = MIN(h->end, last_place / step + 1);
        float total = 0, seen = 0;
        for (int64_t block = first / BLOCK_FRAMES; block * BLOCK_FRAMES < end; block++) {
            for (uint32_t i = peaks->block_start[block]; i < peaks->block_start[block + 1]; i++) {
                const int64_t f = block * BLOCK_FRAMES + peaks->frame_in_block[i];
                if (f < first || f >= end) continue;
                const int64_t t = (int64_t)floor((double)(f * step - h->place) * inverse + 0.5);
                const int64_t b = (int64_t)((double)peaks->bin[i] * h->pitch_scale + 0.5);
                if (t < 0 || t >= frames || b >= bins) continue;
                total += map[t * bins + b];
                seen += 1;
            }
        }
        sum[g] = total; count[g] = seen;
    }
}
