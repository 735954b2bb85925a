/*
 * The vCPU actor: guest code of one vCPU and, after an exit, the host code of its thread. What it
 * does is written as scripts: rows of (phase, action). A phase takes time; the action at its end
 * decides with the deciders and says how to go on. Two stacks of frames: the guest's (empty: a
 * task runs in EL0) and the host's (empty: the vCPU is in the guest).
 */
#ifndef MODEL_VCPU_H
#define MODEL_VCPU_H

#include "model/guest/guest.h"
#include "model/host/host.h"
#include "model/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

enum phase {
#define PHASE(id, name, context, irq, cost, cost2, cur, item, ready, pnp) PH_##id,
#include "model/phase.def"
#undef PHASE
    PH_COUNT,
    PH_NONE = 0xfe, /* A row without time: its action runs at once. */
    PH_END = 0xff,  /* End of a script. */
};

enum phase_context { CONTEXT_USER, CONTEXT_KERNEL, CONTEXT_HOST };

struct phase_info {
    const char *name;
    u8 context, irq;
    u8 cost[2]; /* enum cost_id, COST_COUNT: none. */
    u8 cur, item, ready, pnp; /* enum hop */
};
extern const struct phase_info phase_info[PH_COUNT];

enum verdict {
    V_NEXT,  /* Next row. */
    V_AGAIN, /* The same row once more, its phase too. */
    V_CALL,  /* A script was called: come back to this action when it has ended. */
    V_CALLN, /* A script was called: come back to the next row. */
    V_JUMP,  /* To row vcpu.jump of this script. */
    V_GOTO,  /* This script is replaced by vcpu.jump_script. */
    V_RET,   /* End of this script. */
    V_STOP,  /* The thread sleeps or lost its CPU: call this action again when it runs. */
    V_DONE,  /* The stacks are as they should be; this frame is gone. */
};

typedef enum verdict (*act_fn)(struct ctx *c, struct vcpu *v);

struct row {
    u8 phase;
    act_fn act; /* NULL: V_NEXT. */
};

enum script_id {
    /* host */
    SCR_ABORT, SCR_FAULT, SCR_FAULT_BLOCKING, SCR_SYNC, SCR_MAP, SCR_RELAX, SCR_RECLAIM, SCR_ZERO,
    SCR_RUN_LOOP, SCR_DEQUEUE, SCR_DELIVER, SCR_HALT, SCR_HVC, SCR_ACK, SCR_SDEI_DONE, SCR_SYSREG,
    SCR_MMIO, SCR_MAINT, SCR_KICK, SCR_TIMER, SCR_WFI,
    SCR_GUEST_FIRST,
    /* guest */
    SCR_BOOT = SCR_GUEST_FIRST, SCR_PNP, SCR_IRQ, SCR_TICK, SCR_APF_IRQ, SCR_EXIT_USER,
    SCR_SCHEDULE, SCR_IDLE, SCR_EL1_FAULT,
    SCR_COUNT
};

enum { FRAME_BEGUN = 1, FRAME_ACT = 2, FRAME_CUT = 4 };
/* Words, not bytes: these fields are written and read back within a few cycles. */
struct frame {
    u32 script, row;
    u32 flags; /* BEGUN: the phase runs; ACT: call the action; CUT: an exit cut the phase. */
    u32 zero;
    u64 left_ps; /* Rest of a phase that was cut. */
};

/* EXITING: a kick is on its way, another one would be left out (EXITING_GUEST_MODE). */
enum vcpu_mode { MODE_OUTSIDE, MODE_IN_GUEST, MODE_EXITING };
enum vcpu_block { BLOCK_NONE, BLOCK_WFI, BLOCK_HALT, BLOCK_PAGE, BLOCK_ROOM,
                  BLOCK_MAILBOX };

struct abort_info { /* Built once at the exit, passed everywhere. */
    u64 va;
    u64 esr;
    u32 gfn;
    u8 write, exec, is_perm, s1ptw;
    u8 el;
    u8 needs_store;
    u8 why; /* enum fault_kind of a gate that was tested before the lookup. */
    u8 zero[5];
};

enum { HOST_FRAMES = 6, GUEST_FRAMES = 8 };

