/*
 * Random sequences of everything that can happen to den0054 and kvm-v7, compared step by step with
 * small models that were written from the specification and from the series' words. A sequence
 * that differs shrinks to the few steps that matter.
 */
#include "sdei/tests/den_model.hpp"

#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

namespace {

/* --- den0054 --- */

using den_model::op;
using den_model::outcome;

const u32 den_fids[] = {
    SDEI_EVENT_REGISTER, SDEI_EVENT_ENABLE,     SDEI_EVENT_DISABLE, SDEI_EVENT_UNREGISTER,
    SDEI_EVENT_STATUS,   SDEI_EVENT_CONTEXT,    SDEI_PE_MASK,       SDEI_PE_UNMASK,
    SDEI_EVENT_SIGNAL,   SDEI_INTERRUPT_BIND,   SDEI_INTERRUPT_RELEASE, SDEI_PRIVATE_RESET,
    SDEI_SHARED_RESET,   SDEI_EVENT_ROUTING_SET,
};

struct DenSut : DenBed {
    irq_world world;
    bool raised[3] = {}; /* KVM_REQ_SDEI */

    void TestBody() override {}

    /* What a caller does with the results of any step. */
    void obey(u32 pe)
    {
        world.apply(todo, pe);
        raised[pe] |= todo.request;
        if (todo.signals)
            raised[todo.signal_pe] = true;
    }

    s64 guest_call(const op &o)
    {
        const u64 flags = o.route < 0 ? SDEI_ROUTE_ANY : SDEI_ROUTE_PE;
        const u64 mpidr = o.route < 0 ? 77 : sdei_mpidr(u32(o.route));
        const u32 fid = den_fids[o.kind];
        switch (o.kind) {
        case den_model::REGISTER:
            return call(o.pe, fid, o.num, entry_of(o.num, o.pe), 1, flags, mpidr);
        case den_model::CONTEXT:
            return call(o.pe, fid, 5);
        case den_model::SIGNAL:
            return call(o.pe, fid, o.num, mpidr);
        case den_model::ROUTING_SET:
            return call(o.pe, fid, o.num, flags, mpidr);
        default:
            return call(o.pe, fid, o.num);
        }
    }

