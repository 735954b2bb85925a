/*
 * Measuring on a computer that others use too: a clock that runs only while we do, medians, and
 * work in a child process. Knows nothing of apfsim.
 */
#ifndef BENCH_MEASURE_HPP
#define BENCH_MEASURE_HPP

#include <functional>
#include <type_traits>
#include <vector>

namespace bench {

/* Seconds of processor time that one call of work takes in this process. */
double time_s(const std::function<void()> &work);
/* Of at least one value. */
double median(std::vector<double> values);

/* Runs work in a child and copies `size` bytes of *result back from it. False: the child died or
 * could not be made, and *result is as before. */
bool in_child(void *result, size_t size, const std::function<void()> &work);

/* The same for a plain struct. SystemC elaborates once in a process; and a run that fails an
 * assertion takes its child with it, not the table of all other results. */
template <class T> bool in_child(T *result, const std::function<void()> &work)
{
    static_assert(std::is_trivially_copyable_v<T>, "goes through a pipe as bytes");
    return in_child(result, sizeof *result, work);
}

} // namespace bench
#endif
