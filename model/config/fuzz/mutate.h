/*
 * A small mutation driver, for machines without libFuzzer: bytes are changed, dropped, doubled and
 * spliced from the seeds themselves, all from one number. The same number gives the same inputs.
 */
#ifndef MODEL_CONFIG_FUZZ_MUTATE_H
#define MODEL_CONFIG_FUZZ_MUTATE_H

#include <random>
#include <string>
#include <vector>

class Mutator {
  public:
    Mutator(unsigned seed, std::vector<std::string> seeds) : random_(seed), seeds_(std::move(seeds))
    {
    }

    std::string next()
    {
        std::string text = seeds_[below(seeds_.size())];
        for (size_t n = 1 + below(6); n > 0; n--)
            mutate(text);
        return text;
    }

  private:
    size_t below(size_t bound) { return random_() % bound; }

    void mutate(std::string &text)
    {
        static const char interesting[] = "{}[]:,-#&*!|>'\"%@`\n\t 0123456789.eE\\\xff\xc3";
        const size_t at = below(text.size() + 1);

        switch (below(5)) {
        case 0:
            text.insert(at, 1, interesting[below(sizeof(interesting))]); /* With the final NUL. */
            break;
        case 1:
            text.erase(at, 1 + below(8));
            break;
        case 2:
            text.insert(at, text.substr(below(text.size() + 1), below(40)));
            break;
        case 3: {
            const std::string &other = seeds_[below(seeds_.size())];
            text.insert(at, other.substr(below(other.size()), below(60)));
            break;
        }
        default:
            if (at < text.size())
                text[at] = char(random_());
        }
    }

    std::mt19937 random_;
    std::vector<std::string> seeds_;
};

#endif