    outcome step(const op &o)
    {
        outcome out;
        regs = context(0, 0);
        regs.x[5] = o.token;
        todo = {};
        switch (o.kind) {
        case den_model::INJECT:
            out.value = inject(o.pe, o.num);
            raised[o.pe] |= out.value == 0;
            break;
        case den_model::DELIVER:
            raised[o.pe] = false;
            if (deliver(o.pe)) {
                out.began = num;
                out.restored = regs.x[5];
            }
            break;
        case den_model::INTERRUPT:
            out.value = interrupt(o.pe, o.num);
            if (out.value != SDEI_FATE_FOREIGN)
                world.acknowledge(o.num, o.pe);
            if (out.value == SDEI_FATE_DISPATCHED) {
                out.began = num;
                out.restored = regs.x[5];
            }
            break;
        case den_model::COMPLETE:
        case den_model::RESUME:
            if (complete(o.pe, o.kind == den_model::RESUME)) {
                out.ended = done.num;
                out.restored = regs.x[5];
            } else {
                out.value = done.status;
            }
            todo = done.todo;
            break;
        case den_model::RESET:
            reset(o.pe);
            raised[o.pe] = false;
            break;
        default:
            out.value = guest_call(o);
            break;
        }
        obey(o.pe);
        return out;
    }
};

const u32 den_intids[] = {INTID_PPI, INTID_SPI, INTID_SPI_CRITICAL, INTID_DYN_PPI, INTID_DYN_SPI,
                          30,        78,        79,                 15,            1020};

/* The interrupt controller, as struct sdei_todo has made it, is as the model says. */
void compare_interrupts(const den_model::model &m, const DenSut &sut)
{
    RC_ASSERT(sut.world.fault == "");
    for (u32 intid : den_intids)
        for (u32 pe = 0; pe < 3; pe++) {
            const irq_line want = m.line(intid, pe), got = sut.world.line(intid, pe);
            if (!(got == want))
                RC_ASSERT(got == want); /* Slow: it keeps both for a message. */
        }
}

/*
 * What must hold of any dispatcher, whatever the model thinks of held interrupts: an event that
 * could begin is not cut off from its interrupt, and nobody keeps an interrupt without an event.
 */
void nothing_is_cut_off(const den_model::model &m, const DenSut &sut)
{
    for (u32 intid : den_intids)
        for (u32 pe = 0; pe < 3; pe++) {
            const auto event = m.event_of(intid, pe);
            const irq_line line = sut.world.line(intid, pe);
            if (!event || !m.handlers.count(*event))
                RC_ASSERT(!line.claimed && !line.enabled);
            else if (!m.masked[pe] && m.stack[pe].empty() && m.is_ready(*event) &&
                     m.is_target(*event, pe))
                RC_ASSERT(line.claimed && line.enabled &&
                          (line.route < 0 || line.route == int(pe)));
        }
}

/* The request is raised if something can be delivered, and never for nothing. */
void compare_requests(const op &o, const den_model::model &m, const DenSut &sut)
{
    const bool signal = o.kind == den_model::SIGNAL && o.num == 0 && o.route >= 0;
    for (u32 pe = 0; pe < 3; pe++)
        RC_ASSERT(sut.raised[pe] || !m.would_deliver(pe));
    RC_ASSERT(!sut.todo.request || m.something_waits(o.pe));
    RC_ASSERT(!sut.todo.request || signal || !m.masked[o.pe]);
    RC_ASSERT(bool(sut.todo.signals) == (signal && o.route != int(o.pe)));
    RC_ASSERT(!sut.todo.signals || sut.todo.signal_pe == o.route);
}

struct DenStep : rc::state::Command<den_model::model, DenSut> {
    op o;

    explicit DenStep(const op &chosen) : o(chosen) {}

    DenStep()
    {
        const std::vector<u32> nums = {EV_SIGNAL, EV_CRITICAL, EV_NORMAL,       EV_PPI,
                                       EV_SPI,    EV_SLOT_PPI, EV_SLOT_SPI,     EV_SPI_CRITICAL,
                                       EV_UNKNOWN, EV_SLOT_PPI + 1};
        const std::vector<u32> intids = {INTID_PPI, INTID_SPI, INTID_SPI_CRITICAL, INTID_DYN_PPI,
                                         INTID_DYN_SPI, INTID_DYN_PPI, INTID_DYN_SPI, 30, 78, 79,
                                         15, 1020};
        o.kind = *rc::gen::weightedElement<den_model::op_kind>({
            {6, den_model::INTERRUPT}, {6, den_model::DELIVER},     {4, den_model::INJECT},
            {3, den_model::SIGNAL},    {3, den_model::COMPLETE},    {1, den_model::RESUME},
            {4, den_model::REGISTER},  {4, den_model::ENABLE},      {2, den_model::DISABLE},
            {2, den_model::UNREGISTER}, {3, den_model::UNMASK},     {1, den_model::MASK},
            {3, den_model::BIND},      {2, den_model::RELEASE},     {2, den_model::ROUTING_SET},
            {1, den_model::STATUS},    {1, den_model::CONTEXT},     {1, den_model::PRIVATE_RESET},
            {1, den_model::SHARED_RESET}, {1, den_model::RESET},
        });
        /* Resets make short lives: keep them rare. */
        if ((o.kind == den_model::RESET || o.kind == den_model::PRIVATE_RESET ||
             o.kind == den_model::SHARED_RESET) && *rc::gen::inRange(0, 4) != 0)
            o.kind = den_model::STATUS;
        o.pe = *rc::gen::weightedElement<u32>({{4, 0}, {2, 1}, {1, 2}});
        const bool by_intid = o.kind == den_model::BIND || o.kind == den_model::INTERRUPT;
        o.num = *rc::gen::elementOf(by_intid ? intids : nums);
        if (o.kind == den_model::SIGNAL && *rc::gen::inRange(0, 4) != 0)
            o.num = 0;
        o.route = *rc::gen::inRange(-1, 3);
        o.token = *rc::gen::inRange<u64>(1000, 1000000);
    }

