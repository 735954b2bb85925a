# Part of the floor cli.
set(CLI_REPORT_SOURCES
    report/axis.cpp report/command.cpp report/contour.cpp report/dataset.cpp report/drawing.cpp
    report/figure_cdf.cpp report/figure_compare.cpp report/figure_curve.cpp report/figure_map.cpp
    report/figure_pareto.cpp report/figure_stack.cpp report/json.cpp report/maps.cpp
    report/markup.cpp report/page.cpp report/page_figures.cpp report/page_tables.cpp
    report/pairs.cpp report/read.cpp report/report_json.cpp report/report_svg.cpp
    report/report_text.cpp report/stats.cpp report/summary.cpp report/text.cpp report/tied.cpp
    "${CMAKE_CURRENT_BINARY_DIR}/report_assets.cpp")
set(CLI_REPORT_TESTS
    report/tests/report_analysis_test.cc report/tests/report_figures_test.cc
    report/tests/report_sweep_test.cc report/tests/report_test.cc
    report/tests/report_text_test.cc)

# Styles and scripts of the page are files of their own, and part of the program.
set(folder "${CMAKE_CURRENT_SOURCE_DIR}/report")
add_custom_command(
    OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/report_assets.cpp"
    COMMAND ${CMAKE_COMMAND} -D "FOLDER=${folder}/assets"
            -D "OUT=${CMAKE_CURRENT_BINARY_DIR}/report_assets.cpp" -P "${folder}/assets.cmake"
    DEPENDS "${folder}/assets.cmake" "${folder}/assets/figure.css" "${folder}/assets/style.css"
            "${folder}/assets/dark.css" "${folder}/assets/report.js"
    VERBATIM)
