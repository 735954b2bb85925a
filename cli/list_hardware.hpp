/* The maps that `apfsim list` prints: what the guest of a reference model can reach. */
#ifndef CLI_LIST_HARDWARE_HPP
#define CLI_LIST_HARDWARE_HPP

namespace cli {

void list_registers();
void list_calls();
void list_events();

} // namespace cli
#endif
