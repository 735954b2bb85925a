#include "model/config/tests/config_helper.h"

struct Fio : Config {
    dist d{};

    bool parse(const std::string &text, u32 job = 0, direction half = DIRECTION_READ)
    {
        e = err{};
        return fio_parse(&d, "f.json", text.data(), text.size(), job, half, &e);
    }
    std::string sentence_of(const std::string &text, u32 job = 0, direction half = DIRECTION_READ)
    {
        return parse(text, job, half) ? "no error" : e.text;
    }
};

static std::string job(const std::string &read)
{
    return "{\"jobs\": [{\"read\": " + read + "}]}";
}

TEST_F(Fio, RealOutputGivesItsOwnQuantiles)
{
    ASSERT_TRUE(fio_read(&d, data_path("samples/fio-randread-qd1.json").c_str(), 0, DIRECTION_READ,
                         &e))
        << e.text;
    EXPECT_EQ(d.body[0], 532 * PS_PER_NS);            /* The first bin. */
    EXPECT_EQ(d.tail[DIST_TAIL] / PS_PER_MS, 4u);     /* fio: max 4132324 ns. */
    const u64 p50 = dist_value(&d, 1ull << 63);       /* fio: 30336 ns. */
    EXPECT_NEAR(double(p50), 30336e3, 300e3);
    const u64 p99 = dist_value(&d, u64(0.99 * 18446744073709551616.0)); /* fio: 216064 ns. */
    EXPECT_NEAR(double(p99), 216064e3, 4000e3);
    EXPECT_NEAR(double(dist_mean(&d)), 43280e3, 1500e3); /* fio: 43280 ns. */
}

TEST_F(Fio, BinsCountAndPercentilesAreTheFallback)
{
    ASSERT_TRUE(parse(job("{\"clat_ns\": {\"N\": 4, \"min\": 5, \"max\": 90,"
                          " \"percentile\": {\"50.000000\": 10},"
                          " \"bins\": {\"20\": 3, \"70\": 1}}}")))
        << e.text;
    EXPECT_EQ(d.body[0], 20 * PS_PER_NS);
    ASSERT_TRUE(parse(job("{\"clat_ns\": {\"N\": 4, \"min\": 5, \"max\": 90,"
                          " \"percentile\": {\"50.000000\": 10, \"99.950000\": 95}}}")))
        << e.text;
    EXPECT_EQ(d.body[0], 5 * PS_PER_NS);
    EXPECT_EQ(d.body[DIST_BODY / 2], 10 * PS_PER_NS);
    EXPECT_EQ(d.tail[DIST_TAIL], 90 * PS_PER_NS); /* 95 is a bin's middle beyond the maximum. */
}

TEST_F(Fio, BinsNeedNoOrderAndTotalLatencyWillDo)
{
    ASSERT_TRUE(parse(job("{\"lat_ns\": {\"bins\": {\"70\": 1, \"20\": 3}}}"))) << e.text;
    EXPECT_EQ(d.body[0], 20 * PS_PER_NS);
    ASSERT_TRUE(parse("{\"jobs\": [{}, {\"write\": {\"clat_ns\": {\"bins\": {\"8\": 1}}}}]}", 1,
                      DIRECTION_WRITE))
        << e.text;
    EXPECT_EQ(d.tail[DIST_TAIL], 8 * PS_PER_NS);
}

TEST_F(Fio, EveryWrongFileGetsItsSentence)
{
    EXPECT_EQ(sentence_of(""), "f.json: the file is empty");
    EXPECT_EQ(sentence_of("{\"jobs\": ["),
              "f.json:2:1: not valid JSON: flow sequence without a closing bracket");
    EXPECT_EQ(sentence_of("{\"a\": 1}"),
              "f.json:1:1: not the JSON output of fio, there is no list \"jobs\"");
    EXPECT_EQ(sentence_of("[1]"),
              "f.json:1:1: not the JSON output of fio, there is no list \"jobs\"");
    EXPECT_EQ(sentence_of("{\"jobs\": 3}"),
              "f.json:1:1: not the JSON output of fio, there is no list \"jobs\"");
    EXPECT_EQ(sentence_of("{\"jobs\": []}"),
              "f.json:1:10: there is no job 0, the file has 0 (counted from 0)");
    EXPECT_EQ(sentence_of(job("{}"), 1),
              "f.json:1:10: there is no job 1, the file has 1 (counted from 0)");
    EXPECT_EQ(sentence_of(job("{}"), 0, DIRECTION_WRITE), "f.json:1:11: job 0 has no \"write\"");
    EXPECT_EQ(sentence_of(job("{}")), "f.json:1:20: \"read\" holds no latency samples");
    EXPECT_EQ(sentence_of(job("3")), "f.json:1:20: \"read\" holds no latency samples");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"N\": 0, \"percentile\": {\"1.0\": 0}}}")),
              "f.json:1:20: \"read\" holds no latency samples");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"bins\": {}}}")),
              "f.json:1:20: \"read\" holds no latency samples");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"bins\": {\"5\": 0}}}")),
              "f.json:1:41: bins: all 1 bins are empty, expected a count above 0");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"bins\": {\"5\": -1}}}")),
              "f.json:1:47: the count of a bin: found \"-1\", expected a whole number up to "
              "4294967295");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"bins\": {\"5\": [1]}}}")),
              "f.json:1:47: the count of a bin: found a list, expected a whole number up to "
              "4294967295");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"bins\": {\"-5\": 1}}}")),
              "f.json:1:48: a latency in ns: found \"-5\", expected a whole number up to "
              "1000000000000000");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"bins\": {\"1e3\": 1}}}")),
              "f.json:1:49: a latency in ns: found \"1e3\", expected a whole number up to "
              "1000000000000000");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"percentile\": {\"50.0\": 1}}}")),
              "f.json:1:32: clat_ns lacks \"min\"");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"min\": 1, \"max\": 2, "
                              "\"percentile\": {\"101\": 1}}}")),
              "f.json:1:68: found \"101\", expected a percentage up to 100");
    EXPECT_EQ(sentence_of(job("{\"clat_ns\": {\"min\": 9, \"max\": 2, "
                              "\"percentile\": {\"50\": 1}}}")),
              "f.json:1:67: percentile: min 9000 of a distribution is above max 2000");
}

TEST_F(Fio, ErrorsOfTheFileComeThroughTheConfiguration)
{
    write("fio.json", "{\"jobs\": []}");
    EXPECT_EQ(sentence(std::string(minimal) + "store: {read: {latency: fio, file: fio.json}}\n"),
              "fio.json:1:10: there is no job 0, the file has 0 (counted from 0)");
}

TEST_F(Fio, SizeHasALimit)
{
    std::filesystem::path big = folder / "big.json";
    write("big.json", "{}");
    std::filesystem::resize_file(big, (64u << 20) + 1);
    EXPECT_FALSE(fio_read(&d, big.c_str(), 0, DIRECTION_READ, &e));
    EXPECT_EQ(without_folder(e.text), "big.json: larger than 67108864 bytes");
}
