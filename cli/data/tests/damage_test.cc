/* What can happen to a file: killed writers, full disks, damage, files of others. */
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "cli/data/sqlite.hpp"
#include "cli/data/tests/small_sweep.hpp"

namespace small {

using access = database::access;

class Damage : public Database {
protected:
    string integrity(const string &file) const
    {
        connection db(file, connection::how::read);
        query q(db, "PRAGMA integrity_check");
        return q.step() ? q.text(0) : "";
    }
    /* Everything that can be asked; "" or the first complaint. */
    string ask(const string &file) const
    {
        return complaint([&] {
            const database db(file, access::read);
            for (u32 i = 0; i < db.get_plan().points.size(); i++)
                db.config(i);
            db.known();
            for (const run_row &row : db.runs())
                db.host_ns(row.id);
            sql_of(db);
        });
    }
};

/* Puts runs until it is killed; each that is put is told through the pipe. */
[[noreturn]] void put_forever(const string &file, u64 seed, int pipe)
{
    try {
        database db(file, access::write);
        for (;; seed += 2) {
            const run_result a = make_result(0, seed, 100), b = make_result(1, seed + 1, 100);
            db.put({{key_of(db.get_plan(), 0, seed), &a},
                    {key_of(db.get_plan(), 1, seed + 1), &b}});
            if (write(pipe, &seed, sizeof(seed)) != sizeof(seed))
                _exit(2);
        }
    } catch (const failure &f) {
        std::fputs(f.what(), stderr);
        _exit(1);
    }
}

TEST_F(Damage, AWriterThatIsKilledLosesNothingThatWasPut)
{
    const string file = make("r.db");
    std::vector<u64> put;

    for (u32 round = 0; round < 20; round++) {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        const u64 first = round * 100000u;
        const pid_t child = fork();
        if (child == 0)
            put_forever(file, first, ends[1]);
        close(ends[1]);
        /* Another moment each time: 1000 steps of a fraction of a put. */
        std::this_thread::sleep_for(std::chrono::microseconds(2000 + round * 7919 % 40 * 777));
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status));
        for (u64 seed; read(ends[0], &seed, sizeof(seed)) == sizeof(seed);)
            put.push_back(seed);
        close(ends[0]);
        const database db(file, access::write); /* The lock is free, whoever held it. */
        ASSERT_EQ(integrity(file), "ok");
        const auto known = db.known();
        for (size_t i = put.size() > 40 && round != 19 ? put.size() - 40 : 0; i < put.size(); i++) {
            const u64 seed = put[i];
            ASSERT_TRUE(known.count(key_of(db.get_plan(), 0, seed))) << seed;
            ASSERT_EQ(db.metric_of(key_of(db.get_plan(), 1, seed + 1), "time_ps"),
                      time_of(1, seed + 1));
        }
        EXPECT_EQ(known.size() % 2, 0u) << "half a batch";
    }
    EXPECT_GT(put.size(), 20u) << "the children came to put something";
}

TEST_F(Damage, AChildThatEndsLetsGoOfNothing)
{
    const string file = make("r.db");
    {
        database db(file, access::write);
        put_one(db, 0, 1, make_result(0, 1));
        const pid_t child = fork();
        if (child == 0) {
            { const database gone = std::move(db); }
            _exit(fs::exists(file + ".lock") ? 0 : 1);
        }
        int status;
        waitpid(child, &status, 0);
        EXPECT_EQ(WEXITSTATUS(status), 0) << "the lock's file is the parent's";
        EXPECT_NE(complaint([&] { database(file, access::write); }), "");
        put_one(db, 0, 2, make_result(0, 2));
    }
    EXPECT_EQ(database(file, access::read).runs().size(), 2u);
}