    void apply(den_model::model &m) const override { m.step(o); }

    void run(const den_model::model &m, DenSut &sut) const override
    {
        den_model::model copy = m;
        const outcome expected = copy.step(o), got = sut.step(o);
        RC_ASSERT(got.value == expected.value);
        RC_ASSERT(got == expected);
        for (u32 pe = 0; pe < 3; pe++) {
            RC_ASSERT(sdei_is_running(&sut.v[pe]) == !copy.stack[pe].empty());
            RC_ASSERT(bool(sut.v[pe].masked) == copy.masked[pe]);
        }
        nothing_is_cut_off(copy, sut);
        compare_interrupts(copy, sut);
        compare_requests(o, copy, sut);
    }

    void show(std::ostream &os) const override
    {
        os << "{kind " << o.kind << ", pe " << o.pe << ", num " << o.num << ", route " << o.route
           << ", token " << o.token << "}";
    }
};

RC_GTEST_PROP(Den0054, BehavesAsItsModel, ())
{
    for (int i = 0; i < 2; i++) {
        DenSut sut;
        rc::state::check(den_model::model(), sut, rc::state::gen::execOneOfWithArgs<DenStep>());
    }
}

/* As a guest that means it: everything is ready on all PEs, then anything happens. */
void make_all_ready(den_model::model &m, DenSut &sut)
{
    std::vector<op> steps;

    for (u32 pe = 0; pe < 3; pe++) {
        steps.push_back({den_model::BIND, pe, INTID_DYN_PPI, 0, 0});
        steps.push_back({den_model::BIND, pe, INTID_DYN_SPI, 0, 0});
        steps.push_back({den_model::UNMASK, pe, 0, 0, 0});
        for (u32 n : kinds)
            for (auto kind : {den_model::REGISTER, den_model::ENABLE})
                steps.push_back({kind, pe, n, -1, 0});
    }
    for (const op &o : steps)
        RC_ASSERT(m.step(o) == sut.step(o));
}

RC_GTEST_PROP(Den0054, BehavesAsItsModelWhenEverythingIsReady, ())
{
    for (int i = 0; i < 2; i++) {
        DenSut sut;
        den_model::model m;
        make_all_ready(m, sut);
        rc::state::check(m, sut, rc::state::gen::execOneOfWithArgs<DenStep>());
    }
}

/* Interrupts of registered events, and what moves them: masks, routes, resets. */
struct DenIrqStep : DenStep {
    DenIrqStep() : DenStep(draw()) {}

