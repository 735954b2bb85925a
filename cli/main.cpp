#include "cli/cli.hpp"

int main(int argc, char **argv)
{
    return cli::apfsim(cli::arguments(argv + (argc > 0), argv + argc));
}
