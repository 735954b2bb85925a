/* Results as text: CSV, histograms, statements, and what status says. */
#include "cli/data/hist_code.hpp"
#include "cli/data/sqlite.hpp"
#include "cli/data/tests/small_sweep.hpp"

namespace small {

using access = database::access;

class Export : public Database {
protected:
    result export_as(const string &form, const string &file) const
    {
        return call(sweep_export_command, {file, "--to", form});
    }
    /* One run of each kind, and one that the plan does not ask for. */
    string make_mixed(const string &name) const
    {
        database db(make(name), access::write);
        run_result odd = make_result(3, 1, 3);
        odd.metrics.emplace_back("tasks.a,b \"c\".work", 9);
        put_one(db, 3, 1, odd);
        put_one(db, 0, 2, make_failed(run_status::crashed, "signal 11, \"by itself\"\nand so on"));
        put_one(db, 0, 1, make_result(0, 1, 2));
        put_one(db, 0, SEEDS + 1, make_result(0, 1, 90));
        return path(name);
    }
};

TEST_F(Export, CsvHasARowForEachRun)
{
    const result r = export_as("csv", make_mixed("r.db"));

    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.out,
              "point,group,seed,store.read.value,protocol.variant,status,text,checksum,"
              "faults.total,hops.hop2.sum_ps,\"tasks.a,b \"\"c\"\".work\",time_ps\n"
              "0,0,1,10us,sync,done,,0x80000000000003e9,2,,,1001\n"
              "0,0,2,10us,sync,crashed,\"signal 11, \"\"by itself\"\"\nand so on\","
              "0x0000000000000000,,,,\n"
              "3,1,1,20us,v4,done,,0x8000000000000fa1,2,3002,9,4001\n");
    const string file = path("out.csv");
    const result to_file = call(sweep_export_command, {path("r.db"), "--out", file});
    EXPECT_EQ(to_file.status, 0) << to_file.err;
    EXPECT_EQ(to_file.out, "");
    EXPECT_EQ(read_file(file), r.out);
}

TEST_F(Export, HistogramsHaveTheirBuckets)
{
    const result r = export_as("histograms", make_mixed("r.db"));

    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.out, "point,seed,name,count,sum,min,max,buckets\n"
                     "0,1,latency.async,4,2098156,3,1048576,3:1 992:1 1048576:2\n"
                     "3,1,latency.async,4,2101156,3,1048576,3:1 3968:1 1048576:2\n");
}

TEST_F(Export, StatementsMakeTheDatabaseAnew)
{
    const string file = make_mixed("r.db"), sql = sql_of(file);
    {
        connection db(path("again.db"), connection::how::create);
        db.execute(sql.c_str());
    }
    EXPECT_EQ(sql_of(path("again.db")), sql);
    const database db(path("again.db"), access::read);
    EXPECT_EQ(db.runs().size(), 3u);
    EXPECT_EQ(db.get_plan().text, make_plan().text);
    EXPECT_EQ(export_as("csv", path("again.db")).out, export_as("csv", file).out);
}

TEST_F(Export, TheOrderOfTheRunsIsNotSeen)
{
    const string forward = sql_of(make_full("a.db"));
    const plan p = make_plan();
    database db(make("b.db"), access::write);

    put_one(db, 0, 9, make_result(0, 9, 50)); /* Nobody asks for it. */
    for (u32 i = POINTS; i-- > 0;)
        for (u64 seed = SEEDS; seed >= 1; seed--) {
            run_result r = make_result(i, seed);
            put_one(db, i, seed, make_failed(run_status::crashed, "signal 9"));
            std::reverse(r.metrics.begin(), r.metrics.end());
            r.host_ns *= 7;
            r.attempts = 2;
            put_one(db, i, seed, r);
        }
    db.set_note("slurm.job", "4711");
    EXPECT_EQ(sql_of(db), forward);
    db.put_seed_count(1, 3);
    EXPECT_NE(sql_of(db), forward);
}

TEST_F(Export, WhereTheFilesLieIsNotSeen)
{
    plan p = make_plan();
    const string here = sql_of(make("a.db", p));

    p.file = "/elsewhere/" + p.file;
    p.base = "../" + p.base;
    p.points[0].settings[0].at.file = "/elsewhere/sweep.yaml";
    EXPECT_EQ(sql_of(make("b.db", p)), here);
    p.points[0].settings[0].value += "0";
    EXPECT_NE(sql_of(make("c.db", p)), here);
}

TEST_F(Export, WrongArgumentsAreNamed)
{
    const string file = make("r.db");

    expect_complaint(call(sweep_export_command, {}), 2,
                     "found no DB, expected apfsim sweep export DB");
    expect_complaint(export_as("pdf", file), 2,
                     "--to: found \"pdf\", expected csv, histograms or sql");
    expect_complaint(call(sweep_export_command, {file, "--out", ""}), 2, "--out: found an empty");
    expect_complaint(call(sweep_export_command, {file, "--out", path("no/x")}), 4, "cannot write");
    expect_complaint(call(sweep_export_command, {file, "x"}), 2, "too many arguments");
    expect_complaint(export_as("csv", path("none.db")), 2, "found no such file");
    expect_complaint(call(sweep_status_command, {file, "--to", "xml"}), 2,
                     "--to: found \"xml\", expected text or json");
}