struct vcpu {
    u32 id;
    u32 mode;  /* enum vcpu_mode: what a kick looks at. */
    u32 block; /* enum vcpu_block */
    u32 hdepth, gdepth;
    u32 requests;
    u32 request_index; /* Progress of the request pass. */
    u32 running;       /* The thread holds its host CPU. */
    u32 stopped;       /* STOP has come. */
    u32 timer_line;    /* The virtual timer's level. */
    u32 jump, jump_script;
    u32 phase; /* The phase that runs now. */
    u32 had_maint;
    u32 in_el0; /* A task runs: gdepth and hdepth are 0 and op_ps is valid. */
    u32 conduit_smc; /* The call in hand is an SMC. */
    struct frame host[HOST_FRAMES];
    struct frame guest[GUEST_FRAMES];
    u64 begin_ps, end_ps; /* Of the phase that runs now; end TIME_NEVER: none. */
    u64 lead_ps;          /* World switch in and the like: added to the next guest time. */
    u64 extra_ps;         /* Added to the next phase. */
    u64 extra_pick_ps;    /* Part of extra_ps that is a pick. */
    u64 op_ps;            /* EL0: when the next operation starts. */
    u64 block_ps;
    u64 mmio_value;
    u32 mmio_off;
    u32 subject_b;
    u64 subject_a; /* What the transcript shows beside a phase. */
    u16 cur_fault;  /* Page chain of the access in hand. */
    u16 item_fault; /* Of the work item that is being dequeued. */
    u16 ready_fault; /* READY posted, its PPI not taken yet. */
    u16 handling;    /* READY in the guest's handler. */
    u16 pnp_fault;   /* PNP on its way: guest chain. */
    u16 item;        /* Work item in hand. */
    u16 outer_fault; /* cur_fault of the task, while the kernel faults itself. */
    u8 touching;     /* The kernel's own access is being retried. */
    u8 kick_left_out; /* A kick found the vCPU outside since the last request check. */
    u64 kick_pick_ps; /* Picks on the way from a kick or a wake-up to the dequeue. */
    struct abort_info abort;
    struct mmu_regs mmu;
    struct mmu_walk walk;
    struct cpu_regs regs;
    struct account account;
    struct gic gic;
    struct sdei_vcpu sdei;
    struct apf_host apf;
    struct guest_cpu os;
    u32 has_caches; /* Of the walk, if the profile has any. */
    u32 zero1;
    struct mmu_caches caches;
    struct mmu_tlb tlb;
};

/* vcpu.c: the engine. */
void vcpu_prepare(struct ctx *c); /* script.c: the context's tables of rows and phase costs. */
void vcpu_init(struct ctx *c, u32 id);
void vcpu_step(struct ctx *c, u32 id, const struct msg *in);
u64 vcpu_wake_ps(const struct ctx *c, u32 id);
void vcpu_advance(struct ctx *c, struct vcpu *v); /* Go on until time has to pass. */
void host_call(struct vcpu *v, enum script_id script);
void guest_call(struct vcpu *v, enum script_id script);
enum verdict vcpu_goto(struct vcpu *v, enum script_id script);
enum verdict vcpu_jump(struct vcpu *v, u32 row);
/* The thread sleeps: account, hand the host CPU on. */
enum verdict vcpu_sleep(struct ctx *c, struct vcpu *v, enum vcpu_block why);
void vcpu_request(struct vcpu *v, u32 request);
/* Time of picks, for every fault whose page chain this vCPU carries. */
void vcpu_charge(struct ctx *c, struct vcpu *v, u64 pick_ps);
/* host/vgic.c: the interrupt controller of the VM, for deciders that concern several vCPUs. */
enum { NO_HOST_CPU = UINT16_MAX }; /* Whoever kicks is on none, or cannot be on the same one. */
struct gic_spec vgic_spec(const struct spec *p);
struct gic_vm vgic_vm(struct ctx *c);
void vgic_init_owners(struct ctx *c);
/* kvm_vcpu_kick from another thread on host CPU `cpu`. */
void vcpu_kick(struct ctx *c, struct vcpu *v, u32 cpu);
void vcpu_wake(struct ctx *c, struct vcpu *v); /* Wake the vCPU's waitqueue (WFI, halt). */
bool vcpu_wait_over(const struct ctx *c, const struct vcpu *v); /* Timer or vgic: runnable. */
void vcpu_flush_tlb(struct vcpu *v, u32 gfn, u32 page_count);
void vcpu_flush_tlbs(struct ctx *c, u32 self, u32 gfn, u32 page_count); /* TLBI, inner shareable. */
bool vcpu_is_el0(const struct vcpu *v);

