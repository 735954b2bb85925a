# A thin front: CMake with its presets does the work.

JOBS := $(shell nproc)
DEMO := build/release/cli/apfsim run configs/demo.yaml

.PHONY: run test test-release bench format clean

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
	ctest --preset asan -j$(JOBS) --output-on-failure

# All tests as released: what a packager would run.
test-release:
	tools/install-deps test
	cmake --preset release
	cmake --build --preset release -j$(JOBS)
	ctest --preset release -j$(JOBS) --output-on-failure

bench:
	tools/install-deps test
	cmake --preset release
	cmake --build --preset release -j$(JOBS)
	build/release/bench/apfsim_bench

format:
	git ls-files -z '*.c' '*.h' '*.cc' '*.cpp' '*.hpp' | xargs -0 clang-format -i

clean:
	rm -rf build
