// KVM's bus of devices and the ioeventfds on it.
#include "gic/gic.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <vector>

namespace {

using list = std::vector<u32>;

struct Bus : testing::Test {
    std::unique_ptr<gic_bus> owned = std::make_unique<gic_bus>();
    std::unique_ptr<gic_ioevents> events = std::make_unique<gic_ioevents>();
    gic_bus *b = owned.get();
    list asked;       // Devices in the order in which they were asked.
    u32 refusals = 0; // So many say "not mine".

    void SetUp() override
    {
        gic_bus_init(b);
        gic_ioevents_init(events.get());
    }
    bool add(u64 base, u32 len, u32 device)
    {
        return gic_bus_insert(b, base, len, device, false);
    }
    static bool serve(void *arg, u32 device, u64, u32)
    {
        Bus *t = static_cast<Bus *>(arg);
        t->asked.push_back(device);
        return t->asked.size() > t->refusals;
    }
    u32 access(u64 addr, u32 len, u64 *compares = nullptr)
    {
        asked.clear();
        return gic_bus_access(b, addr, len, serve, this, compares);
    }
    list order() const
    {
        list devices;
        for (u32 i = 0; i < b->count; i++)
            devices.push_back(b->range[i].device);
        return devices;
    }
};

TEST_F(Bus, AnAccessMustLieInsideOfTheRange)
{
    EXPECT_EQ(access(0x1000, 4), GIC_BUS_NOBODY);
    add(0x1000, 0x100, 1);
    struct {
        u64 addr;
        u32 len;
        bool hit;
    } const cases[] = {{0x0fff, 1, false},    {0x0fff, 2, false},    {0x1000, 1, true},
                       {0x1000, 8, true},     {0x10f8, 8, true},     {0x10fc, 8, false},
                       {0x10ff, 1, true},     {0x10ff, 2, false},    {0x1100, 1, false},
                       {0x1000, 0x100, true}, {0x1000, 0x101, false}};
    for (const auto &c : cases)
        EXPECT_EQ(access(c.addr, c.len), c.hit ? 1 : GIC_BUS_NOBODY) << std::hex << c.addr;
}

TEST_F(Bus, LengthZeroIsOneAddressAtAnyLength)
{
    add(0x1000, 0, 1);
    for (u32 len : {1u, 2u, 4u, 8u, 64u}) {
        EXPECT_EQ(access(0x1000, len), 1u);
        EXPECT_EQ(access(0x0fff, len), GIC_BUS_NOBODY);
        EXPECT_EQ(access(0x1001, len), GIC_BUS_NOBODY);
    }
}

TEST_F(Bus, RangesAreSortedAndEqualOnesStayInOrder)
{
    add(0x3000, 16, 3);
    add(0x1000, 16, 1);
    add(0x2000, 16, 20);
    add(0x2000, 16, 21);
    add(0x2000, 16, 22);
    add(0x1800, 0, 18);
    EXPECT_EQ(order(), (list{1, 18, 20, 21, 22, 3}));
    EXPECT_EQ(access(0x2004, 4), 20u);
}

TEST_F(Bus, WhoSaysNotMineLetsTheNextTry)
{
    for (u32 i = 0; i < 4; i++)
        add(0x2000, 16, i);
    add(0x1000, 16, 9);
    add(0x3000, 16, 9);
    for (refusals = 0; refusals < 4; refusals++) {
        EXPECT_EQ(access(0x2000, 4), refusals);
        EXPECT_EQ(asked.size(), refusals + 1);
    }
    EXPECT_EQ(access(0x2000, 4), GIC_BUS_NOBODY);
    EXPECT_EQ(asked, (list{0, 1, 2, 3}));
}

TEST_F(Bus, RemovingTakesTheFirstOfADevice)
{
    add(0x1000, 16, 1);
    add(0x2000, 16, 2);
    add(0x3000, 16, 1);
    EXPECT_TRUE(gic_bus_remove(b, 1));
    EXPECT_EQ(order(), (list{2, 1}));
    EXPECT_EQ(access(0x1000, 4), GIC_BUS_NOBODY);
    EXPECT_TRUE(gic_bus_remove(b, 1));
    EXPECT_FALSE(gic_bus_remove(b, 1));
    EXPECT_EQ(order(), list{2});
}

TEST_F(Bus, AThousandDevicesAreTheLimitForIoeventfdsToo)
{
    for (u32 i = 0; i < 999; i++)
        ASSERT_TRUE(add(0x10000ull * i, 16, i));
    EXPECT_TRUE(gic_bus_insert(b, 1, 1, 5000, true)); // Does not count as one.
    EXPECT_TRUE(add(1ull << 40, 16, 999));
    EXPECT_FALSE(add(2ull << 40, 16, 1000));
    EXPECT_FALSE(gic_bus_insert(b, 2, 1, 5001, true));
    EXPECT_TRUE(gic_bus_remove(b, 5000)); // Frees no place among devices.
    EXPECT_FALSE(add(2ull << 40, 16, 1000));
    EXPECT_TRUE(gic_bus_remove(b, 0));
    EXPECT_TRUE(add(2ull << 40, 16, 1000));
}

TEST_F(Bus, OurMemoryForIoeventfdsIsBounded)
{
    for (u32 i = 0; i < GIC_BUS_IOEVENTS_MAX; i++)
        ASSERT_TRUE(gic_bus_insert(b, i, 1, i, true));
    EXPECT_FALSE(gic_bus_insert(b, 0, 1, 0, true));
    EXPECT_TRUE(add(1ull << 40, 16, 1));
}

// A frame of 128 KiB for each of 512 vCPUs and the distributor: as QEMU's virt machine lays them.
TEST_F(Bus, ComparisonsGrowWithTheLogarithmOfTheVcpus)
{
    constexpr u64 dist = 0x08000000, redist = 0x080a0000, more = 0x4000000000, frame = 0x20000;
    std::vector<u64> most;
    for (u32 vcpus : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u, 256u, 512u}) {
        gic_bus_init(b);
        add(dist, 0x10000, 1000);
        auto base = [&](u32 i) { return i < 123 ? redist + i * frame : more + (i - 123) * frame; };
        for (u32 i = 0; i < vcpus; i++)
            add(base(i), u32(frame), i);
        most.push_back(0);
        for (u32 i = 0; i < vcpus; i++)
            for (u64 off : {u64{0}, frame - 4}) {
                u64 compares = 0;
                ASSERT_EQ(access(base(i) + off, 4, &compares), i);
                most.back() = std::max(most.back(), compares);
            }
        u64 compares = 0;
        EXPECT_EQ(access(dist + 0x100, 4, &compares), 1000u);
        EXPECT_EQ(access(dist + 0x10000, 4), GIC_BUS_NOBODY);
    }
    for (size_t i = 1; i < most.size(); i++) // Twice the vCPUs, one comparison more.
        EXPECT_LE(most[i], most[i - 1] + 1) << (1u << i);
    EXPECT_LE(most.back(), 12u); // log2(513) = 10, one more, and one to look at its left.
}