TEST_F(Damage, AChildThatOutlivesItsParentHoldsNothing)
{
    const string file = make("r.db");
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t parent = fork();

    if (parent == 0) {
        const database db(file, access::write);
        if (fork() == 0) { /* Lives until the test closes its pipe. */
            char c;
            close(ends[1]);
            _exit(read(ends[0], &c, 1) == 0 ? 0 : 1);
        }
        kill(getpid(), SIGKILL);
    }
    int status;
    waitpid(parent, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(complaint([&] { database(file, access::write); }), "");
    close(ends[1]);
    close(ends[0]);
}

TEST_F(Damage, AFullDiskIsToldAndNothingIsLost)
{
    const string file = make("r.db");
    const auto old_handler = signal(SIGXFSZ, SIG_IGN);
    rlimit old;
    getrlimit(RLIMIT_FSIZE, &old);
    string words;
    u64 seed = 0;
    {
        database db(file, access::write);
        const rlimit small = {fs::file_size(file) + 40000, old.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        for (words = ""; words.empty() && seed < 1000; seed++)
            words = complaint([&] { put_one(db, 0, seed, make_result(0, seed, 200)); });
        seed--;
        EXPECT_EQ(words.rfind("4 cannot write " + file + ": disk I/O error", 0), 0u) << words;
        EXPECT_NE(complaint([&] { db.set_note("long", string(50000, 'x')); }), "");
        EXPECT_EQ(db.known().size(), seed);
        setrlimit(RLIMIT_FSIZE, &old);
        EXPECT_EQ(integrity(file), "ok");
        EXPECT_EQ(complaint([&] { put_one(db, 0, seed, make_result(0, seed, 200)); }), "");
    }
    signal(SIGXFSZ, old_handler);
    EXPECT_GT(seed, 2u);
    const database db(file, access::read);
    EXPECT_EQ(db.known().size(), seed + 1);
    EXPECT_EQ(db.note("long"), "");
    EXPECT_EQ(integrity(file), "ok");
}

/* A file system of 400 KiB, of this process alone. 77: that is not allowed here. */
int fill_a_disk(const string &folder)
{
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", folder.c_str(), "tmpfs", 0, "size=400k") != 0)
        return 77;
    const string file = folder + "/r.db";
    const plan p = make_plan();
    database::create(file, p, "b1", make_configs(p));
    database db(file, access::write);
    for (u64 seed = 0; seed < 1000; seed++) {
        const run_result r = make_result(0, seed, 200);
        try {
            db.put({{key_of(p, 0, seed), &r}});
        } catch (const failure &f) {
            std::printf("%d %s\n", f.status, f.what());
            std::fflush(stdout);
            return database(file, access::read).known().size() == seed && seed > 2 ? 0 : 1;
        }
    }
    return 2;
}

TEST_F(Damage, ADiskThatIsFullIsNamed)
{
    const string disk = path("disk");
    fs::create_directory(disk);
    const pid_t child = fork();
    if (child == 0) {
        dup2(open(path("stdout").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
        int status = 3;
        try {
            status = fill_a_disk(disk);
        } catch (const failure &f) {
            std::fputs(f.what(), stdout);
        }
        std::fflush(stdout);
        _exit(status);
    }
    const result r = finish(child);
    if (r.status == 77)
        GTEST_SKIP() << "this computer lets nobody mount";
    EXPECT_EQ(r.status, 0) << r.out;
    EXPECT_EQ(r.out, "4 cannot write " + disk + "/r.db: database or disk is full\n");
}

TEST_F(Damage, ADatabaseThatCannotBeMadeLeavesNothing)
{
    const auto old_handler = signal(SIGXFSZ, SIG_IGN);
    rlimit old;
    getrlimit(RLIMIT_FSIZE, &old);
    const rlimit small = {8192, old.rlim_max};

    setrlimit(RLIMIT_FSIZE, &small);
    const string words = complaint([&] { make("r.db"); });
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, old_handler);
    EXPECT_EQ(words.rfind("4 cannot write " + path("r.db.part") + ": ", 0), 0u) << words;
    EXPECT_TRUE(fs::is_empty(folder));
    const string nowhere = complaint([&] { make("none/r.db"); });
    EXPECT_EQ(nowhere.rfind("4 cannot make " + path("none/r.db.lock") + ": No such file", 0), 0u)
        << nowhere;
}

TEST_F(Damage, AFileThatIsThereIsNotMadeAnew)
{
    const string file = make_full("r.db"), before = sql_of(file);

    EXPECT_EQ(complaint([&] { make("r.db"); }),
              "2 " + file + ": is there already, expected a new name; try another");
    EXPECT_EQ(sql_of(file), before);
    write("old.db.part", "rest of one that was killed");
    EXPECT_EQ(complaint([&] { make("old.db"); }), "");
}

TEST_F(Damage, FilesOfOthersAreNamed)
{
    const string foreign = ": found a database of another program, or an empty file, expected the "
                           "results of a sweep; try another file";
    const string no_database = ": file is not a database, expected the results of a sweep; try "
                               "another file";
    const string newer = make("newer.db");
    {
        connection other(path("other.db"), connection::how::create);
        other.execute("CREATE TABLE t(a)");
        connection later(newer, connection::how::write);
        later.execute("PRAGMA user_version = 2");
    }
    const std::vector<std::pair<string, string>> cases = {
        {write("x.yaml", "base: demo.yaml\n"), no_database},
        {write("long.txt", string(100000, 'x')), no_database},
        {write("empty.db", ""), foreign},
        {path("other.db"), foreign},
        {newer, ": found version 2 of the tables, expected 1; use the apfsim that has made it"},
        {path("none.db"), ": found no such file; try another name"},
        {folder.string(), ": found a directory, expected a file"},
    };

    for (const auto &c : cases)
        for (const access how : {access::read, access::write})
            EXPECT_EQ(complaint([&] { database(c.first, how); }), "2 " + c.first + c.second);
}

TEST_F(Damage, WhatMayNotBeReadOrWrittenIsTold)
{
    const string file = make("r.db");
    const uid_t me = geteuid();
    fs::permissions(folder, fs::perms::all);
    fs::permissions(file, fs::perms::none);
    const uid_t other = me == 0 ? 65534 : me; /* Root may read everything. */
    ASSERT_EQ(seteuid(other), 0);
    const string read = complaint([&] { database(file, access::read); });
    ASSERT_EQ(seteuid(me), 0);
    fs::permissions(file, fs::perms(0444));
    ASSERT_EQ(seteuid(other), 0);
    const string write = complaint([&] { database(file, access::write); });
    const string open = complaint([&] { database(file, access::read); });
    ASSERT_EQ(seteuid(me), 0);
    EXPECT_EQ(read, "4 cannot read " + file + ": unable to open database file (Permission denied)");
    EXPECT_EQ(write, "4 cannot write " + file + ": it is write-protected; take a copy of it");
    EXPECT_EQ(open, "");
}

TEST_F(Damage, AFileThatIsCutShortIsTold)
{
    const string file = make_full("r.db"), whole = read_file(file), before = sql_of(file);

    ASSERT_EQ(whole.size() % 4096, 0u);
    for (size_t size = 4096; size < whole.size(); size += 4096) {
        const string words = ask(write("cut.db", whole.substr(0, size)));
        EXPECT_EQ(words, "4 " + path("cut.db") +
                             " is damaged (database disk image is malformed); take a copy of it, "
                             "or run the sweep again under another name") << size;
    }
    EXPECT_EQ(sql_of(write("cut.db", whole)), before);
}

TEST_F(Damage, WrongBytesAreToldOrDoNoHarm)
{
    const string file = make_full("r.db"), whole = read_file(file);
    u32 told = 0, rounds = 0;

    for (size_t at = 7; at < whole.size(); at += 1201, rounds++) {
        string bad = whole;
        for (size_t i = at; i < std::min(at + 8, bad.size()); i++)
            bad[i] = (char)(bad[i] ^ 0xa5);
        const string words = ask(write("bad.db", bad));
        told += !words.empty();
        EXPECT_TRUE(words.empty() || words[0] == '2' || words[0] == '4') << words;
        EXPECT_EQ(std::count(words.begin(), words.end(), '\n'), 0) << words;
    }
    EXPECT_GT(told, rounds / 20);
}

TEST_F(Damage, TablesThatContradictThemselvesAreTold)
{
    const std::vector<std::pair<string, string>> cases = {
        {"DELETE FROM meta WHERE key = 'title'", "meta has no title"},
        {"UPDATE meta SET value = 'many' WHERE key = 'seeds.count'", "column value is no number"},
        {"UPDATE parameters SET scale = 'cubic'", "found \"cubic\" for a scale"},
        {"DELETE FROM points WHERE point = 3", "there is no point 3"},
        {"INSERT INTO coordinates VALUES(77, 0, '', 0)", "there is no point 77"},
        {"DELETE FROM coordinates WHERE point = 5", "a point lacks coordinates"},
        {"UPDATE points SET config_key = 'f00'", "found \"f00\" for a hexadecimal number"},
        {"UPDATE runs SET status = 'well'", "found \"well\" for a status"},
        {"UPDATE runs SET lines = -1", "column lines is no number"},
        {"UPDATE metrics SET value = 1.5", "column value is no number"},
        {"UPDATE metrics SET value = '1e3'", "column value is no number"},
        {"UPDATE histograms SET count = 3", "histogram latency.async contradicts itself"},
        {"UPDATE histograms SET buckets = X'80'", "histogram latency.async contradicts itself"},
        {"DROP TABLE histograms", "no such table: histograms"},
    };
    const string whole = read_file(make_full("r.db"));

    for (const auto &[change, words] : cases) {
        const string file = write("x.db", whole);
        {
            connection db(file, connection::how::write);
            db.execute(change.c_str());
        }
        EXPECT_EQ(ask(file), "4 " + file + " is damaged (" + words +
                                 "); take a copy of it, or run the sweep again under another name")
            << change;
    }
}

} // namespace small
