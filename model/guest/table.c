/*
 * Who waits for which token: the per-CPU table of v4 and the hash of nodes of one-ppi.
 */
#include "model/system.h"

/* kvm_async_pf_add_task of v4: all entries are looked at, a task that is there already refuses. */
bool apf_table_add(struct guest_cpu *g, u32 task, u32 token)
{
    struct apf_entry *free_entry = NULL;

    ASSERT(2 * g->slots <= APF_TABLE_MAX);
    if (g->table_count >= 2 * g->slots)
        return false;
    for (u32 i = 0; i < 2 * g->slots; i++) {
        struct apf_entry *e = &g->table[i];
        if (e->task == task)
            return false;
        if (e->task == TASK_NONE && free_entry == NULL)
            free_entry = e;
        /* The rest is free as soon as all the taken ones have been seen; only speed. */
        if (e->task == TASK_NONE && free_entry != NULL && i >= g->table_count)
            break;
    }
    ASSERT(free_entry != NULL);
    *free_entry = (struct apf_entry){token, (u16)task, 0};
    g->table_count++;
    return true;
}

u32 apf_table_remove(struct guest_cpu *g, u32 token)
{
    for (u32 i = 0; i < APF_TABLE_MAX; i++) {
        struct apf_entry *e = &g->table[i];
        if (e->task != TASK_NONE && (e->token == token || token == APF_TOKEN_ALL)) {
            u32 task = e->task;
            *e = (struct apf_entry){0, TASK_NONE, 0};
            g->table_count--;
            return task;
        }
    }
    return TASK_NONE;
}

/* hash_32(token, 8) */
static u16 *bucket_of(struct apf_nodes *n, u32 token)
{
    return &n->bucket[token * 0x61C88647u >> 24];
}

struct apf_node *node_find(struct apf_nodes *n, u32 token)
{
    for (u32 i = *bucket_of(n, token); i != 0; i = n->node[i - 1].next)
        if (n->node[i - 1].token == token)
            return &n->node[i - 1];
    return NULL;
}

struct apf_node *node_insert(struct apf_nodes *n, u32 token, u32 task, u32 cpu)
{
    if (n->count == NODE_MAX)
        return NULL;
    while (n->node[n->free_hint].used)
        n->free_hint = (u16)((n->free_hint + 1) % NODE_MAX);
    struct apf_node *node = &n->node[n->free_hint];
    u16 *bucket = bucket_of(n, token);
    *node = (struct apf_node){token, (u16)task, (u16)cpu, *bucket, 1};
    *bucket = (u16)(node - n->node + 1);
    n->count++;
    n->dummies += task == TASK_NONE;
    return node;
}

void node_remove(struct apf_nodes *n, struct apf_node *node)
{
    u16 *link = bucket_of(n, node->token);

    while (*link != node - n->node + 1)
        link = &n->node[*link - 1].next;
    *link = node->next;
    n->count--;
    n->dummies -= node->task == TASK_NONE;
    node->used = 0;
}