// Against the rule itself: the first device, in the order of the array, that holds the access.
RC_GTEST_PROP(BusProperty, DisjointFramesAreFoundAsByALinearSearch, ())
{
    auto bus = std::make_unique<gic_bus>();
    gic_bus_init(bus.get());
    const auto slots = *rc::gen::unique<std::vector<u32>>(rc::gen::inRange(0u, 64u));
    for (u32 slot : slots)
        RC_ASSERT(gic_bus_insert(bus.get(), slot * 256ull, 128, slot, false));
    const u64 addr = *rc::gen::inRange<u64>(0, 64 * 256);
    const u32 len = 1u << *rc::gen::inRange(0, 4);
    u32 expected = GIC_BUS_NOBODY;
    for (u32 slot : slots)
        if (addr >= slot * 256ull && addr + len <= slot * 256ull + 128)
            expected = slot;
    auto mine = [](void *, u32, u64, u32) { return true; };
    RC_ASSERT(gic_bus_access(bus.get(), addr, len, mine, nullptr, nullptr) == expected);
}

// --- ioeventfd ---

gic_ioevent_args args(u64 addr, u32 len, u32 flags = 0, u64 datamatch = 0, s32 fd = 3)
{
    return {datamatch, addr, len, fd, flags, 0};
}

struct Ioevent : Bus {
    gic_ioevent_error call(const gic_ioevent_args &a)
    {
        return gic_ioevent(events.get(), b, &a);
    }
    gic_ioevent_error undo(gic_ioevent_args a)
    {
        a.flags |= GIC_IOEVENT_DEASSIGN;
        return call(a);
    }
};

