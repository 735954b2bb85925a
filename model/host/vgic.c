/* KVM's vgic as this machine has it: how it is made, and how a vCPU hears of an interrupt. */
#include "model/system.h"

struct gic_spec vgic_spec(const struct spec *p)
{
    struct gic_spec spec = gic_spec_kvm(p->vcpus);

    spec.lr_count = (u8)p->lr_count;
    spec.tie = (u8)p->irq_tie;
    spec.nr_irqs = (u16)p->gic_irqs;
    spec.nmi = p->gic_nmi;
    return spec;
}

/* PPIs that a part of the kernel has: nobody else may inject them, the VMM least of all. */
enum { OWNER_TIMER = 1, OWNER_APF };

void vgic_init_owners(struct ctx *c)
{
    const struct gic_vm vm = vgic_vm(c);
    const u32 timers = gic_ppis_of_kvm();

    for (u32 cpu = 0; cpu < c->s->vcpu_count; cpu++) {
        enum gic_error e = GIC_OK;

        for (u32 rest = timers; rest != 0; rest &= rest - 1)
            e |= gic_set_owner(&vm, cpu, (u32)__builtin_ctz(rest), OWNER_TIMER);
        e |= gic_set_owner(&vm, cpu, gic_source_intid(&c->p->source), OWNER_APF);
        ASSERT(e == GIC_OK); /* The configuration has been asked before. */
    }
}

/* A vCPU in the guest leaves it for the interrupt, one that blocks wakes up. */
static void kick(void *arg, u32 cpu)
{
    struct ctx *c = arg;

    vcpu_kick(c, sys_vcpu(c, cpu), NO_HOST_CPU);
}

struct gic_vm vgic_vm(struct ctx *c)
{
    return (struct gic_vm){
        .dist = &c->s->dist,
        .first = &sys_vcpu(c, 0)->gic,
        .stride = sizeof(struct vcpu),
        .kick = kick,
        .arg = c,
    };
}