    static op draw()
    {
        op o{};
        o.kind = *rc::gen::weightedElement<den_model::op_kind>({
            {8, den_model::INTERRUPT}, {4, den_model::UNMASK},     {3, den_model::MASK},
            {2, den_model::RESET},     {1, den_model::ROUTING_SET}, {1, den_model::DISABLE},
            {3, den_model::ENABLE},    {2, den_model::REGISTER},   {1, den_model::UNREGISTER},
            {1, den_model::RELEASE},   {1, den_model::BIND},       {4, den_model::COMPLETE},
        });
        o.pe = *rc::gen::inRange(0u, 3u);
        o.num = *rc::gen::element(EV_PPI, EV_SPI, EV_SPI_CRITICAL, EV_SLOT_PPI, EV_SLOT_SPI);
        if (o.kind == den_model::BIND || o.kind == den_model::INTERRUPT)
            o.num = intid_of(o.num);
        o.route = *rc::gen::weightedElement<int>({{1, -1}, {2, 0}, {2, 1}, {1, 2}});
        return o;
    }
};

/* The PEs are masked when it begins, and shared events go to PE 1. */
RC_GTEST_PROP(Den0054, CutsNoEventOffFromItsInterrupt, ())
{
    for (int i = 0; i < 2; i++) {
        DenSut sut;
        den_model::model m;
        std::vector<op> steps = {{den_model::BIND, 0, INTID_DYN_PPI, 0, 0},
                                 {den_model::BIND, 0, INTID_DYN_SPI, 0, 0}};
        for (u32 n : kinds)
            for (auto kind : {den_model::REGISTER, den_model::ENABLE})
                steps.push_back({kind, 1, n, 1, 0});
        for (const op &o : steps)
            RC_ASSERT(m.step(o) == sut.step(o));
        rc::state::check(m, sut, rc::state::gen::execOneOfWithArgs<DenIrqStep>());
    }
}

/* --- kvm-v7: two events of one vCPU, as the cover letter words it. --- */

struct v7_model {
    bool registered[2] = {}, enabled[2] = {}, pending[2] = {}, masked = true, hung = false;
    int running = -1;
    u64 token = 0;
};

struct v7_op {
    int kind; /* 0..11 */
    u32 num;
    u64 token;
};

struct v7_outcome {
    s64 value = 0;
    bool request = false;
    int began = -1, ended = -1;
    u64 restored = 0;
    bool operator==(const v7_outcome &o) const
    {
        return value == o.value && request == o.request && began == o.began && ended == o.ended &&
               restored == o.restored;
    }
};

enum { V_REG, V_ENA, V_DIS, V_UNR, V_STATUS, V_MASK, V_UNMASK, V_SIGNAL, V_RESET, V_NOW, V_LATER,
       V_CANCEL, V_DELIVER, V_COMPLETE, V_OP_COUNT };

s64 v7_call(v7_model &m, const v7_op &o, bool &request)
{
    const u32 n = o.num;
    switch (o.kind) {
    case V_REG:
        if (m.registered[n] || m.running == int(n))
            return DEN;
        m.registered[n] = true;
        return OK;
    case V_ENA:
    case V_DIS:
        if (!m.registered[n])
            return DEN;
        m.enabled[n] = o.kind == V_ENA;
        request = o.kind == V_ENA && m.pending[n] && !m.masked;
        return OK;
    case V_UNR: {
        const bool was = m.registered[n];
        m.registered[n] = m.enabled[n] = false;
        return m.running == int(n) ? PEN : was ? OK : DEN;
    }
    case V_STATUS:
        return m.registered[n] + 2 * m.enabled[n] + 4 * (m.running == int(n));
    case V_SIGNAL:
        if (n != 0 || !m.registered[0])
            return INV;
        request = !m.pending[0] && !m.masked && m.enabled[0];
        m.pending[0] = true;
        return OK;
    case V_NOW:
    case V_LATER:
        if (!m.registered[n])
            return SDEI_ENOENT;
        if (o.kind == V_NOW && (m.masked || !m.enabled[n] || m.pending[0] || m.pending[1] ||
                                m.running >= 0))
            return SDEI_EBUSY;
        m.pending[n] = true;
        return m.masked || !m.enabled[n] ? SDEI_QUEUED : 0;
    default: /* V_CANCEL */
        if (!m.registered[n])
            return SDEI_ENOENT;
        if (m.running == int(n))
            return SDEI_EBUSY;
        m.pending[n] = false;
        return 0;
    }
}

v7_outcome v7_step(v7_model &m, const v7_op &o)
{
    v7_outcome out;
    const int first = m.pending[0] ? 0 : m.pending[1] ? 1 : -1;
    switch (o.kind) {
    case V_MASK:
        m.masked = true;
        break;
    case V_UNMASK:
        m.masked = false;
        out.request = m.pending[0] || m.pending[1];
        break;
    case V_RESET:
        m.registered[0] = m.registered[1] = m.enabled[0] = m.enabled[1] = false;
        break;
    case V_DELIVER:
        if (m.masked || m.running >= 0 || first < 0 || m.hung)
            break;
        m.hung = !m.enabled[first];
        if (m.hung)
            break;
        m.pending[first] = false;
        out.began = m.running = first;
        m.token = o.token;
        break;
    case V_COMPLETE:
        out.ended = m.running;
        out.restored = m.running >= 0 ? m.token : 0;
        m.running = -1;
        break;
    default:
        out.value = v7_call(m, o, out.request);
    }
    return out;
}

struct V7Sut {
    sdei_vm vm;
    sdei_vcpu v;

