/*
 * trace.apft while a run is under way: every line of the transcript, and each closed fault with all
 * its stamps. A fault is several records of types that follow the phases (enum fault_record); the
 * header of the file names them. Faults are no lines of the transcript: its checksum is the same
 * with and without a trace.
 */
#ifndef CLI_RECORDER_HPP
#define CLI_RECORDER_HPP

#include "cli/cli.hpp"
#include "model/model.h"

namespace cli {

/* One HOP for each hop that was visited, then one of each other type; LATENCY ends the fault. */
enum fault_record {
    FAULT_RECORD_FIRST = MSG_KIND_COUNT + PH_COUNT,
    FAULT_RECORD_HOP = FAULT_RECORD_FIRST, /* a: ps spent, b: hop */
    FAULT_RECORD_PAGE,                     /* a: gfn, b: token */
    FAULT_RECORD_KIND,                     /* a: number, b: task << 16 | kind << 8 | flags */
    FAULT_RECORD_PICK,                     /* a: ps on picks, b: 0 */
    FAULT_RECORD_LATENCY,                  /* a: start_ps, b: 0 */
    FAULT_RECORD_END
};
extern const char *const fault_record_name[FAULT_RECORD_END - FAULT_RECORD_FIRST];

class recorder {
public:
    /* Takes over the log and the fault sink of r. */
    recorder(const std::string &path, run *r, const results_info &info);
    ~recorder();
    recorder(const recorder &) = delete;
    recorder &operator=(const recorder &) = delete;

    /* After run_finish(), or when the run is given up. */
    void finish();

private:
    static void on_lines(void *self, const trace_rec *rec, size_t count);
    static void on_fault(void *self, const fault *f);
    void put(const trace_rec *rec, size_t count);

    run *run_;
    apft_writer *writer_;
    u64 at_ps_ = 0; /* Of the last record. */
    err error_ = {};
};

} // namespace cli
#endif
