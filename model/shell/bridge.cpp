#include "model/shell/bridge.hpp"

#include <sysc/kernel/sc_dynamic_processes.h>

#include <algorithm>

namespace apfsim {

using namespace sc_core;
using namespace tlm;

/* One page on its way to the store or back. Pooled: the store's time is what costs, not ours. */
struct bridge::request : tlm_generic_payload {
    struct msg m;
    u32 seq;
};

/* A thread for a target that waits. */
struct bridge::caller {
    request *job;
    sc_event go;
};

bridge::bridge(const sc_module_name &name, carrier &c)
    : sc_module(name), socket_("socket"), c_(c), blank_(MMU_PAGE_SIZE), scratch_(MMU_PAGE_SIZE)
{
    socket_.register_nb_transport_bw(this, &bridge::from_store);
    SC_METHOD(send_waiting);
    sensitive << ready_;
    dont_initialize();
    if (c.o->schedule != SHELL_MODULES)
        return;
    SC_METHOD(poll);
    sensitive << due_;
    dont_initialize();
}

bridge::~bridge() = default;

void bridge::use(tlm_target_socket<> &target, store_call how)
{
    socket_.bind(target);
    how_ = how;
    c_.store = this;
}

u64 bridge::next_ps() const
{
    return box_.empty() ? TIME_NEVER : box_.front().at_ps;
}

void bridge::take(const struct msg &m)
{
    box_.insert(std::upper_bound(box_.begin(), box_.end(), m,
                                 [](const msg &x, const msg &y) { return msg_before(&x, &y); }),
                m);
    c_.r->foreign_ps = std::min(c_.r->foreign_ps, m.at_ps);
    if (c_.o->schedule == SHELL_MODULES)
        due_.notify(time_of(m.at_ps - now_ps()));
}

/* In `modules`: the conductor's part of the work. */
void bridge::poll()
{
    if (sc_pending_activity_at_current_time()) {
        next_trigger(SC_ZERO_TIME);
        return;
    }
    offer();
    if (!box_.empty())
        due_.notify(time_of(next_ps() - now_ps()));
}

void bridge::offer()
{
    struct ctx *c = &c_.r->c;

    while (!box_.empty() && box_.front().at_ps <= now_ps()) {
        const msg m = box_.front();
        box_.pop_front();
        log_put(c->log, m.at_ps, m.dst, m.kind, m.a, m.b);
        waiting_.push_back(prepare(m));
    }
    send_waiting();
}

bridge::request *bridge::prepare(const struct msg &m)
{
    struct ctx *c = &c_.r->c;
    const bool is_read = m.kind == MSG_FETCH;
    const struct page *page = page_find(c, store_gfn(m.a));

    if (spare_.empty()) {
        requests_.push_back(std::make_unique<request>());
        spare_.push_back(requests_.back().get());
        spare_.back()->set_mm(this);
        spare_.back()->set_extension(new store_hint);
    }
    request *q = spare_.back();
    spare_.pop_back();
    q->m = m;
    q->seq = asked_++;
    q->set_command(is_read ? TLM_READ_COMMAND : TLM_WRITE_COMMAND);
    q->set_address((u64)store_gfn(m.a) << MMU_PAGE_SHIFT);
    q->set_data_ptr(is_read ? scratch_.data() : blank_.data());
    if (!is_read && page->contents != 0)
        q->set_data_ptr(page_contents(c, page_at(c, page_index(c, page))));
    q->set_data_length(MMU_PAGE_SIZE);
    q->set_streaming_width(MMU_PAGE_SIZE);
    q->set_byte_enable_ptr(nullptr);
    q->set_dmi_allowed(false);
    q->set_response_status(TLM_INCOMPLETE_RESPONSE);
    q->get_extension<store_hint>()->number = m.b;
    c->s->store.reads += is_read;
    c->s->store.writes += !is_read;
    return q;
}

/* As far as the store takes them: one BEGIN_REQ at a time. */
void bridge::send_waiting()
{
    while (!waiting_.empty() && free_ps_ <= now_ps()) {
        request *q = waiting_.front();
        waiting_.pop_front();
        q->acquire();
        if (how_ == store_call::BLOCKING)
            start_thread(q);
        else
            send(q);
    }
}

void bridge::send(request *q)
{
    sc_time delay;
    tlm_phase phase = BEGIN_REQ;

    sending_ = q;
    free_ps_ = TIME_NEVER;
    tlm_sync_enum how = socket_->nb_transport_fw(*q, phase, delay);
    if (how == TLM_UPDATED && phase == END_REQ)
        request_taken(delay);
    else if (how == TLM_UPDATED && phase == BEGIN_RESP) {
        answer(q, delay);
        phase = END_RESP;
        socket_->nb_transport_fw(*q, phase, delay);
        q->release();
    } else if (how == TLM_COMPLETED) {
        answer(q, delay);
        q->release();
    }
}

void bridge::request_taken(const sc_time &delay)
{
    sending_ = nullptr;
    free_ps_ = now_ps() + delay.value();
    if (!waiting_.empty())
        ready_.notify(delay);
}

tlm_sync_enum bridge::from_store(tlm_generic_payload &p, tlm_phase &phase, sc_time &delay)
{
    request *q = static_cast<request *>(&p);

    if (phase == END_REQ) {
        request_taken(delay);
        return TLM_ACCEPTED;
    }
    answer(q, delay);
    q->release();
    return TLM_COMPLETED;
}

void bridge::start_thread(request *q)
{
    if (!idle_.empty()) {
        caller *who = idle_.back();
        idle_.pop_back();
        who->job = q;
        who->go.notify(); /* At once: the order of the requests stays. */
        return;
    }
    callers_.push_back(std::make_unique<caller>());
    caller *who = callers_.back().get();
    who->job = q;
    sc_spawn([this, who] { call(who); });
}

void bridge::call(caller *who)
{
    for (;;) {
        sc_time delay;
        socket_->b_transport(*who->job, delay);
        answer(who->job, delay);
        who->job->release();
        idle_.push_back(who);
        wait(who->go);
    }
}

void bridge::answer(request *q, const sc_time &delay)
{
    struct run *r = c_.r;
    struct sys *s = r->c.s;
    const u64 gfn = store_gfn(q->m.a);

    if (sending_ == q)
        request_taken(SC_ZERO_TIME); /* An answer, also an early one, says END_REQ as well. */
    if (q->is_response_error()) {
        const std::string words = q->get_response_string();
        c_.outside(s->actor_store, [&] {
            sys_fail(&r->c, SYS_STUCK, "the store answered %s to a request for the page at %#llx",
                     words.c_str(), (unsigned long long)gfn << MMU_PAGE_SHIFT);
        });
        c_.is_over();
        return;
    }
    const u64 done_ps = now_ps() + delay.value();
    c_.outside(s->actor_store, [&] {
        struct msg *m = store_answer(&r->c, &q->m, done_ps);
        m->seq = q->seq; /* In the order of the requests, whoever is answered first. */
        s->store.service_ps += done_ps - q->m.at_ps;
    });
}

void bridge::free(tlm_generic_payload *p)
{
    spare_.push_back(static_cast<request *>(p));
}

} // namespace apfsim