/* --- Status --- */

TEST_F(Export, StatusSaysWhatIsThere)
{
    const string file = make_mixed("r.db");
    {
        database db(file, access::write);
        db.put_seed_count(1, 2);
    }
    const result r = call(sweep_status_command, {file});
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.out, "results    " + file + ", " + std::to_string(fs::file_size(file)) +
                         " bytes\n"
                         "title      Where does it pay?\n"
                         "sweep      sweep.yaml over configs/demo.yaml\n"
                         "plan       6 points in 3 groups, 4 seeds from 1\n"
                         "build      b1 (another program)\n"
                         "stopped    1 of 3 groups before the last seed\n"
                         "done       2 of 20 runs\n"
                         "crashed    1\n"
                         "           point 0, seed 2: signal 11, \"by itself\"\nand so on\n"
                         "missing    17\n"
                         "time       10 ms of this computer in the runs\n"
                         "beside     1 run that this plan does not ask for\n");
    const result j = call(sweep_status_command, {file, "--to", "json"});
    EXPECT_EQ(j.status, 0) << j.err;
    EXPECT_NE(j.out.find("\"runs\": {\"asked\": 20, \"done\": 2, \"stuck\": 0, \"broken\": 0, "
                         "\"crashed\": 1, \"timed-out\": 0, \"failed\": 0, \"missing\": 17, "
                         "\"beside\": 1},\n  \"host_ns\": 10000002,\n"
                         "  \"stopped\": [{\"group\": 1, \"seeds\": 2}],\n"
                         "  \"not_done\": [\n    {\"point\": 0, \"seed\": 2, \"status\": "
                         "\"crashed\", \"text\": \"signal 11, \\\"by itself\\\"\\u000aand so on\"}"
                         "]\n}\n"), string::npos) << j.out;
    EXPECT_EQ(json_value(j.out, "plan"), "\"0xfedcba9876543210\"");
    EXPECT_EQ(json_value(j.out, "is_this_build"), "false");
}

TEST_F(Export, StatusKnowsThisProgram)
{
    database::create(path("r.db"), make_plan(), build_id(), make_configs(make_plan()));
    const result r = call(sweep_status_command, {path("r.db")});

    EXPECT_NE(r.out.find(build_id() + " (this program)\n"), string::npos) << r.out;
    EXPECT_EQ(build_id().size(), 40u) << "the linker's note, a SHA-1";
    EXPECT_EQ(build_id().find_first_not_of("0123456789abcdef"), string::npos);
}

/* --- Bytes of a histogram --- */

TEST(HistCode, BytesAreThoseOfTheDocument)
{
    hist h;
    hist_init(&h);
    for (const u64 value : {2, 2, 3, 40})
        hist_add(&h, (u64)value);
    EXPECT_EQ(hist_encode(h), string("\x02\x02\x00\x01\x24\x01", 6));
    for (u32 i = 0; i < 300; i++)
        hist_add(&h, 3);
    EXPECT_EQ(hist_encode(h), string("\x02\x02\x00\xad\x02\x24\x01", 7));
}

TEST(HistCode, WrongBytesAreFound)
{
    hist h;
    hist_init(&h);
    for (const u64 value : {u64{2}, u64{2}, u64{3}, UINT64_MAX})
        hist_add(&h, value & (UINT64_MAX >> (value == UINT64_MAX)));
    const hist_head head = {h.count, h.sum, h.min, h.max};
    const string bytes = hist_encode(h);
    auto is_taken = [](const hist_head &of, const string &from) {
        hist sum;
        hist_init(&sum);
        return hist_add_encoded(of, from, &sum);
    };

    EXPECT_TRUE(is_taken(head, bytes));
    EXPECT_FALSE(is_taken(head, ""));
    for (size_t size = 1; size < bytes.size(); size++)
        EXPECT_FALSE(is_taken(head, bytes.substr(0, size))) << size;
    EXPECT_FALSE(is_taken({4, 7, 1, h.max}, bytes));
    EXPECT_FALSE(is_taken({4, 7, 2, 3}, bytes));
    EXPECT_FALSE(is_taken({5, 7, 2, h.max}, bytes));
    EXPECT_FALSE(is_taken(head, bytes + string("\x00\x01", 2)));
    EXPECT_FALSE(is_taken({1, 1, 1, 1}, string("\x01\x00", 2))) << "an empty bucket";
    EXPECT_FALSE(is_taken({1, 1, 1, 1}, "\xff\xff\xff\xff\xff\x01")) << "beyond 32 bits";
    EXPECT_FALSE(is_taken({1, 1, 1, 1}, string("\x80\x0f\x01", 3))) << "bucket 1920";
    EXPECT_TRUE(is_taken({1, UINT64_MAX, UINT64_MAX, UINT64_MAX}, string("\xff\x0e\x01", 3)))
        << "bucket 1919";
    hist sum = h;
    sum.sum = UINT64_MAX;
    EXPECT_FALSE(hist_add_encoded(head, bytes, &sum)) << "the sum does not fit";
    sum = h;
    sum.bucket[2] = UINT32_MAX - 1;
    EXPECT_FALSE(hist_add_encoded(head, bytes, &sum)) << "nor a bucket";
}

} // namespace small