    V7Sut()
    {
        sdei_spec spec;
        sdei_spec_init(&spec, SDEI_KVM_V7, 1);
        sdei_vm_start(&vm, &spec);
        sdei_vcpu_start(&vm, &v);
    }

    v7_outcome step(const v7_op &o)
    {
        static const u32 fids[] = {SDEI_EVENT_REGISTER, SDEI_EVENT_ENABLE, SDEI_EVENT_DISABLE,
                                   SDEI_EVENT_UNREGISTER, SDEI_EVENT_STATUS, SDEI_PE_MASK,
                                   SDEI_PE_UNMASK, SDEI_EVENT_SIGNAL, SDEI_PRIVATE_RESET};
        const u64 arg[5] = {o.num, 0x1000, 0, 0, 0};
        v7_outcome out;
        sdei_regs regs{};
        sdei_todo todo;
        sdei_done done;
        u64 spsr = 0;
        u32 num = 0;

        regs.x[5] = o.token;
        if (o.kind < int(std::size(fids))) {
            out.value = sdei_call(&vm, &v, 0, fids[o.kind], arg, &todo);
            out.request = todo.request;
        } else if (o.kind == V_NOW || o.kind == V_LATER) {
            out.value = sdei_inject(&vm, &v, 0, o.num, o.kind == V_NOW);
        } else if (o.kind == V_CANCEL) {
            out.value = sdei_cancel(&vm, &v, o.num);
        } else if (o.kind == V_DELIVER) {
            if (sdei_deliver(&vm, &v, 0, &regs, &spsr, &num))
                out.began = int(num);
        } else if (sdei_complete(&vm, &v, 0, o.token & 1, 0x2000, &regs, &done)) {
            out.ended = int(done.num);
            out.restored = regs.x[5];
            out.request = done.todo.request;
        }
        sdei_check(&vm, &v, sizeof(v));
        return out;
    }
};

struct V7Step : rc::state::Command<v7_model, V7Sut> {
    v7_op o;

    V7Step()
    {
        o.kind = *rc::gen::inRange(0, int(V_OP_COUNT));
        o.num = u32(*rc::gen::inRange(0, 2));
        o.token = *rc::gen::inRange<u64>(1, 1000);
    }

    void apply(v7_model &m) const override { v7_step(m, o); }

    void run(const v7_model &m, V7Sut &sut) const override
    {
        v7_model copy = m;
        RC_ASSERT(v7_step(copy, o) == sut.step(o));
        RC_ASSERT(sdei_is_hung(&sut.v) == copy.hung);
        RC_ASSERT(sdei_is_running(&sut.v) == (copy.running >= 0));
    }

    void show(std::ostream &os) const override
    {
        os << "{kind " << o.kind << ", num " << o.num << ", token " << o.token << "}";
    }
};

/* Most of the lives begin with both handlers enabled: others seldom get so far. */
RC_GTEST_PROP(KvmV7, BehavesAsItsModel, ())
{
    for (bool is_ready : {false, true, true}) {
        V7Sut sut;
        v7_model m;
        for (u32 n = 0; is_ready && n < 2; n++)
            for (int kind : {V_REG, V_ENA, V_UNMASK})
                RC_ASSERT(v7_step(m, {kind, n, 0}) == sut.step({kind, n, 0}));
        rc::state::check(m, sut, rc::state::gen::execOneOfWithArgs<V7Step>());
    }
}

} // namespace
