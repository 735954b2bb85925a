/* apfsim list registers, calls, events: the maps of the reference models, as their tables say. */
#include "cli/list_hardware.hpp"

#include <cinttypes>
#include <cstdio>
#include <string>

#include "model/model.h"

namespace cli {

namespace {

const char *const direction[] = {"-", "RO", "WO", "RW"};

/* "8,32": the sizes of accesses that a row allows. */
std::string widths_of(const reg &r)
{
    std::string text;

    for (u32 size = REG_8; size <= REG_64; size *= 2)
        if (r.widths & size)
            text += (text.empty() ? "" : ",") + std::to_string(8 * size);
    return text;
}

void print_frame(const char *title, const reg *table, size_t count,
                 const char *(*access)(const reg *row))
{
    std::printf("%s\n\n%-8s %6s  %-7s %-7s %-18s %s\n", title, "offset", "bytes", "widths",
                "access", "reset", "name");
    for (const reg *r = table; r < table + count; r++)
        std::printf("0x%05" PRIx32 " %7" PRIu32 "  %-7s %-7s 0x%-16" PRIx64 " %s\n", r->off, r->len,
                    widths_of(*r).c_str(), access(r), r->reset, r->name);
    std::printf("\n");
}

std::string encoding(u32 op0, u32 op1, u32 crn, u32 crm, u32 op2)
{
    char text[32];

    std::snprintf(text, sizeof text, "%u,%u,C%u,C%u,%u", op0, op1, crn, crm, op2);
    return text;
}

void print_cpu_interface()
{
    static const char *const reach[] = {"group 0", "group 1", "both groups", "SGIs", "EL2"};

    std::printf("CPU interface of the GIC: virtual with HCR_EL2.FMO (group 0) or IMO (group 1)\n\n"
                "%-16s %-7s %-12s %s\n",
                "encoding", "access", "class", "name");
    for (const struct gic_cpuif_info &r : ::gic_cpuif_info)
        std::printf("%-16s %-7s %-12s %s\n", encoding(3, r.op1, r.crn, r.crm, r.op2).c_str(),
                    direction[r.access], reach[r.class_], r.name);
    std::printf("\n");
}

/* The last column: what lets EL0 in, and which control of EL2 traps it. */
void print_system_registers()
{
    size_t count;
    const cpu_sysreg_info *table = cpu_sysreg_table(&count);

    std::printf("System registers and instructions that EL0 and EL1 can name\n\n"
                "%-16s %-4s %-4s %-18s %-18s %-19s %s\n",
                "encoding", "EL0", "EL1", "reset", "name", "gate of EL0", "trap to EL2");
    for (const cpu_sysreg_info *r = table; r < table + count; r++) {
        const char *gate = cpu_gate_name((cpu_gate)r->gate);
        const char *trap = cpu_trap_name((cpu_trap)r->trap);

        std::printf("%-16s %-4s %-4s 0x%-16" PRIx64 " %-18s %-19s %s\n",
                    encoding(r->reg.op0, r->reg.op1, r->reg.crn, r->reg.crm, r->reg.op2).c_str(),
                    direction[r->access[0]], direction[r->access[1]], r->reset, r->name,
                    gate[0] != '\0' ? gate : "-", trap[0] != '\0' ? trap : "-");
    }
    std::printf("\n");
}

void print_invalidations()
{
    static const char *const scope[] = {"local", "inner shareable", "outer shareable"};
    u32 count;
    const mmu_tlbi *table = mmu_tlbi_table(&count);

    std::printf("TLB invalidations\n\n%-16s %-16s %-6s %-6s %s\n", "encoding", "scope", "leaf",
                "range", "name");
    for (const mmu_tlbi *r = table; r < table + count; r++)
        std::printf("%-16s %-16s %-6s %-6s %s\n", encoding(1, r->op1, 8, r->crm, r->op2).c_str(),
                    scope[r->scope], r->leaf ? "yes" : "no", r->range ? "yes" : "no", r->name);
}

/* Who answers, as a list of names; "nobody": it is known, and refused. */
std::string servers(u32 bits, const char *const names[], u32 count)
{
    std::string text;

    for (u32 i = 0; i < count; i++)
        if (bits >> i & 1)
            text += (text.empty() ? "" : ", ") + std::string(names[i]);
    return text.empty() ? "nobody" : text;
}

} // namespace

void list_registers()
{
    size_t count;
    const reg *table = gicd_table(&count);

    print_frame("Distributor, as KVM serves it", table, count, gic_row_access);
    table = gicr_table(&count);
    print_frame("Redistributor, as KVM serves it: RD_base, from 0x10000 on SGI_base", table, count,
                gic_row_access);
    table = gicv3_dist_table(&count);
    print_frame("Distributor of a physical GICv3", table, count, gicv3_row_access);
    table = gicv3_redist_table(&count);
    print_frame("Redistributor of a physical GICv3", table, count, gicv3_row_access);
    print_cpu_interface();
    print_system_registers();
    print_invalidations();
}

void list_calls()
{
    static const char *const by[] = {"KVM", "firmware"};
    const char *personality[SDEI_PERSONALITY_COUNT];
    size_t count;
    const smccc_call_info *call = smccc_calls(&count);
    const sdei_call_info *sdei;

    std::printf("SMC calling convention, by owner\n\n%-11s %-5s %-27s %-14s %s\n", "number", "bits",
                "owner", "answered by", "name");
    for (const smccc_call_info *c = call; c < call + count; c++)
        std::printf("0x%08" PRIx32 "  %-5s %-27s %-14s %s\n", c->fid, c->is_64 ? "64" : "32",
                    smccc_owner_name(c->owner), servers(c->served, by, 2).c_str(), c->name);

    for (u32 i = 0; i < SDEI_PERSONALITY_COUNT; i++)
        personality[i] = sdei_personality_name((sdei_personality)i);
    sdei = sdei_calls(&count);
    std::printf("\nSDEI (protocol.sdei)\n\n%-11s %-9s %-24s %s\n", "number", "arguments",
                "served by", "name");
    for (const sdei_call_info *c = sdei; c < sdei + count; c++)
        std::printf("0x%08" PRIx32 "  %-9u %-24s %s\n", c->fid, c->arg_count,
                    servers(c->served, personality, SDEI_PERSONALITY_COUNT).c_str(), c->name);
}

void list_events()
{
    static const char *const binding[] = {"signalled", "explicit", "static", "dynamic"};

    for (u32 i = 0; i < SDEI_PERSONALITY_COUNT; i++) {
        const auto who = (sdei_personality)i;
        size_t count;
        const sdei_event_info *event = sdei_events(who, &count);

        std::printf("%sEvents of %s\n\n%-11s %-8s %-9s %-10s %-11s %s\n", i != 0 ? "\n" : "",
                    sdei_personality_name(who), "number", "type", "priority", "binding",
                    "signalable", "name");
        for (const sdei_event_info *e = event; e < event + count; e++)
            std::printf("0x%08" PRIx32 "  %-8s %-9s %-10s %-11s %s%s\n", e->num,
                        e->type == SDEI_PRIVATE ? "private" : "shared",
                        e->priority == SDEI_NORMAL ? "normal" : "critical", binding[e->binding],
                        e->signalable ? "yes" : "no", e->name,
                        e->num == sdei_apf_event(who) ? " (the default of APF v4)" : "");
    }
}

} // namespace cli
