# How everything of ours is compiled, whatever its floor.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_options(-Wall -Wextra -Werror $<$<COMPILE_LANGUAGE:C>:-Wpedantic>)
# Strict C11 hides clock_gettime() and its like; g++ defines this by itself.
add_compile_definitions($<$<COMPILE_LANGUAGE:C>:_GNU_SOURCE>)
# An assertion names "base/evset.c", wherever the source tree lies: same source, same program.
add_compile_options("-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=")
# Results are kept by the program that has made them: cli/data/build_id.cpp reads this note.
add_link_options(-Wl,--build-id=sha1)

if(APFSIM_SANITIZE)
    # Any report ends the program, so that no test passes over it.
    add_compile_options(-fsanitize=${APFSIM_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    # g++ 12 takes the code of std::regex for uninitialised once the sanitizers have rewritten it.
    add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
    add_link_options(-fsanitize=${APFSIM_SANITIZE})
endif()

# Clang needs its own archiver and linker plug-in for this, which not every machine has. Without
# link-time optimisation the results are the same, only later.
if(apfsim_is_release)
    include(CheckIPOSupported)
    check_ipo_supported(RESULT apfsim_has_ipo OUTPUT apfsim_ipo_output LANGUAGES C CXX)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${apfsim_has_ipo})
endif()
