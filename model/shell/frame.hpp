/* What every frame of registers answers to an access that a bus may not make. */
#ifndef MODEL_SHELL_FRAME_HPP
#define MODEL_SHELL_FRAME_HPP

#include <tlm>

#include "base/base.h"

namespace apfsim {

/* TLM_OK_RESPONSE: one access of 1, 2, 4 or 8 bytes inside of the frame. */
inline tlm::tlm_response_status frame_response(const tlm::tlm_generic_payload &p, u64 size_bytes)
{
    const unsigned size = p.get_data_length();

    if (p.get_command() == tlm::TLM_IGNORE_COMMAND)
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    if (p.get_byte_enable_ptr() != nullptr)
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    if ((size != 1 && size != 2 && size != 4 && size != 8) || p.get_streaming_width() < size)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (p.get_address() >= size_bytes || size > size_bytes - p.get_address())
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    return tlm::TLM_OK_RESPONSE;
}

} // namespace apfsim
#endif