/* el0.c: user code and its faults. */
void workload_fill(struct ctx *c, u32 task); /* workload/workload.c */
extern const u64 workload_va; /* Where synthetic footprints begin. */
void el0_run(struct ctx *c, struct vcpu *v);
/* The guest kernel touches a page of its linear map. False: an abort script was pushed. */
bool guest_touch(struct ctx *c, struct vcpu *v, u64 gpa, bool write);

/* host/abort.c: actions of the fault path that the designs share. */
enum verdict act_abort_exit(struct ctx *c, struct vcpu *v);
enum verdict act_lookup(struct ctx *c, struct vcpu *v);
enum verdict act_wait_page(struct ctx *c, struct vcpu *v);
enum verdict act_map(struct ctx *c, struct vcpu *v);
enum verdict act_room(struct ctx *c, struct vcpu *v);
enum verdict act_goto_sync(struct ctx *c, struct vcpu *v);
enum verdict act_work_alloc(struct ctx *c, struct vcpu *v);
enum verdict act_work_queue(struct ctx *c, struct vcpu *v);
enum verdict abort_sync(struct ctx *c, struct vcpu *v, enum fault_kind why);
void abort_count(struct ctx *c, struct vcpu *v, enum fault_kind kind);
enum verdict wait_reclaim(struct ctx *c, struct vcpu *v); /* After MEM_NO_ROOM: V_CALL. */
/* Is the page of a fault in memory? Otherwise sleeps or reclaims: *how says how to return. */
bool page_or_sleep(struct ctx *c, struct vcpu *v, u32 gfn, bool write, enum verdict *how);
bool mailbox_or_sleep(struct ctx *c, struct vcpu *v, enum verdict *how);

/* host/runloop.c */
enum verdict act_loop_top(struct ctx *c, struct vcpu *v);
enum verdict act_requests(struct ctx *c, struct vcpu *v);
enum verdict act_enter(struct ctx *c, struct vcpu *v);
enum verdict act_exit_done(struct ctx *c, struct vcpu *v);
enum verdict act_timer_exit(struct ctx *c, struct vcpu *v);
enum verdict act_wfi(struct ctx *c, struct vcpu *v);
enum verdict act_mmio(struct ctx *c, struct vcpu *v);
enum verdict act_sgi(struct ctx *c, struct vcpu *v);
/* host/hvc.c */
struct sys;
void hvc_init(struct sys *s, const struct spec *p);
enum verdict act_hvc(struct ctx *c, struct vcpu *v);
enum verdict act_sdei_done(struct ctx *c, struct vcpu *v);
void hvc_return(struct vcpu *v, s64 x0, u64 x1, u64 x2, u64 x3);

/* The page is mapped, or its READY was handled: the chain goes on with its task. */
void fault_to_task(struct ctx *c, struct vcpu *v, u32 fault);

/* host/dequeue.c: what the designs share of completion. */
void dequeue_begin(struct ctx *c, struct vcpu *v, struct work *w);
void dequeue_refused(struct ctx *c, struct vcpu *v);
void dequeue_end(struct ctx *c, struct vcpu *v);

/* guest/: actions of the guest kernel. */
void guest_hvc(struct vcpu *v, u32 fid, u64 x1, u64 x2, u64 x3);
void guest_resume(struct ctx *c, struct vcpu *v); /* The vCPU is in the guest: go on there. */
void guest_boot_message(struct ctx *c, struct vcpu *v, u32 stage);
enum verdict act_boot(struct ctx *c, struct vcpu *v);
enum verdict act_iar(struct ctx *c, struct vcpu *v);
enum verdict act_eoi(struct ctx *c, struct vcpu *v);
enum verdict act_irq_exit(struct ctx *c, struct vcpu *v);
enum verdict act_tick(struct ctx *c, struct vcpu *v);
enum verdict act_switch(struct ctx *c, struct vcpu *v);
enum verdict act_eret(struct ctx *c, struct vcpu *v);
enum verdict act_idle(struct ctx *c, struct vcpu *v);
enum verdict act_idle_irq(struct ctx *c, struct vcpu *v);
enum verdict act_idle_out(struct ctx *c, struct vcpu *v);
enum verdict act_el1_alloc(struct ctx *c, struct vcpu *v);
enum verdict act_el1_zero(struct ctx *c, struct vcpu *v);
enum verdict act_apf_clear(struct ctx *c, struct vcpu *v);
enum verdict act_exit_plain(struct ctx *c, struct vcpu *v);

#ifdef __cplusplus
}
#endif
#endif
