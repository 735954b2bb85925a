/*
 * Where modules of a user meet the machine: sockets of TLM-2.0, base protocol, 32 bits wide. Given
 * to shell_options.plug during elaboration; the modules must live until shell_run() returns.
 */
#ifndef MODEL_SHELL_PLUGS_HPP
#define MODEL_SHELL_PLUGS_HPP

#include <systemc>
#include <tlm>

#include "base/base.h"

/* Rides on each request for a page. A store of its own may ignore it; one whose latencies are draws
 * as ours takes them from (address, is it a read, number). */
struct store_hint : tlm::tlm_extension<store_hint> {
    u32 number = 0; /* How often this page was asked for (written) before. */

    tlm::tlm_extension_base *clone() const override { return new store_hint(*this); }
    void copy_from(const tlm::tlm_extension_base &from) override
    {
        number = static_cast<const store_hint &>(from).number;
    }
};

/* How a store wants to be called. */
enum class store_call {
    NON_BLOCKING, /* nb_transport, in the four phases of the base protocol or with any short cut. */
    BLOCKING,     /* b_transport, which may wait: one thread for each outstanding request. */
};

struct shell_plugs {
    virtual ~shell_plugs() = default;

    /*
     * Replaces the machine's own store. A request is one page, at the page's guest physical
     * address: a read fetches it, a write saves it.
     *
     * Inaccurate: the bytes of pages that have contents (page tables, mailboxes) stay in the
     * machine. A write shows them; what a read returns is not copied.
     */
    virtual void store(tlm::tlm_target_socket<> &target, store_call how) = 0;

    /* The machine's targets. None of them waits: they add to the delay. */
    virtual void dist(tlm::tlm_initiator_socket<> &from) = 0;            /* GICD, 64 KiB. */
    virtual void redist(u32 vcpu, tlm::tlm_initiator_socket<> &from) = 0; /* GICR, 128 KiB. */
    virtual void ram(tlm::tlm_initiator_socket<> &from) = 0; /* Guest physical addresses. */

    /* The line of a device: shared peripheral interrupt `intid`, 32 to 255. Level until the guest
     * or the firmware says edge (GICD_ICFGR<n>). */
    virtual void spi(u32 intid, sc_core::sc_signal_in_if<bool> &from) = 0;

    /* The virtual IRQ line of a vCPU, to be bound to an sc_in<bool>. Schedule `modules` only. */
    virtual sc_core::sc_signal_in_if<bool> &irq(u32 vcpu) = 0;
};

#endif
