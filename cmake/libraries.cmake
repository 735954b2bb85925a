# Libraries of others. Each becomes a target named as the linker names it, so that a floor says
# `LIBS zstd` and a library that is not there is told here, not by the linker.

find_package(PkgConfig REQUIRED)

function(apfsim_library name)
    add_library(${name} INTERFACE IMPORTED GLOBAL)
    target_link_libraries(${name} INTERFACE ${ARGN})
endfunction()

foreach(pair IN ITEMS systemc:systemc libfyaml:fyaml libzstd:zstd libxxhash:xxhash
        sqlite3:sqlite3)
    string(REPLACE ":" ";" pair ${pair})
    list(GET pair 0 package)
    list(GET pair 1 name)
    pkg_check_modules(${name} IMPORTED_TARGET ${package})
    if(NOT ${name}_FOUND)
        message(FATAL_ERROR "${package} not found; tools/install-deps installs it on Debian.")
    endif()
    apfsim_library(${name} PkgConfig::${name})
endforeach()

find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
apfsim_library(boost_program_options Boost::program_options)
apfsim_library(boost_headers Boost::headers) # Math, Random, Multiprecision

if(APFSIM_BUILD_TESTS)
    find_package(GTest REQUIRED)
    find_package(rapidcheck REQUIRED)
endif()
if(APFSIM_BENCH)
    find_package(benchmark REQUIRED)
    apfsim_library(benchmark benchmark::benchmark)
endif()
