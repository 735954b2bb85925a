/*
 * KVM's vgic as the VM has it: SPIs and the lists they are on, owners, KVM_IRQ_LINE and irqfd, and
 * the SGIs that one vCPU sends to others.
 */
#include "gic/gic.h"

#include "gic/irq.h"

struct gic *gic_vm_cpu(const struct gic_vm *vm, u32 cpu)
{
    ASSERT(cpu < vm->dist->cpu_count);
    return (struct gic *)(void *)((u8 *)vm->first + cpu * vm->stride);
}

/* While it is active it is the business of the vCPU that has it; else of the one it is routed to,
 * even when it is still on another's list. */
u32 gic_spi_target(const struct gic_dist *d, u32 intid)
{
    const struct gic_irq *irq = &d->spi[intid - GIC_PRIVATE_COUNT];

    if (!irq_has_target(irq, d))
        return GIC_NO_CPU;
    if (irq->active && irq->on_list)
        return irq->list_cpu;
    return d->route[intid - GIC_PRIVATE_COUNT].target;
}

static void put_on_list(const struct gic_vm *vm, u32 intid, u32 cpu)
{
    struct gic *g = gic_vm_cpu(vm, cpu);
    struct gic_irq *irq = &vm->dist->spi[intid - GIC_PRIVATE_COUNT];

    ASSERT(g->ap_count < GIC_INTID_COUNT);
    g->ap_list[g->ap_count++] = (u16)intid;
    irq->on_list = 1;
    irq->list_cpu = (u16)cpu;
}

void gic_queue_spi(const struct gic_vm *vm, u32 intid)
{
    u32 cpu = gic_spi_target(vm->dist, intid);

    if (cpu == GIC_NO_CPU)
        return;
    if (!vm->dist->spi[intid - GIC_PRIVATE_COUNT].on_list)
        put_on_list(vm, intid, cpu);
    vm->kick(vm->arg, cpu);
}

void gic_migrate(const struct gic_vm *vm, u32 cpu)
{
    struct gic *g = gic_vm_cpu(vm, cpu);
    u32 count = g->ap_count, kept = 0;

    ASSERT(g->lr_used == 0);
    for (u32 i = 0; i < count; i++) {
        u16 intid = g->ap_list[i];
        u32 target = intid < GIC_PRIVATE_COUNT ? cpu : gic_spi_target(vm->dist, intid);

        if (target == cpu || target == GIC_NO_CPU) {
            g->ap_list[kept++] = intid;
        } else {
            put_on_list(vm, intid, target);
            vm->kick(vm->arg, target);
        }
    }
    for (u32 i = kept; i < count; i++)
        g->ap_list[i] = 0;
    g->ap_count = kept;
}

/* --- Injection. --- */

/* The interrupt, or NULL if the VM has no such one. */
static struct gic_irq *find_irq(const struct gic_vm *vm, u32 cpu, u32 intid)
{
    if (intid >= vm->dist->nr_irqs || intid > GIC_SPI_LAST)
        return NULL;
    if (intid >= GIC_PRIVATE_COUNT)
        return &vm->dist->spi[intid - GIC_PRIVATE_COUNT];
    return cpu < vm->dist->cpu_count ? &gic_vm_cpu(vm, cpu)->irq[intid] : NULL;
}

enum gic_error gic_inject_irq(const struct gic_vm *vm, u32 cpu, u32 intid, bool level, u8 owner)
{
    struct gic_irq *irq = find_irq(vm, cpu, intid);

    if (irq == NULL)
        return GIC_EINVAL;
    if (irq->owner != owner || !irq_input(irq, level))
        return GIC_OK;
    if (intid >= GIC_PRIVATE_COUNT)
        gic_queue_spi(vm, intid);
    else if (gic_queue(gic_vm_cpu(vm, cpu), vm->dist, intid))
        vm->kick(vm->arg, cpu);
    return GIC_OK;
}

enum gic_error gic_inject_spi(const struct gic_vm *vm, u32 intid, bool level)
{
    return intid < GIC_PRIVATE_COUNT ? GIC_EINVAL : gic_inject_irq(vm, 0, intid, level, 0);
}

/* SGIs belong to the guest. */
enum gic_error gic_set_owner(const struct gic_vm *vm, u32 cpu, u32 intid, u8 owner)
{
    struct gic_irq *irq = intid < 16 ? NULL : find_irq(vm, cpu, intid);

    if (irq == NULL)
        return GIC_EINVAL;
    if (irq->owner != 0 && irq->owner != owner)
        return GIC_EEXIST;
    irq->owner = owner;
    return GIC_OK;
}

/* Type 0 (the CPU's own pins) is for a VM without a vgic. */
enum gic_error gic_irq_line(const struct gic_vm *vm, u32 irq, bool level)
{
    u32 type = irq >> 24 & 15, intid = irq & 0xffff;
    u32 cpu = (irq >> 28) * 256 + (irq >> 16 & 0xff);

    if (type == 1)
        return gic_inject_spi(vm, intid, level);
    if (type == 2 && intid >= 16 && intid < GIC_PRIVATE_COUNT)
        return gic_inject_irq(vm, cpu, intid, level, 0);
    return GIC_EINVAL;
}

/* By default pin n is SPI n. */
enum gic_error gic_irqfd(const struct gic_vm *vm, u32 pin)
{
    enum gic_error error;

    if (pin > GIC_SPI_LAST - GIC_PRIVATE_COUNT)
        return GIC_EINVAL;
    error = gic_inject_spi(vm, pin + GIC_PRIVATE_COUNT, true);
    if (error == GIC_OK && !vm->dist->route[pin].resample)
        error = gic_inject_spi(vm, pin + GIC_PRIVATE_COUNT, false);
    return error;
}

enum gic_error gic_set_resample(const struct gic_vm *vm, u32 intid, bool resample)
{
    if (intid < GIC_PRIVATE_COUNT || find_irq(vm, 0, intid) == NULL)
        return GIC_EINVAL;
    vm->dist->route[intid - GIC_PRIVATE_COUNT].resample = resample;
    return GIC_OK;
}

/* --- SGIs. --- */

struct sgi_send {
    const struct gic_vm *vm;
    bool group1_too;
};

/* An SGI is an edge: several sends before the acknowledge merge into one. */
static void send_one(void *arg, u32 cpu, u32 intid)
{
    const struct sgi_send *send = arg;
    struct gic *g = gic_vm_cpu(send->vm, cpu);

    if (g->irq[intid].group != 0 && !send->group1_too)
        return;
    if (gic_inject(g, send->vm->dist, intid, true))
        send->vm->kick(send->vm->arg, cpu);
}

void gic_send_sgi(const struct gic_vm *vm, u32 self, enum gic_cpuif reg, u64 value)
{
    struct sgi_send send = {vm, reg == GIC_SGI1R};

    ASSERT(gic_cpuif_info[reg].class_ == GIC_CLASS_SGI);
    icc_sgi1r_targets(value, self, vm->dist->cpu_count, send_one, &send);
}
