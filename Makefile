# A thin front: CMake with its presets does the work.

JOBS := $(shell nproc)
DEMO := build/release/cli/apfsim run configs/demo.yaml

.PHONY: run test test-long test-release regress bench coverage mutants format clean

# Needs neither Google Test nor Google Benchmark.
run:
	tools/install-deps run
	cmake --preset release -DAPFSIM_BUILD_TESTS=OFF -DAPFSIM_BENCH=OFF
	cmake --build --preset release -j$(JOBS)
	$(DEMO)

# All tests under the sanitizers, and the same results from gcc and clang, debug and release.
test:
	tools/install-deps test
	cmake --preset asan
	cmake --build --preset asan -j$(JOBS)
	cmake --preset release
	cmake --build --preset release -j$(JOBS) --target apfsim_program
	tools/compare-builds
	tools/regress
	ctest --preset asan -j$(JOBS) --output-on-failure

# Sweeps that are killed, resumed and sent to a cluster, with 2000 points instead of 200.
test-long:
	tools/install-deps test
	cmake --preset release
	cmake --build --preset release -j$(JOBS) --target apfsim_program cli_sweep_test \
		cli_slurm_cluster_test
	APFSIM_LONG=1 ctest --preset release -R '^cli_(sweep_test|slurm)$$' --timeout 3600 \
		--output-on-failure

# All tests as released: what a packager would run.
test-release:
	tools/install-deps test
	cmake --preset release
	cmake --build --preset release -j$(JOBS)
	ctest --preset release -j$(JOBS) --output-on-failure

# The project's own scenarios against their baseline; tools/regress --accept "why" changes it.
regress:
	tools/install-deps run
	cmake --preset release -DAPFSIM_BUILD_TESTS=OFF -DAPFSIM_BENCH=OFF
	cmake --build --preset release -j$(JOBS) --target apfsim_program
	tools/regress

bench:
	tools/install-deps test
	cmake --preset release
	cmake --build --preset release -j$(JOBS)
	build/release/bench/apfsim_bench
	tools/bench-sweep

# What the tests of the reference models reach; fails below 95 % of the lines of one of them.
coverage:
	tools/install-deps dev
	tools/coverage

# Wrong tokens in the tables, one after the other: each must make a test fail.
mutants:
	tools/install-deps test
	tools/mutants

format:
	git ls-files -z '*.c' '*.h' '*.cc' '*.cpp' '*.hpp' | xargs -0 clang-format -i

clean:
	rm -rf build