TEST_F(Ioevent, AWriteMatchesByAddressLengthAndValue)
{
    struct {
        u32 len, flags;
        u64 datamatch, addr;
        u32 by;
        u64 value;
        bool hit;
    } const cases[] = {
        {4, 0, 0, 0x100, 4, 77, true},        // wildcard
        {4, 0, 0, 0x101, 4, 77, false},       {4, 0, 0, 0x0ff, 4, 77, false},
        {4, 0, 0, 0x100, 2, 77, false},       {4, 0, 0, 0x100, 8, 77, false},
        {0, 0, 0, 0x100, 1, 77, true},        {0, 0, 0, 0x100, 8, 77, true},
        {0, 0, 0, 0x101, 1, 77, false},
        {4, 1, 77, 0x100, 4, 77, true},       {4, 1, 77, 0x100, 4, 78, false},
        {1, 1, 77, 0x100, 1, 0x14d, true},    // The write has one byte.
        {1, 1, 0x14d, 0x100, 1, 0x4d, false}, // The value to match has two.
        {2, 1, 0x14d, 0x100, 2, 0x7014d, true},
        {8, 1, 1ull << 63, 0x100, 8, 1ull << 63, true}, {8, 1, 1ull << 63, 0x100, 8, 0, false},
    };
    for (const auto &c : cases) {
        gic_ioevents_init(events.get());
        gic_bus_init(b);
        ASSERT_EQ(call(args(0x100, c.len, c.flags, c.datamatch)), GIC_IOEVENT_OK);
        EXPECT_EQ(gic_ioevent_matches(&events->event[0], c.addr, c.by, c.value), c.hit)
            << c.len << " " << c.by << " " << std::hex << c.addr << " " << c.value;
    }
}

TEST_F(Ioevent, ErrorsComeInKvmsOrder)
{
    struct {
        gic_ioevent_args a;
        gic_ioevent_error error;
    } const cases[] = {
        {args(0, 3, 64, 0, -1), GIC_IOEVENT_EINVAL},   {args(0, 16), GIC_IOEVENT_EINVAL},
        {args(0, 5), GIC_IOEVENT_EINVAL},              {args(0, 6), GIC_IOEVENT_EINVAL},
        {args(0, 7), GIC_IOEVENT_EINVAL},              {args(0, 9), GIC_IOEVENT_EINVAL},
        {args(UINT64_MAX, 1), GIC_IOEVENT_EINVAL},     // addr + len wraps
        {args(UINT64_MAX - 1, 1), GIC_IOEVENT_OK},     {args(UINT64_MAX, 0), GIC_IOEVENT_OK},
        {args(0, 4, 32), GIC_IOEVENT_EINVAL},          {args(0, 4, 1u << 31), GIC_IOEVENT_EINVAL},
        {args(8, 4, 16), GIC_IOEVENT_OK},              // Bit 4 is nothing.
        {args(0, 0, 1, 0, -1), GIC_IOEVENT_EINVAL},    // Before the eventfd is looked at.
        {args(0, 4, 0, 0, -1), GIC_IOEVENT_EBADF},
        {args(8, 4, 0, 0, -1), GIC_IOEVENT_EBADF},     // Before the collision.
        {args(8, 4), GIC_IOEVENT_EEXIST},              {args(8, 4, 1, 5), GIC_IOEVENT_EEXIST},
        {args(8, 0), GIC_IOEVENT_EEXIST},              {args(8, 8), GIC_IOEVENT_OK},
        {args(8, 2, 1, 5), GIC_IOEVENT_OK},            {args(8, 2, 1, 6), GIC_IOEVENT_OK},
        {args(8, 2, 1, 5), GIC_IOEVENT_EEXIST},        {args(8, 2), GIC_IOEVENT_EEXIST},
        {args(8, 4, GIC_IOEVENT_PIO), GIC_IOEVENT_OK}, // Another bus.
        {args(8, 4, GIC_IOEVENT_PIO | GIC_IOEVENT_VIRTIO_CCW), GIC_IOEVENT_EEXIST}, // PIO, too
        {args(8, 4, GIC_IOEVENT_VIRTIO_CCW), GIC_IOEVENT_OK},
        {args(16, 0), GIC_IOEVENT_OK},                 {args(16, 4), GIC_IOEVENT_EEXIST},
    };
    int n = 0;
    for (const auto &c : cases)
        EXPECT_EQ(call(c.a), c.error) << "case " << n++;
}

