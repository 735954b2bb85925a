/* A store of somebody else: a SystemC module with events of its own behind a TLM-2.0 socket. */
#ifndef BENCH_FOREIGN_STORE_HPP
#define BENCH_FOREIGN_STORE_HPP

struct shell_plugs;

namespace bench {

/* For shell_options.plug: the machine's store is replaced. arg is not looked at. */
void plug_foreign_store(void *arg, shell_plugs *plugs);

} // namespace bench
#endif
