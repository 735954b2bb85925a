# Part of the floor cli: sweeps as job arrays of Slurm.
set(CLI_SLURM_SOURCES
    sweep/process.cpp sweep/slurm.cpp sweep/slurm_commands.cpp sweep/slurm_options.cpp
    sweep/slurm_pilot.cpp sweep/slurm_shards.cpp)
set(CLI_SLURM_TESTS
    sweep/tests/slurm_commands_test.cc sweep/tests/slurm_test.cc)