TEST_F(Ioevent, DeassignMustRepeatEverything)
{
    const gic_ioevent_args wild = args(0x100, 4), exact = args(0x200, 4, 1, 77);
    const gic_ioevent_args any = args(0x300, 0);
    for (const gic_ioevent_args &a : {wild, exact, any})
        ASSERT_EQ(call(a), GIC_IOEVENT_OK);
    const gic_ioevent_args wrong[] = {
        args(0x101, 4), args(0x100, 8), args(0x100, 4, 1), args(0x100, 4, GIC_IOEVENT_PIO),
        args(0x100, 4, 0, 0, 4), args(0x200, 4, 1, 78), args(0x200, 4), args(0x300, 4)};
    for (const gic_ioevent_args &a : wrong)
        EXPECT_EQ(undo(a), GIC_IOEVENT_ENOENT) << std::hex << a.addr;
    EXPECT_EQ(undo(args(0x100, 4, 0, 0, -1)), GIC_IOEVENT_EBADF);
    EXPECT_EQ(undo(args(0x100, 3, 32)), GIC_IOEVENT_ENOENT); // No other check.
    EXPECT_EQ(undo(args(0x100, 4, 0, 99)), GIC_IOEVENT_OK);  // A wildcard has no value.
    for (const gic_ioevent_args &a : {exact, any})
        EXPECT_EQ(undo(a), GIC_IOEVENT_OK);
    EXPECT_EQ(undo(exact), GIC_IOEVENT_ENOENT);
    EXPECT_EQ(events->count, 0u);
    EXPECT_EQ(b->count, 0u);
    EXPECT_EQ(b->ioevent_count, 0u);
}

TEST_F(Ioevent, LengthZeroIsOnTheFastBusAsWell)
{
    ASSERT_EQ(call(args(0x300, 0)), GIC_IOEVENT_OK);
    EXPECT_EQ(events->count, 2u);
    EXPECT_EQ(events->event[1].bus, GIC_BUS_FAST_MMIO);
    EXPECT_EQ(b->count, 1u);
    ASSERT_EQ(undo(args(0x300, 0)), GIC_IOEVENT_OK);
    EXPECT_EQ(events->count, 0u);
    for (u32 i = 0; i < GIC_BUS_IOEVENTS_MAX - 1; i++)
        ASSERT_EQ(call(args(8 * i, 4)), GIC_IOEVENT_OK);
    EXPECT_EQ(call(args(1u << 20, 0)), GIC_IOEVENT_ENOSPC); // Room for one: neither stays.
    EXPECT_EQ(events->count, GIC_BUS_IOEVENTS_MAX - 1u);
    EXPECT_EQ(b->count, GIC_BUS_IOEVENTS_MAX - 1u);
    EXPECT_EQ(call(args(1u << 20, 4)), GIC_IOEVENT_OK);
    EXPECT_EQ(call(args(1u << 21, 4)), GIC_IOEVENT_ENOSPC);
}

TEST_F(Ioevent, AFullBusHasNoSpaceForAnEvent)
{
    for (u32 i = 0; i < 1000; i++)
        add(0x10000ull * i, 16, i);
    EXPECT_EQ(call(args(0x100, 4)), GIC_IOEVENT_ENOSPC);
    EXPECT_EQ(events->count, 0u);
    EXPECT_EQ(call(args(0x100, 4, GIC_IOEVENT_PIO)), GIC_IOEVENT_OK);
}

// Two events at one address with different values, and devices around them: a range that comes
// later stands behind all that lies inside of it.
TEST_F(Ioevent, TheBusAsksThemInTheOrderOfTheArray)
{
    ASSERT_EQ(call(args(0x1008, 4, 1, 7)), GIC_IOEVENT_OK);
    ASSERT_EQ(call(args(0x1008, 4, 1, 8)), GIC_IOEVENT_OK);
    add(0x1008, 0x1000, 1);
    u64 value = 8;
    struct {
        gic_ioevents *t;
        u64 *value;
    } arg = {events.get(), &value};
    auto written = [](void *p, u32 device, u64 addr, u32 len) {
        auto *a = static_cast<decltype(arg) *>(p);
        if (device < GIC_IOEVENT_DEVICE)
            return true;
        return gic_ioevent_matches(&a->t->event[device - GIC_IOEVENT_DEVICE], addr, len, *a->value);
    };
    auto who = [&] { return gic_bus_access(b, 0x1008, 4, written, &arg, nullptr); };
    EXPECT_EQ(who(), GIC_IOEVENT_DEVICE + 1);
    value = 7;
    EXPECT_EQ(who(), GIC_IOEVENT_DEVICE);
    value = 9;
    EXPECT_EQ(who(), 1u);
    add(0x1000, 0x1000, 2); // Begins before them, comes after them.
    value = 7;
    EXPECT_EQ(who(), GIC_IOEVENT_DEVICE);
    value = 9;
    EXPECT_EQ(who(), 2u);
    gic_bus_init(b);
    gic_ioevents_init(events.get());
    add(0x1000, 0x1000, 3); // Was there before them.
    ASSERT_EQ(call(args(0x1008, 4, 1, 7)), GIC_IOEVENT_OK);
    value = 7;
    EXPECT_EQ(who(), 3u);
}

} // namespace
