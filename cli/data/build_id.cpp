/* Which program this is: what its linker has made of all of it. */
#include <elf.h>
#include <link.h>
#include <xxhash.h>

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cli/sweep/sweep.hpp"

namespace cli {

namespace {

/* The GNU build id among the notes of one segment; "": none. */
std::string id_in_notes(const char *at, size_t size)
{
    auto padded = [](size_t n) { return (n + 3) & ~(size_t)3; };
    std::string id;

    while (size >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        std::memcpy(&note, at, sizeof(note));
        const size_t whole = sizeof(note) + padded(note.n_namesz) + padded(note.n_descsz);
        if (whole > size)
            break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
            std::memcmp(at + sizeof(note), "GNU", 4) == 0)
            for (size_t i = 0; i < note.n_descsz; i++) {
                char digits[3];
                std::snprintf(digits, sizeof(digits), "%02x", (u8)at[sizeof(note) + 4 + i]);
                id += digits;
            }
        at += whole;
        size -= whole;
    }
    return id;
}

/* The first object is the program itself. */
int find_id(struct dl_phdr_info *object, size_t, void *id)
{
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) &segment = object->dlpi_phdr[i];
        if (segment.p_type == PT_NOTE && ((std::string *)id)->empty())
            *(std::string *)id =
                id_in_notes(reinterpret_cast<const char *>(object->dlpi_addr + segment.p_vaddr),
                            segment.p_memsz);
    }
    return 1;
}

std::string find_build_id()
{
    std::string id;

    dl_iterate_phdr(find_id, &id);
    if (!id.empty())
        return id;
    std::ifstream file("/proc/self/exe", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    if (!file || bytes.empty())
        throw failure(ERR_IO, "cannot read /proc/self/exe, which tells one program from another");
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    char digits[40];
    std::snprintf(digits, sizeof(digits), "%016" PRIx64 "%016" PRIx64, (u64)hash.high64,
                  (u64)hash.low64);
    return digits;
}

} // namespace

const std::string &build_id()
{
    static const std::string id = find_build_id();
    return id;
}

} // namespace cli
