# The house: a folder may use only folders on floors below its own, never a neighbour. The numbers
# are those of docs/architecture.md; base/tests/tidy_test.cc checks the same of every #include.
set(apfsim_floors
    base=0
    mmu=1 gic=1 sdei=1 traces=1
    cpu=2
    model=3
    shell=4
    bench=5
    cli=6)

function(apfsim_floor_number name result)
    foreach(entry IN LISTS apfsim_floors)
        if(entry MATCHES "^${name}=([0-9]+)$")
            set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
            return()
        endif()
    endforeach()
    message(FATAL_ERROR "\"${name}\" is not a floor; cmake/floor.cmake lists them.")
endfunction()

# floor(name SOURCES file... [NEEDS floor...] [LIBS library...] [PROGRAM name file...]
#       [TESTS file... [LABELS label...]])
#
# SOURCES  become the static library apfsim_<name>; without them it is a library of headers.
# NEEDS    floors below; whoever uses this floor uses them too.
# LIBS     targets of cmake/libraries.cmake.
# PROGRAM  an executable of this floor: its name, then its own sources.
# TESTS    each file becomes one Google Test executable, since SystemC elaborates once a process.
# LABELS   of these tests for ctest -L; "fast" if none is given.
#
# The target <name>_tests builds all tests of the floor.
function(floor name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;NEEDS;LIBS;PROGRAM;TESTS;LABELS")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "floor(${name}): what is \"${arg_UNPARSED_ARGUMENTS}\"?")
    endif()
    apfsim_check_needs(${name} "${arg_NEEDS}" "${arg_LIBS}")
    if(name MATCHES "^(model|cli)$")
        add_compile_definitions(APFSIM_VERSION="${PROJECT_VERSION}")
    endif()

    set(library apfsim_${name})
    if(arg_SOURCES)
        set(scope PUBLIC)
        add_library(${library} STATIC ${arg_SOURCES})
    else()
        set(scope INTERFACE)
        add_library(${library} INTERFACE)
    endif()
    list(TRANSFORM arg_NEEDS PREPEND apfsim_)
    target_include_directories(${library} ${scope} "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${library} ${scope} ${arg_NEEDS} ${arg_LIBS})

    if(arg_PROGRAM)
        list(POP_FRONT arg_PROGRAM program)
        add_executable(${program}_program ${arg_PROGRAM})
        set_target_properties(${program}_program PROPERTIES OUTPUT_NAME ${program})
        target_link_libraries(${program}_program PRIVATE ${library})
    endif()
    if(APFSIM_BUILD_TESTS)
        add_custom_target(${name}_tests)
        foreach(file IN LISTS arg_TESTS)
            apfsim_add_test(${name} ${file} "${arg_LABELS}")
        endforeach()
    endif()
endfunction()

function(apfsim_check_needs name needs libs)
    apfsim_floor_number(${name} own)
    foreach(need IN LISTS needs)
        apfsim_floor_number(${need} number)
        if(number GREATER_EQUAL own)
            message(FATAL_ERROR "floor(${name}): ${need} is on floor ${number}, "
                                "and floor ${own} may need only what is below it.")
        endif()
        if(NOT TARGET apfsim_${need})
            message(FATAL_ERROR "floor(${name}): ${need} has not been built before it.")
        endif()
    endforeach()
    foreach(lib IN LISTS libs)
        if(NOT TARGET ${lib})
            message(FATAL_ERROR "floor(${name}): cmake/libraries.cmake knows no \"${lib}\".")
        endif()
    endforeach()
endfunction()

function(apfsim_add_test name file labels)
    cmake_path(GET file STEM test)
    set(target ${name}_${test})
    if(NOT labels)
        set(labels fast)
    endif()
    add_executable(${target} ${file})
    add_dependencies(${name}_tests ${target})
    target_link_libraries(${target} PRIVATE apfsim_${name} GTest::gtest_main rapidcheck)
    target_compile_definitions(${target} PRIVATE APFSIM_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    apfsim_share_test_headers(${target})
    add_test(NAME ${target} COMMAND ${target})
    # Under ctest rapidcheck takes the same cases each time; by hand, other ones with each run.
    set_tests_properties(${target} PROPERTIES LABELS "${labels}" TIMEOUT 300
                         ENVIRONMENT "RC_PARAMS=seed=1")
endfunction()

# Google Test's header takes longer to compile than most tests: it is compiled once, by the first.
function(apfsim_share_test_headers target)
    get_property(first GLOBAL PROPERTY apfsim_first_test)
    if(first)
        target_precompile_headers(${target} REUSE_FROM ${first})
    else()
        target_precompile_headers(${target} PRIVATE <gtest/gtest.h> <map> <set> <string> <vector>)
        set_property(GLOBAL PROPERTY apfsim_first_test ${target})
    endif()
endfunction()
